use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::options::{ProductOption, serialize_choices};
use crate::kernel::{BrandId, CategoryId, ImageId, ProductId, Status, SupplierId, VariantId};

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// Where it is served; what is served there never changes.
    pub url: String,
    /// What it shows, for those who do not see it; may be empty.
    pub alt: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
}

/// A name and the slug of its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// Names the page.
    pub slug: String,
    /// What it is called.
    pub name: String,
}

/// A product as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductView {
    /// Its id.
    pub id: ProductId,
    /// What it is called.
    pub name: String,
    /// Names its page; unique among the shop's products that are not deleted.
    pub slug: String,
    /// Plain text; paragraphs are parted by blank lines.
    pub description: String,
    /// Whether it is shown and sold.
    pub status: Status,
    /// The category it stands in.
    pub category_id: Option<CategoryId>,
    /// Its brand.
    pub brand_id: Option<BrandId>,
    /// Whom it is usually bought from.
    pub supplier_id: Option<SupplierId>,
    /// What a shopper chooses.
    pub options: Vec<ProductOption>,
    /// What is sold: one for each combination on offer.
    pub variants: Vec<VariantView>,
    /// Its pictures, the first one leads.
    pub images: Vec<Image>,
    /// ISO 4217, of all amounts here.
    pub currency: &'static str,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// A variant as staff see it. Amounts are minor units of the product's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VariantView {
    /// Its id.
    pub id: VariantId,
    /// Its stock-keeping unit; unique among the shop's variants that are not deleted.
    pub sku: String,
    /// The values chosen, by option, in the order of the product's options.
    #[serde(serialize_with = "serialize_choices")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub options: Vec<(String, String)>,
    /// What it costs a shopper.
    pub price: i64,
    /// What it cost before; shown struck out where it is higher than the price.
    pub compare_at_price: Option<i64>,
    /// What it costs the shop.
    pub cost: Option<i64>,
    /// EAN, UPC or the like; may be empty.
    pub barcode: String,
    /// Grams.
    pub weight_g: Option<i32>,
    /// Units in the shop.
    pub on_hand: i64,
    /// Units of these that are promised to orders.
    pub reserved: i64,
    /// Units that can be sold.
    pub available: i64,
}

/// A product in a list for shoppers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductCard {
    /// Its id.
    pub id: ProductId,
    /// Names its page.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// The picture that leads.
    pub image: Option<Image>,
    /// The lowest price of its variants, minor units.
    pub price_from: i64,
    /// The highest price of its variants, minor units.
    pub price_to: i64,
    /// What the cheapest variant cost before, minor units.
    pub compare_at_price: Option<i64>,
    /// ISO 4217.
    pub currency: &'static str,
    /// Whether any variant can be sold.
    pub in_stock: bool,
    /// Whether it came in within the last 30 days, and not with the shop's first goods.
    pub is_new: bool,
    /// The category it stands in.
    pub category: Option<Link>,
    /// Its brand.
    pub brand: Option<Link>,
}

/// A product's own page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoreProduct {
    /// What a list shows of it.
    #[serde(flatten)]
    pub card: ProductCard,
    /// Plain text; paragraphs are parted by blank lines.
    pub description: String,
    /// Its pictures, the first one leads.
    pub images: Vec<Image>,
    /// What a shopper chooses.
    pub options: Vec<ProductOption>,
    /// What is sold.
    pub variants: Vec<StoreVariant>,
    /// The way from the top category to its own.
    pub breadcrumbs: Vec<Link>,
}

/// A variant as shoppers see it. Amounts are minor units of the product's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoreVariant {
    /// Its id.
    pub id: VariantId,
    /// Its stock-keeping unit.
    pub sku: String,
    /// The values chosen, by option, in the order of the product's options.
    #[serde(serialize_with = "serialize_choices")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub options: Vec<(String, String)>,
    /// What it costs.
    pub price: i64,
    /// What it cost before.
    pub compare_at_price: Option<i64>,
    /// Units that can be sold.
    pub available: i64,
    /// Whether any can be sold.
    pub in_stock: bool,
    /// The picture of just this variant, among the product's.
    pub image_id: Option<ImageId>,
}

/// What the lines of carts and orders are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellableVariant {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// What the product is called.
    pub product_name: String,
    /// Names the product's page.
    pub product_slug: String,
    /// The variant's stock-keeping unit.
    pub sku: String,
    /// The values chosen, by option, in the order of the product's options.
    pub options: Vec<(String, String)>,
    /// Key of the product's leading picture in the shop's media folder.
    pub media_key: Option<String>,
    /// Minor units of the shop's currency.
    pub unit_price: i64,
    /// Units that can be sold.
    pub available: i64,
    /// Whether it may be sold: the product is active, and neither it nor the variant is deleted.
    pub sellable: bool,
}
