//! What the shop sells: products with options and variants, categories, brands, suppliers, pictures.
//!
//! Owns `categories`, `brands`, `suppliers`, `products`, `product_images` and `variants`, and makes the `stock` row that every
//! variant has. Promises that slugs and SKUs are unique among what is not deleted and free after, that a deleted or hidden
//! product leaves every list and page at once, that a list costs a fixed number of statements, and that each change is an event
//! (ids only). Leaves how much there is to `inventory`, and what was sold to `ordering`, whose lines are copies. To add a field
//! of a product: a column, its line in `input`, `parse`, `views` and `queries`.

mod api;
mod brands;
mod cards;
mod categories;
mod create;
mod derived;
mod error;
mod glance;
mod images;
mod input;
mod lists;
mod names;
mod options;
mod pages;
mod parse;
mod queries;
mod read;
mod refs;
mod replace;
mod shelves;
mod suppliers;
mod tree;
mod update;
mod variants;
mod views;

pub use api::{Upload, admin_routes, media_routes, read_upload, store_routes};
pub use brands::{
    BrandInput, BrandPatch, BrandView, StoreBrand, create_brand, delete_brand, find_brand, list_brands, list_store_brands, restore_brand,
    update_brand,
};
pub use cards::{
    CardFilter, CardSort, FacetValue, Facets, PriceRange, find_store_product, list_facets, list_product_cards, related_cards,
    suggest_products,
};
pub use categories::{
    CategoryInput, CategoryPatch, CategoryView, create_category, delete_category, find_category_by_id, list_categories, restore_category,
    update_category,
};
pub use create::create_product;
pub use error::CatalogError;
pub use glance::{VariantName, count_products_by_brand, find_variants_by_sku, has_pictures, list_variant_names};
pub use images::{MAX_IMAGES, add_image, expect_image, list_images, order_images, remove_image, replace_image};
pub use input::{ProductInput, ProductPatch, VariantInput, VariantPatch};
pub use lists::ListFilter;
pub use options::{MAX_OPTIONS, MAX_VALUES, MAX_VARIANTS, ProductOption, serialize_choices};
pub use pages::{ProductPage, list_pages};
pub use read::{ProductFilter, ProductSort, find_product, find_product_by_slug, list_products};
pub use shelves::{CategoryNode, CategoryPage, category_tree, find_category};
pub use suppliers::{
    SupplierInput, SupplierPatch, SupplierView, create_supplier, delete_supplier, find_supplier, list_suppliers, restore_supplier,
    update_supplier,
};
pub use tree::{MAX_CATEGORIES, MAX_DEPTH};
pub use update::{delete_product, restore_product, update_product};
pub use variants::{create_variant, delete_variant, sellable_variants, update_variant};
pub use views::{Image, Link, ProductCard, ProductView, SellableVariant, StoreProduct, StoreVariant, VariantView};
