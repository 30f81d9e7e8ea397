use std::collections::BTreeMap;

use super::ledger::{Entry, write};
use super::{Document, InventoryError, MovementKind, ReleaseKind, Shortage, StockLine, StockRow, events, places, queries};
use crate::identity::Actor;
use crate::kernel::{Flaw, Invalid, VariantId};
use crate::platform::ShopTx;
use crate::platform::events::NewEvent;
use crate::stores;

/// Locks the stock of these variants in the order of their ids, whoever asks and in whatever order, so that no two transactions
/// wait for each other. A variant that is not here has no row in the answer.
///
/// # Errors
/// When the database gives no answer.
pub async fn lock_stock(tx: &mut ShopTx, variants: &[VariantId]) -> Result<Vec<StockRow>, InventoryError> {
    Ok(queries::stock::lock(tx, variants).await?)
}

/// Promises units to an order: all lines or none. Gives the events to append, last in the transaction, with the caller's own.
///
/// # Errors
/// [`InventoryError::Short`] names every line that asks for more than there is; [`InventoryError::AlreadyDone`] when the order
/// already holds one of the variants.
pub async fn reserve(tx: &mut ShopTx, document: &Document, lines: &[StockLine], actor: &Actor) -> Result<Vec<NewEvent>, InventoryError> {
    let wanted = summed(lines)?;
    let before = lock_stock(tx, &variants(&wanted)).await?;
    let short = shortages(&wanted, &before);
    if !short.is_empty() {
        return Err(InventoryError::Short(short));
    }
    let entries = wanted.iter().map(|(variant, units)| Entry::new(*variant, 0, *units)).collect::<Vec<_>>();
    let after = write(tx, MovementKind::Place, document, &entries, actor).await?;
    // The order's own event says what it holds; the stock row's reader is told only what the merchant must hear.
    Ok(events::low(&before, &after))
}

/// Gives back what an order holds and did not ship. Gives the events to append.
///
/// # Errors
/// [`InventoryError::AlreadyDone`] when the order does not hold these units any more.
pub async fn release(
    tx: &mut ShopTx,
    document: &Document,
    lines: &[StockLine],
    actor: &Actor,
    kind: ReleaseKind,
) -> Result<Vec<NewEvent>, InventoryError> {
    let wanted = summed(lines)?;
    lock_stock(tx, &variants(&wanted)).await?;
    covered(&wanted, &queries::stock::held_by(tx, document.id).await?)?;
    let entries = wanted.iter().map(|(variant, units)| Entry::new(*variant, 0, -*units)).collect::<Vec<_>>();
    let kind = match kind {
        ReleaseKind::Cancel => MovementKind::Cancel,
        ReleaseKind::Expire => MovementKind::Expire,
    };
    let after = write(tx, kind, document, &entries, actor).await?;
    Ok(vec![events::changed(document, &after)])
}

/// Takes what an order holds out of the shop: from the default location first, then from the ones with most.
///
/// # Errors
/// [`InventoryError::AlreadyDone`] when the order does not hold these units any more.
pub async fn ship(tx: &mut ShopTx, document: &Document, lines: &[StockLine], actor: &Actor) -> Result<(), InventoryError> {
    let wanted = summed(lines)?;
    let variants = variants(&wanted);
    lock_stock(tx, &variants).await?;
    covered(&wanted, &queries::stock::held_by(tx, document.id).await?)?;
    let lying = queries::places::lying(tx, &variants).await?;
    let entries = places::pick(&wanted, &lying)?;
    write(tx, MovementKind::Ship, document, &entries, actor).await?;
    Ok(())
}

/// Takes shipped goods back, into the default location. Gives the events to append.
///
/// # Errors
/// [`InventoryError::AlreadyDone`] when they were not shipped, or came back before.
pub async fn take_back(tx: &mut ShopTx, document: &Document, lines: &[StockLine], actor: &Actor) -> Result<Vec<NewEvent>, InventoryError> {
    let wanted = summed(lines)?;
    let place = stores::default_location(tx).await?;
    lock_stock(tx, &variants(&wanted)).await?;
    covered(&wanted, &queries::stock::away_with(tx, document.id).await?)?;
    let entries = wanted.iter().map(|(variant, units)| Entry::new(*variant, *units, 0).at(place)).collect::<Vec<_>>();
    let after = write(tx, MovementKind::Return, document, &entries, actor).await?;
    Ok(vec![events::changed(document, &after)])
}

/// One amount a variant, in the order of their ids.
fn summed(lines: &[StockLine]) -> Result<BTreeMap<VariantId, i64>, InventoryError> {
    let mut sums = BTreeMap::new();
    for line in lines {
        let sum: &mut i64 = sums.entry(line.variant_id).or_default();
        if line.quantity < 1 {
            return Err(Invalid::at("/lines", Flaw::new("too_small").with("min", 1)).into());
        }
        *sum =
            sum.checked_add(line.quantity).ok_or_else(|| Invalid::at("/lines", Flaw::new("too_large").with("max", super::MAX_ON_HAND)))?;
    }
    Ok(sums)
}

fn variants(wanted: &BTreeMap<VariantId, i64>) -> Vec<VariantId> {
    wanted.keys().copied().collect()
}

/// The lines that ask for more than may be sold. A variant without a stock row has nothing to sell.
fn shortages(wanted: &BTreeMap<VariantId, i64>, rows: &[StockRow]) -> Vec<Shortage> {
    let available: BTreeMap<VariantId, i64> = rows.iter().map(|row| (row.variant_id, row.available())).collect();
    wanted
        .iter()
        .map(|(variant_id, requested)| Shortage {
            variant_id: *variant_id,
            requested: *requested,
            available: available.get(variant_id).copied().unwrap_or_default(),
        })
        .filter(|line| line.requested > line.available)
        .collect()
}

/// Whether the document still has what is wanted of it. The stock rows are locked, so nobody else is at the same document's units.
fn covered(wanted: &BTreeMap<VariantId, i64>, has: &[(VariantId, i64)]) -> Result<(), InventoryError> {
    let has: BTreeMap<VariantId, i64> = has.iter().copied().collect();
    let covers = |(variant, units): (&VariantId, &i64)| has.get(variant).is_some_and(|has| has >= units);
    if wanted.iter().all(covers) { Ok(()) } else { Err(InventoryError::AlreadyDone) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn variant(n: u128) -> VariantId {
        VariantId::from(Uuid::from_u128(n))
    }

    fn row(n: u128, on_hand: i64, reserved: i64) -> StockRow {
        StockRow { variant_id: variant(n), on_hand, reserved, version: 1 }
    }

    #[test]
    fn a_variant_on_two_lines_is_wanted_once_with_the_sum() {
        let lines = [(2, 3), (1, 1), (2, 4)].map(|(n, quantity)| StockLine { variant_id: variant(n), quantity });
        assert_eq!(summed(&lines).unwrap().into_iter().collect::<Vec<_>>(), [(variant(1), 1), (variant(2), 7)]);
    }

    #[test]
    fn no_line_may_ask_for_nothing_or_for_more_than_can_be_counted() {
        let line = |quantity| StockLine { variant_id: variant(1), quantity };
        assert!(matches!(summed(&[line(0)]), Err(InventoryError::Invalid(_))));
        assert!(matches!(summed(&[line(-1)]), Err(InventoryError::Invalid(_))));
        assert!(matches!(summed(&[line(i64::MAX), line(1)]), Err(InventoryError::Invalid(_))));
    }

    #[test]
    fn every_short_line_is_named_and_an_unknown_variant_has_nothing() {
        let wanted = BTreeMap::from([(variant(1), 2), (variant(2), 2), (variant(3), 1)]);
        let short = shortages(&wanted, &[row(1, 5, 3), row(2, 5, 4)]);
        assert_eq!(
            short,
            [
                Shortage { variant_id: variant(2), requested: 2, available: 1 },
                Shortage { variant_id: variant(3), requested: 1, available: 0 }
            ]
        );
    }

    #[test]
    fn a_document_cannot_give_what_it_no_longer_holds() {
        let wanted = BTreeMap::from([(variant(1), 2)]);
        assert!(covered(&wanted, &[(variant(1), 2)]).is_ok());
        assert!(matches!(covered(&wanted, &[(variant(1), 0)]), Err(InventoryError::AlreadyDone)));
        assert!(matches!(covered(&wanted, &[]), Err(InventoryError::AlreadyDone)));
    }
}
