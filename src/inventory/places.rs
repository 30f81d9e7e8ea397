use std::collections::BTreeMap;

use super::InventoryError;
use super::ledger::Entry;
use crate::kernel::{LocationId, VariantId};

/// Units of a variant that lie at a location.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lying {
    pub(super) variant_id: VariantId,
    pub(super) location_id: LocationId,
    pub(super) on_hand: i64,
    pub(super) is_default: bool,
}

/// From where units leave: from the default location first, then from the ones with most, so that few parcels are made.
pub(super) fn pick(wanted: &BTreeMap<VariantId, i64>, lying: &[Lying]) -> Result<Vec<Entry>, InventoryError> {
    let mut entries = Vec::with_capacity(wanted.len());
    for (variant, units) in wanted {
        let mut left = *units;
        let mut places: Vec<&Lying> = lying.iter().filter(|place| place.variant_id == *variant && place.on_hand > 0).collect();
        places.sort_by_key(|place| (!place.is_default, -place.on_hand, place.location_id));
        for place in places {
            let taken = left.min(place.on_hand);
            if taken > 0 {
                entries.push(Entry::new(*variant, -taken, -taken).at(place.location_id));
                left -= taken;
            }
        }
        if left > 0 {
            return Err(InventoryError::Books(format!("{left} units of variant {variant} lie nowhere")));
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn lying(location: u128, on_hand: i64, is_default: bool) -> Lying {
        Lying { variant_id: VariantId::from(Uuid::from_u128(1)), location_id: Uuid::from_u128(location).into(), on_hand, is_default }
    }

    #[test]
    fn goods_leave_the_default_location_first_then_the_fullest() {
        let wanted = BTreeMap::from([(VariantId::from(Uuid::from_u128(1)), 12)]);
        let entries = pick(&wanted, &[lying(1, 2, false), lying(2, 3, true), lying(3, 8, false), lying(4, 0, false)]).unwrap();
        let taken: Vec<_> = entries.iter().map(|e| (e.location_id.unwrap().uuid().as_u128(), e.on_hand, e.reserved)).collect();
        assert_eq!(taken, [(2, -3, -3), (3, -8, -8), (1, -1, -1)]);
    }

    #[test]
    fn goods_that_lie_nowhere_cannot_leave() {
        let wanted = BTreeMap::from([(VariantId::from(Uuid::from_u128(1)), 4)]);
        assert!(matches!(pick(&wanted, &[lying(1, 3, true)]), Err(InventoryError::Books(_))));
    }
}
