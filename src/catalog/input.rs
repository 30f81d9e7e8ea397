use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::options::ProductOption;
use crate::kernel::{BrandId, CategoryId, Status, SupplierId, VariantId};

/// A product about to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductInput {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Names its page; made from the name when not given.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub slug: Option<String>,
    /// Plain text; paragraphs are parted by blank lines.
    #[serde(default)]
    #[schema(max_length = 20_000)]
    pub description: Option<String>,
    /// The category it stands in.
    #[serde(default)]
    pub category_id: Option<CategoryId>,
    /// Its brand.
    #[serde(default)]
    pub brand_id: Option<BrandId>,
    /// Whom it is usually bought from.
    #[serde(default)]
    pub supplier_id: Option<SupplierId>,
    /// `active` when not given; `deleted` is not allowed.
    #[serde(default)]
    pub status: Option<Status>,
    /// What a shopper chooses: at most 3.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub options: Vec<ProductOption>,
    /// What is sold: one for each combination on offer, just one for a product without options.
    #[schema(min_items = 1, max_items = 250)]
    pub variants: Vec<VariantInput>,
}

/// A variant about to be made, or, in a change of the whole list, one that is there already.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantInput {
    /// In a change of the whole list: the variant that is meant. Without it the one with the same SKU is meant, or a new one.
    #[serde(default)]
    pub id: Option<VariantId>,
    /// Its stock-keeping unit; unique in the shop.
    #[schema(min_length = 1, max_length = 64)]
    pub sku: String,
    /// A value for each of the product's options, by the option's name.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// Minor units.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub price: i64,
    /// What it cost before, minor units.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub compare_at_price: Option<i64>,
    /// What it costs the shop, minor units.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub cost: Option<i64>,
    /// EAN, UPC or the like.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub barcode: Option<String>,
    /// Grams.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub weight_g: Option<i64>,
}

/// What changes about a product. A field that is absent stays as it is; one that may be empty is cleared with null.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductPatch {
    /// What it is called. The slug stays unless it is changed too.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Names its page; null makes it anew from the name.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub slug: Option<Option<String>>,
    /// Plain text; paragraphs are parted by blank lines.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 20_000)]
    pub description: Option<Option<String>>,
    /// The category it stands in.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<CategoryId>)]
    pub category_id: Option<Option<CategoryId>>,
    /// Its brand.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<BrandId>)]
    pub brand_id: Option<Option<BrandId>>,
    /// Whom it is usually bought from.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<SupplierId>)]
    pub supplier_id: Option<Option<SupplierId>>,
    /// `active` or `hidden`.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// What a shopper chooses. Without `variants` each variant's values must still be on offer, at the same place.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<Vec<ProductOption>>, max_items = 3)]
    pub options: Option<Option<Vec<ProductOption>>>,
    /// The whole list of variants: those not named are deleted.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, min_items = 1, max_items = 250)]
    pub variants: Option<Vec<VariantInput>>,
}

/// What changes about a variant. A field that is absent stays as it is; one that may be empty is cleared with null.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantPatch {
    /// Its stock-keeping unit; unique in the shop.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    pub sku: Option<String>,
    /// A value for each of the product's options, by the option's name.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false)]
    pub options: Option<BTreeMap<String, String>>,
    /// Minor units.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub price: Option<i64>,
    /// What it cost before, minor units.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub compare_at_price: Option<Option<i64>>,
    /// What it costs the shop, minor units.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub cost: Option<Option<i64>>,
    /// EAN, UPC or the like.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub barcode: Option<Option<String>>,
    /// Grams.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 10_000_000)]
    pub weight_g: Option<Option<i64>>,
}

/// Tells a field that is there from one that is absent: null is a value of `T`, or refused where `T` has none.
pub(super) fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_stays_null_clears_and_null_is_refused_where_nothing_may_be_missing() {
        let patch: ProductPatch = serde_json::from_str(r#"{"brand_id": null, "name": "Áo"}"#).unwrap();
        assert_eq!(patch.brand_id, Some(None));
        assert_eq!(patch.category_id, None);
        assert_eq!(patch.name.as_deref(), Some("Áo"));
        assert!(serde_json::from_str::<ProductPatch>(r#"{"name": null}"#).is_err());
        assert!(serde_json::from_str::<ProductPatch>(r#"{"price": 1}"#).is_err());
    }
}
