use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::catalog::SellableVariant;
use crate::tenancy::ShopInfo;

/// The most lines a cart or an order may have.
pub const MAX_LINES: usize = 100;

/// What a line is about, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineProduct {
    /// Name of the product.
    pub name: String,
    /// Names its page, while it has one.
    pub slug: String,
    /// Its leading picture.
    pub image: Option<LineImage>,
}

/// A picture beside a name, which says what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineImage {
    /// Where it is served.
    pub url: String,
    /// Empty: the name beside it says it.
    pub alt: &'static str,
    /// Pixels; not known of a line's picture.
    pub width: Option<i32>,
    /// Pixels; not known of a line's picture.
    pub height: Option<i32>,
}

impl LineImage {
    /// The picture of a media key.
    #[must_use]
    pub fn new(shop: &ShopInfo, key: &str) -> Self {
        Self { url: shop.media_url(key), alt: "", width: None, height: None }
    }
}

impl LineProduct {
    /// As the catalog has it now.
    pub(super) fn of(shop: &ShopInfo, variant: &SellableVariant) -> Self {
        Self {
            name: variant.product_name.clone(),
            slug: variant.product_slug.clone(),
            image: variant.media_key.as_deref().map(|key| LineImage::new(shop, key)),
        }
    }
}

/// Writes chosen options as one object, in the product's order: `{"Màu": "Đỏ", "Cỡ": "M"}`.
pub(super) fn as_object<S: Serializer>(options: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(options.len()))?;
    for (name, value) in options {
        map.serialize_entry(name, value)?;
    }
    map.end()
}
