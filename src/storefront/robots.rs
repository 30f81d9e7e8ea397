use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use time::macros::format_description;

use super::page::Visit;
use crate::catalog::{CategoryNode, list_pages};
use crate::platform::http::Problem;
use crate::platform::i18n::Lang;

#[derive(Serialize)]
struct Robots<'a> {
    shop_url: &'a str,
}

/// What search engines may read.
pub(super) async fn robots(visit: Visit) -> Result<Response, Problem> {
    draw(&visit, "storefront/robots.txt", "text/plain; charset=utf-8", &Robots { shop_url: &visit.shop.url })
}

#[derive(Serialize)]
struct Sitemap {
    urls: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    loc: String,
    lastmod: Option<String>,
}

/// Every page a search engine should know: home, categories, products.
pub(super) async fn sitemap(visit: Visit) -> Result<Response, Problem> {
    let frame = visit.frame().await?;
    let mut tx = visit.begin().await?;
    let products = list_pages(&mut tx).await?;
    drop(tx);
    let url = &visit.shop.url;
    let mut urls = vec![Place { loc: format!("{url}/"), lastmod: None }];
    add_categories(&mut urls, url, &frame.categories);
    urls.extend(products.into_iter().map(|product| Place {
        loc: format!("{url}/products/{}", product.slug),
        lastmod: product.updated_at.format(format_description!("[year]-[month]-[day]")).ok(),
    }));
    draw(&visit, "storefront/sitemap.xml", "application/xml; charset=utf-8", &Sitemap { urls })
}

fn add_categories(urls: &mut Vec<Place>, url: &str, categories: &[CategoryNode]) {
    for category in categories {
        urls.push(Place { loc: format!("{url}/categories/{}", category.slug), lastmod: None });
        add_categories(urls, url, &category.children);
    }
}

fn draw(visit: &Visit, template: &str, kind: &'static str, context: &impl Serialize) -> Result<Response, Problem> {
    let text = visit.services().templates.render(template, Lang::En, context).map_err(|error| {
        tracing::error!(%error, "a page could not be drawn");
        Problem::internal()
    })?;
    let head = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")];
    Ok((head.map(|(name, value)| (name, HeaderValue::from_static(value))), text).into_response())
}
