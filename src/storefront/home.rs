use axum::response::Response;
use serde::Serialize;

use super::page::{Head, Visit, summary};
use crate::catalog::{CardFilter, CategoryNode, Image, ProductCard, list_product_cards};
use crate::kernel::PageRequest;
use crate::platform::http::Problem;

/// Cards in a row of the home page.
const ROW: usize = 8;
/// Newest goods looked through for a picture of each category.
const LOOKED_THROUGH: i64 = 60;
/// Category tiles.
const TILES: usize = 6;

#[derive(Serialize)]
struct Home {
    hero: Hero,
    featured_categories: Vec<Tile>,
    new_products: Vec<ProductCard>,
    sale_products: Vec<ProductCard>,
}

#[derive(Serialize)]
struct Hero {
    title: String,
    text: Option<String>,
    image: Option<HeroImage>,
}

#[derive(Serialize)]
struct HeroImage {
    url: String,
    alt: String,
    width: Option<i64>,
    height: Option<i64>,
}

#[derive(Serialize)]
struct Tile {
    slug: String,
    name: String,
    product_count: i64,
    image: Option<Image>,
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let frame = visit.frame().await?;
    let mut tx = visit.begin().await?;
    let newest = list_product_cards(&mut tx, &visit.shop, &CardFilter::default(), PageRequest::first(LOOKED_THROUGH)).await?.data;
    let on_sale = CardFilter { on_sale: Some(true), in_stock: Some(true), ..CardFilter::default() };
    let sale_products = list_product_cards(&mut tx, &visit.shop, &on_sale, PageRequest::first(4)).await?.data;
    drop(tx);
    let tiles = frame.categories.iter().filter(|category| category.product_count > 0).take(TILES);
    let featured_categories = tiles.map(|category| tile(category, &newest)).collect();
    let mut new_products = newest;
    new_products.truncate(ROW);
    let settings = &visit.shop.settings;
    let head = Head {
        title: settings.tagline.clone(),
        description: summary(if settings.about.is_empty() { &settings.tagline } else { &settings.about }),
        canonical: Some("/".to_owned()),
    };
    visit.page("storefront/home.html", head, &Home { hero: hero(&visit), featured_categories, new_products, sale_products }).await
}

/// What the merchant set; a shop that is just opened shows its name and line.
fn hero(visit: &Visit) -> Hero {
    let (shop, settings) = (&visit.shop, &visit.shop.settings);
    let first = |texts: [&String; 2]| texts.into_iter().find(|text| !text.is_empty()).cloned();
    let image = (!settings.hero_image.is_empty()).then(|| HeroImage {
        url: shop.media_url(&settings.hero_image),
        alt: String::new(),
        width: None,
        height: None,
    });
    Hero {
        title: first([&settings.hero_title, &shop.name]).unwrap_or_default(),
        text: first([&settings.hero_text, &settings.tagline]),
        image,
    }
}

/// A category with the newest picture of what is in it.
fn tile(category: &CategoryNode, newest: &[ProductCard]) -> Tile {
    let within = |card: &&ProductCard| card.category.as_ref().is_some_and(|link| holds(category, &link.slug));
    let image = newest.iter().filter(within).find_map(|card| card.image.clone());
    Tile { slug: category.slug.clone(), name: category.name.clone(), product_count: category.product_count, image }
}

fn holds(category: &CategoryNode, slug: &str) -> bool {
    category.slug == slug || category.children.iter().any(|child| holds(child, slug))
}
