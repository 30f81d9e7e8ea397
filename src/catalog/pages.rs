use time::OffsetDateTime;

use super::CatalogError;
use super::queries::cards;
use crate::platform::ShopTx;

/// The most addresses one sitemap holds (sitemaps.org), with room for those of categories.
const MOST: i64 = 45_000;

/// The page of a product, as a sitemap names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPage {
    /// Names the page.
    pub slug: String,
    /// When the product was last changed.
    pub updated_at: OffsetDateTime,
}

/// The pages of all products shown, newest first; at most 45,000.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_pages(tx: &mut ShopTx) -> Result<Vec<ProductPage>, CatalogError> {
    let rows = cards::list_pages(tx, MOST).await?;
    Ok(rows.into_iter().map(|(slug, updated_at)| ProductPage { slug, updated_at }).collect())
}
