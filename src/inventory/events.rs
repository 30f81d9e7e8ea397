//! What the event log hears about stock.

use serde_json::json;

use super::{Document, LOW_STOCK, StockRow};
use crate::platform::events::NewEvent;

/// Units came free, in or out: the new figures with their versions, for whoever keeps a copy of them.
pub(super) fn changed(document: &Document, after: &[StockRow]) -> NewEvent {
    let stock: Vec<_> =
        after.iter().map(|row| json!({ "variant_id": row.variant_id, "available": row.available(), "version": row.version })).collect();
    NewEvent {
        kind: "stock.changed",
        subject_id: document.id,
        payload: json!({ "document": document.kind.as_str(), "number": document.number, "stock": stock }),
    }
}

/// One event for each variant that has just come down to [`LOW_STOCK`] or less; one that was low before is no news.
pub(super) fn low(before: &[StockRow], after: &[StockRow]) -> Vec<NewEvent> {
    after
        .iter()
        .filter(|row| row.available() <= LOW_STOCK)
        .filter(|row| before.iter().any(|old| old.variant_id == row.variant_id && old.available() > LOW_STOCK))
        .map(|row| NewEvent {
            kind: "stock.low",
            subject_id: row.variant_id.uuid(),
            payload: json!({ "variant_id": row.variant_id, "available": row.available() }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn row(n: u128, on_hand: i64) -> StockRow {
        StockRow { variant_id: Uuid::from_u128(n).into(), on_hand, reserved: 1, version: 1 }
    }

    #[test]
    fn only_a_variant_that_has_just_become_low_is_news() {
        let before = [row(1, 5), row(2, 4), row(3, 9)];
        let after = [row(1, 4), row(2, 3), row(3, 8)];
        let news = low(&before, &after);
        assert_eq!(news.len(), 1);
        assert_eq!(news[0].subject_id, Uuid::from_u128(1));
        assert_eq!(news[0].payload["available"], 3);
    }
}
