use uuid::Uuid;

use super::queries::shared;
use crate::kernel::fold;
use crate::platform::events::{self, NewEvent};
use crate::platform::{DbError, ShopTx};

/// The words of a search: each must be in a product's search text, as folded as that is. `None` when nothing is left to look for.
pub(super) fn search_words(q: Option<&str>) -> Option<Vec<String>> {
    let folded = fold(q?);
    let parts = folded.split(|c: char| c.is_whitespace() || c.is_control()).filter(|part| !part.is_empty());
    let words: Vec<String> = parts.take(12).map(|word| word.chars().take(100).collect()).collect();
    (!words.is_empty()).then_some(words)
}

/// Brings what is kept for lists and searches up to date with these products' names, brands, categories and variants. Call it
/// after every change of any of them.
pub(super) async fn refresh(tx: &mut ShopTx, products: &[Uuid]) -> Result<(), DbError> {
    if products.is_empty() {
        return Ok(());
    }
    // Held from the reading to the writing, in the order of their ids: a price that changes meanwhile is not written over.
    shared::lock_products(tx, products).await?;
    let sources = shared::derived_from(tx, products).await?;
    let (mut ids, mut texts, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for source in sources {
        let words = [Some(source.name), source.brand, source.category, Some(source.codes.join(" "))];
        let text = fold(&words.into_iter().flatten().collect::<Vec<_>>().join(" "));
        ids.push(source.id.uuid());
        texts.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
        from.push(source.price_from);
        to.push(source.price_to);
    }
    shared::store_derived(tx, &ids, &texts, &from, &to).await
}

/// Says in the event log what happened to a thing of the catalog: `{"product_id": …}` and nothing else. The last act of a change.
pub(super) async fn record(tx: &mut ShopTx, kind: &'static str, id: Uuid) -> Result<(), DbError> {
    let thing = kind.split('.').next().unwrap_or(kind);
    let payload = serde_json::json!({ format!("{thing}_id"): id });
    events::append(tx, &[NewEvent { kind, subject_id: id, payload }]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_looked_for_word_by_word_without_marks() {
        assert_eq!(search_words(Some(" Áo  THUN đỏ ")).unwrap(), ["ao", "thun", "do"]);
        assert_eq!(search_words(Some("a\0b")).unwrap(), ["a", "b"]);
        assert_eq!(search_words(Some("  ")), None);
        assert_eq!(search_words(None), None);
    }
}
