use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Shop, ShopInfo};
use crate::platform::Services;
use crate::platform::http::Tagged;

/// Routes of the storefront API.
pub fn store_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(get_shop))
}

/// A shop as shoppers and their pages see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShopView {
    /// Its name in the host.
    pub handle: String,
    /// Its name to people.
    pub name: String,
    /// Where it is, without a slash at its end.
    pub url: String,
    /// ISO 4217; all its money is in it.
    pub currency: String,
    /// `vi` or `en`.
    pub locale: String,
    /// One line under the name.
    pub tagline: String,
    /// A few paragraphs.
    pub about: String,
    /// The logo's address.
    pub logo_url: Option<String>,
    /// The shop's colour, `#rrggbb`.
    pub accent: String,
    /// How to reach it.
    pub contact: ContactView,
}

/// How to reach a shop.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// E-mail address; empty: none.
    pub email: String,
    /// Telephone number; empty: none.
    pub phone: String,
    /// Postal address; empty: none.
    pub address: String,
}

impl From<&ShopInfo> for ShopView {
    fn from(shop: &ShopInfo) -> Self {
        let settings = &shop.settings;
        Self {
            handle: shop.handle.clone(),
            name: shop.name.clone(),
            url: shop.url.clone(),
            currency: shop.currency.code().to_owned(),
            locale: shop.locale.as_str().to_owned(),
            tagline: settings.tagline.clone(),
            about: settings.about.clone(),
            logo_url: (!settings.logo.is_empty()).then(|| shop.media_url(&settings.logo)),
            accent: settings.accent.clone(),
            contact: ContactView { email: settings.email.clone(), phone: settings.phone.clone(), address: settings.address.clone() },
        }
    }
}

/// The shop.
#[utoipa::path(get, path = "/shop", tag = "shop", responses((status = 200, body = ShopView)))]
async fn get_shop(shop: Shop) -> Tagged<ShopView> {
    Tagged(ShopView::from(&*shop))
}
