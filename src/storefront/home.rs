use axum::response::Response;
use serde::Serialize;

use super::page::{Head, Visit, summary};
use crate::catalog::{CardFilter, CategoryNode, Image, ProductCard, list_product_cards};
use crate::kernel::PageRequest;
use crate::platform::http::Problem;

/// Cards of new goods.
const NEW: usize = 8;
/// Cards of goods on sale.
const ON_SALE: usize = 4;
/// Newest goods looked through for those, and for a picture of each category.
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
    let on_sale = list_product_cards(&mut tx, &visit.shop, &on_sale, PageRequest::first(LOOKED_THROUGH)).await?.data;
    drop(tx);
    let new_products = first_of(&newest, NEW, |card| card.in_stock);
    // What is new and on sale stands above already.
    let sale_products = first_of(&on_sale, ON_SALE, |card| !new_products.contains(card));
    let tiles = frame.categories.iter().filter(|category| category.product_count > 0).take(TILES);
    let featured_categories = tiles.map(|category| tile(category, &newest, &new_products)).collect();
    let settings = &visit.shop.settings;
    let head = Head {
        title: settings.tagline.clone(),
        description: summary(if settings.about.is_empty() { &settings.tagline } else { &settings.about }),
        canonical: Some("/".to_owned()),
        ..Head::default()
    };
    visit.page("storefront/home.html", head, &Home { hero: hero(&visit), featured_categories, new_products, sale_products }).await
}

/// The first of these cards, those that are rather shown before the others.
fn first_of(cards: &[ProductCard], count: usize, rather: impl Fn(&ProductCard) -> bool) -> Vec<ProductCard> {
    let (rather, others): (Vec<_>, Vec<_>) = cards.iter().partition(|card| rather(card));
    rather.into_iter().chain(others).take(count).cloned().collect()
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

/// A category with the newest picture of what is in it, rather one that does not stand below it on the page.
fn tile(category: &CategoryNode, newest: &[ProductCard], shown: &[ProductCard]) -> Tile {
    let within = |card: &&ProductCard| card.category.as_ref().is_some_and(|link| holds(category, &link.slug));
    let pictured: Vec<&ProductCard> = newest.iter().filter(within).filter(|card| card.image.is_some()).collect();
    let chosen = pictured.iter().find(|card| !shown.contains(card)).or(pictured.first());
    let image = chosen.and_then(|card| card.image.clone());
    Tile { slug: category.slug.clone(), name: category.name.clone(), product_count: category.product_count, image }
}

fn holds(category: &CategoryNode, slug: &str) -> bool {
    category.slug == slug || category.children.iter().any(|child| holds(child, slug))
}
