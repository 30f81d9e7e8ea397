use axum::response::Response;
use serde::Serialize;

use super::page::{Head, Visit, summary};
use crate::catalog::{ProductCard, StoreProduct, find_store_product, related_cards};
use crate::platform::http::{PathParam, Problem};
use crate::platform::pages::Asked;

/// Cards below a product.
const RELATED: i64 = 4;

#[derive(Serialize)]
struct ProductPage {
    product: StoreProduct,
    selected_variant_id: Option<String>,
    related: Vec<ProductCard>,
}

pub(super) async fn show(visit: Visit, PathParam(slug): PathParam<String>, asked: Asked) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let product = find_store_product(&mut tx, &visit.shop, &slug).await?.ok_or_else(Problem::not_found)?;
    let related = related_cards(&mut tx, &visit.shop, product.card.id, RELATED).await?;
    drop(tx);
    let card = &product.card;
    let description = if product.description.is_empty() { card.name.clone() } else { summary(&product.description) };
    let head = Head { title: card.name.clone(), description, canonical: Some(format!("/products/{}", card.slug)), ..Head::default() };
    let selected_variant_id = asked.given("variant").map(str::to_owned);
    visit.page("storefront/product.html", head, &ProductPage { product, selected_variant_id, related }).await
}
