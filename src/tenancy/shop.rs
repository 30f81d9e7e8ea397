use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::kernel::{Currency, ShopId};
use crate::platform::http::Problem;
use crate::platform::i18n::Lang;

/// The shop a request is for; every handler under a shop's host gets it.
#[derive(Debug, Clone)]
pub struct Shop(pub Arc<ShopInfo>);

impl std::ops::Deref for Shop {
    type Target = ShopInfo;
    fn deref(&self) -> &ShopInfo {
        &self.0
    }
}

/// A shop as the registry knows it, with its settings.
#[derive(Debug, Clone)]
pub struct ShopInfo {
    /// Its id.
    pub id: ShopId,
    /// Its name in the host.
    pub handle: String,
    /// Its name to people.
    pub name: String,
    /// The one currency of all its money.
    pub currency: Currency,
    /// The language it speaks unless a visitor asks for another.
    pub locale: Lang,
    /// Whether it is open.
    pub status: ShopStatus,
    /// Its address as browsers see it, without a slash at its end.
    pub url: String,
    /// Names it to the storefront API on the base host.
    pub publishable_key: String,
    /// What the merchant set.
    pub settings: Settings,
}

impl ShopInfo {
    /// Where a picture of the shop's media folder is served.
    #[must_use]
    pub fn media_url(&self, key: &str) -> String {
        format!("{}/media/{key}", self.url)
    }
}

/// Whether a shop is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShopStatus {
    /// Open.
    Active,
    /// Closed by the platform; its data stays.
    Suspended,
}

/// What a merchant sets about the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// One line under the name.
    pub tagline: String,
    /// A few paragraphs.
    pub about: String,
    /// Where to write to.
    pub email: String,
    /// Where to call.
    pub phone: String,
    /// Where to come.
    pub address: String,
    /// The shop's colour, `#rrggbb`.
    pub accent: String,
    /// Media key of the logo; empty: none.
    pub logo: String,
    /// Media key of the home page's picture; empty: none.
    pub hero_image: String,
    /// The home page's headline.
    pub hero_title: String,
    /// The home page's line below it.
    pub hero_text: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tagline: String::new(),
            about: String::new(),
            email: String::new(),
            phone: String::new(),
            address: String::new(),
            accent: "#0B6E5F".to_owned(),
            logo: String::new(),
            hero_image: String::new(),
            hero_title: String::new(),
            hero_text: String::new(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Shop {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Put there by `app`'s router; a shop's handler mounted outside a shop's host finds none.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(axum::http::StatusCode::NOT_FOUND, "shop-not-found"))
    }
}
