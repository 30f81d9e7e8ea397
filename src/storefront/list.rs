use axum::response::Response;
use serde::Serialize;

use super::page::{Head, Visit};
use crate::catalog::{CardFilter, CardSort, CategoryNode, Link, ProductCard, find_category, list_product_cards};
use crate::kernel::{Page, PageRequest};
use crate::platform::http::{PathParam, Problem};
use crate::platform::i18n::translate;
use crate::platform::pages::Asked;

/// Rows of two, three and four come out even.
const PER_PAGE: i64 = 24;
/// The longest search.
const LONGEST: usize = 100;
/// What is shown when a search finds nothing.
const SUGGESTIONS: i64 = 4;

/// What a visitor asks of a list, as it stands in the address. What cannot be read is left out.
struct Wish {
    q: Option<String>,
    page: PageRequest,
    sort: &'static str,
    by: CardSort,
}

const SORTS: [(&str, CardSort); 4] =
    [("-created_at", CardSort::Newest), ("price", CardSort::PriceAsc), ("-price", CardSort::PriceDesc), ("name", CardSort::NameAsc)];

impl Wish {
    fn of(asked: &Asked) -> Self {
        let (sort, by) = SORTS.into_iter().find(|(name, _)| *name == asked.get("sort")).unwrap_or(SORTS[0]);
        let page = PageRequest::parse(asked.get("page").parse().ok(), Some(PER_PAGE));
        Self { q: words(asked.get("q")), page: page.unwrap_or_else(|_| PageRequest::first(PER_PAGE)), sort, by }
    }
}

fn words(typed: &str) -> Option<String> {
    let typed: String = typed.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST).collect();
    let typed = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    (!typed.is_empty()).then_some(typed)
}

#[derive(Serialize)]
struct List {
    q: Option<String>,
    category: Option<CategoryNode>,
    breadcrumbs: Vec<Link>,
    products: Page<ProductCard>,
    sort: &'static str,
    sorts: [&'static str; 4],
    suggestions: Vec<ProductCard>,
}

pub(super) async fn all(visit: Visit, asked: Asked) -> Result<Response, Problem> {
    let filter = CardFilter { category: asked.given("category").map(str::to_owned), ..CardFilter::default() };
    draw(&visit, Wish::of(&asked), filter, None).await
}

pub(super) async fn category(visit: Visit, PathParam(slug): PathParam<String>, asked: Asked) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let found = find_category(&mut tx, &slug).await?.ok_or_else(Problem::not_found)?;
    drop(tx);
    let filter = CardFilter { category: Some(slug), ..CardFilter::default() };
    draw(&visit, Wish::of(&asked), filter, Some((found.category, found.breadcrumbs))).await
}

async fn draw(visit: &Visit, wish: Wish, filter: CardFilter, place: Option<(CategoryNode, Vec<Link>)>) -> Result<Response, Problem> {
    let filter = CardFilter { q: wish.q, sort: wish.by, ..filter };
    let mut tx = visit.begin().await?;
    let products = list_product_cards(&mut tx, &visit.shop, &filter, wish.page).await?;
    let suggestions = if products.total == 0 {
        list_product_cards(&mut tx, &visit.shop, &CardFilter::default(), PageRequest::first(SUGGESTIONS)).await?.data
    } else {
        Vec::new()
    };
    drop(tx);
    let (category, breadcrumbs) = place.map_or((None, Vec::new()), |(category, crumbs)| (Some(category), crumbs));
    let head = head(visit, filter.q.as_deref(), category.as_ref(), products.page);
    let sorts = SORTS.map(|(name, _)| name);
    visit
        .page("storefront/products.html", head, &List { q: filter.q, category, breadcrumbs, products, sort: wish.sort, sorts, suggestions })
        .await
}

fn head(visit: &Visit, q: Option<&str>, category: Option<&CategoryNode>, page: i64) -> Head {
    let place = category.map_or_else(|| "/products".to_owned(), |category| format!("/categories/{}", category.slug));
    let title = match (category, q) {
        (Some(category), _) => category.name.clone(),
        (None, Some(q)) => translate(visit.lang, "search.results_for", &[("q", &q)]),
        (None, None) => visit.t("nav.all_products"),
    };
    // A search is nobody's landing page; each page of a list has an address of its own.
    let canonical = q.is_none().then(|| if page > 1 { format!("{place}?page={page}") } else { place });
    Head { description: format!("{title} · {}", visit.shop.name), title, canonical, ..Head::default() }
}
