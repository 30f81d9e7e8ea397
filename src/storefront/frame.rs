use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use serde::Serialize;

use crate::catalog::{CategoryNode, category_tree};
use crate::kernel::ShopId;
use crate::platform::Services;
use crate::platform::http::Problem;
use crate::stores::list_locations;
use crate::tenancy::ShopInfo;

/// How long a shop's frame is kept: a rush costs one reading, a change shows within the next breath.
const KEPT: Duration = Duration::from_secs(2);

/// What stands around every page of a shop: read once for all visitors of a moment.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) categories: Vec<CategoryNode>,
    locations_count: i64,
}

/// The frames of the shops that are being visited.
#[derive(Clone)]
pub(super) struct Frames {
    kept: Cache<ShopId, Arc<Frame>>,
}

impl Frames {
    pub(super) fn new() -> Self {
        Self { kept: Cache::builder().max_capacity(5_000).time_to_live(KEPT).build() }
    }

    /// The frame of a shop. Takes a connection of its own: call it when no transaction is open.
    pub(super) async fn of(&self, services: &Services, shop: ShopId) -> Result<Arc<Frame>, Problem> {
        let found = self.kept.try_get_with(shop, read(services, shop)).await;
        found.map_err(|problem: Arc<Problem>| (*problem).clone())
    }
}

async fn read(services: &Services, shop: ShopId) -> Result<Arc<Frame>, Problem> {
    let mut tx = services.db.begin(shop).await?;
    let categories = category_tree(&mut tx).await?;
    let locations_count = i64::try_from(list_locations(&mut tx).await?.len()).unwrap_or_default();
    Ok(Arc::new(Frame { categories, locations_count }))
}

/// The shop as its own pages show it. What the merchant left empty is null.
#[derive(Debug, Serialize)]
pub(super) struct Sign {
    handle: String,
    name: String,
    url: String,
    currency: &'static str,
    locale: &'static str,
    tagline: Option<String>,
    logo_url: Option<String>,
    accent: String,
    contact: Contact,
    locations_count: i64,
}

#[derive(Debug, Serialize)]
struct Contact {
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

impl Sign {
    pub(super) fn new(shop: &ShopInfo, locations_count: i64) -> Self {
        let settings = &shop.settings;
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            handle: shop.handle.clone(),
            name: shop.name.clone(),
            url: shop.url.clone(),
            currency: shop.currency.code(),
            locale: shop.locale.as_str(),
            tagline: given(&settings.tagline),
            logo_url: given(&settings.logo).map(|key| shop.media_url(&key)),
            accent: settings.accent.clone(),
            contact: Contact { email: given(&settings.email), phone: given(&settings.phone), address: given(&settings.address) },
            locations_count,
        }
    }
}

impl Frame {
    pub(super) fn sign(&self, shop: &ShopInfo) -> Sign {
        Sign::new(shop, self.locations_count)
    }
}
