use std::collections::HashMap;

use axum::response::Response;
use serde::Serialize;
use time::OffsetDateTime;

use crate::backoffice::choices;
use crate::backoffice::form::Choice;
use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::catalog::{Image, ProductFilter, ProductSort, ProductView, list_products};
use crate::identity::Staff;
use crate::identity::permissions::ProductsRead;
use crate::kernel::{CategoryId, Page, ProductId, Status};
use crate::platform::http::Problem;

const PER_PAGE: i64 = 20;

#[derive(Serialize)]
struct ProductsPage {
    filters: Filtered,
    category_options: Vec<Choice>,
    products: Page<ProductRow>,
}

#[derive(Serialize)]
struct Filtered {
    q: String,
    status: String,
    category_id: String,
}

#[derive(Serialize)]
struct ProductRow {
    id: ProductId,
    name: String,
    slug: String,
    image: Option<Image>,
    category_name: Option<String>,
    variant_count: usize,
    price_from: i64,
    price_to: i64,
    currency: &'static str,
    on_hand: i64,
    available: i64,
    status: Status,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

/// The shop's products, those changed last first.
pub(in crate::backoffice) async fn list(visit: Visit, staff: Staff<ProductsRead>, asked: Filters) -> Result<Response, Problem> {
    let filters = Filtered {
        q: asked.text("q"),
        status: asked.one_of("status", &["active", "hidden", "deleted"]),
        category_id: asked.parsed::<CategoryId>("category_id").map(|id| id.to_string()).unwrap_or_default(),
    };
    let wanted = ProductFilter {
        status: status_named(&filters.status),
        category_id: asked.parsed("category_id"),
        q: asked.given("q"),
        sort: ProductSort::Changed,
        ..ProductFilter::default()
    };
    let mut tx = visit.begin().await?;
    let categories = choices::categories(&mut tx).await?;
    let names: HashMap<CategoryId, &str> = categories.iter().map(|category| (category.id, category.name.as_str())).collect();
    let products = list_products(&mut tx, &visit.shop, &wanted, asked.page(PER_PAGE)).await?;
    let page = ProductsPage {
        filters,
        category_options: choices::of_categories(&categories),
        products: products.map(|product| row(product, &names)),
    };
    visit.page(&mut tx, &staff, "admin/products.html", page).await
}

fn status_named(name: &str) -> Option<Status> {
    [Status::Active, Status::Hidden, Status::Deleted].into_iter().find(|status| status.as_str() == name)
}

fn row(product: ProductView, categories: &HashMap<CategoryId, &str>) -> ProductRow {
    let prices = || product.variants.iter().map(|variant| variant.price);
    ProductRow {
        category_name: product.category_id.and_then(|id| categories.get(&id)).map(|name| (*name).to_owned()),
        variant_count: product.variants.len(),
        price_from: prices().min().unwrap_or_default(),
        price_to: prices().max().unwrap_or_default(),
        on_hand: product.variants.iter().map(|variant| variant.on_hand).sum(),
        available: product.variants.iter().map(|variant| variant.available).sum(),
        image: product.images.into_iter().next(),
        id: product.id,
        name: product.name,
        slug: product.slug,
        currency: product.currency,
        status: product.status,
        updated_at: product.updated_at,
    }
}
