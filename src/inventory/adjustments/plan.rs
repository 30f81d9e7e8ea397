use std::collections::BTreeMap;

use super::NewDelta;
use crate::inventory::ledger::Entry;
use crate::inventory::places::Lying;
use crate::inventory::{InventoryError, MAX_ON_HAND, StockRow};
use crate::kernel::{FieldError, Flaw, Invalid, LocationId, VariantId};

/// Units by variant and place.
type Places = BTreeMap<(VariantId, LocationId), i64>;

/// The movements that carry out an adjustment: one a line, or several where a line that names no place takes from more than one.
///
/// # Errors
/// [`InventoryError::Invalid`] above what a shop may have; [`InventoryError::Reserved`] below what is promised, or where less lies
/// at a named place than is to leave it.
pub(super) fn plan(lines: &[NewDelta], rows: &[StockRow], lying: &[Lying], default: LocationId) -> Result<Vec<Entry>, InventoryError> {
    hold_to_rows(lines, rows)?;
    let mut places: Places = lying.iter().map(|place| ((place.variant_id, place.location_id), place.on_hand)).collect();
    // What names its place first, whatever its place in the list: the rest takes from what is left.
    for line in lines {
        if let Some(location) = named(line, default) {
            *places.entry((line.variant_id, location)).or_default() += line.delta;
        }
    }
    hold_to_places(lines, lying, &places, default)?;
    let mut entries = Vec::with_capacity(lines.len());
    for line in lines {
        match named(line, default) {
            Some(location) => entries.push(Entry::new(line.variant_id, line.delta, 0).at(location).because(&line.reason)),
            None => take(line, &mut places, default, &mut entries)?,
        }
    }
    Ok(entries)
}

/// Where a line's units go or come from, when there is no choice.
fn named(line: &NewDelta, default: LocationId) -> Option<LocationId> {
    line.location_id.or((line.delta > 0).then_some(default))
}

/// All lines of a variant together must leave what is promised, and room.
fn hold_to_rows(lines: &[NewDelta], rows: &[StockRow]) -> Result<(), InventoryError> {
    let (mut reserved, mut over) = (Vec::new(), Vec::new());
    for row in rows {
        let of_variant = || lines.iter().enumerate().filter(|(_, line)| line.variant_id == row.variant_id);
        let net: i64 = of_variant().map(|(_, line)| line.delta).sum();
        let at = |sign: i64| of_variant().find(|(_, line)| line.delta.signum() == sign).map_or(0, |(i, _)| i);
        if row.available() + net < 0 {
            reserved.push(not_enough(at(-1), -net, row.available()));
        } else if row.on_hand + net > MAX_ON_HAND {
            let flaw = Flaw::new("too_large").with("max", MAX_ON_HAND - row.on_hand);
            over.push(FieldError { pointer: format!("/lines/{}/delta", at(1)), flaw });
        }
    }
    match (over.is_empty(), reserved.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(InventoryError::Reserved(reserved)),
        (false, _) => Err(Invalid(over).into()),
    }
}

/// Nothing leaves a named place that does not lie there.
fn hold_to_places(lines: &[NewDelta], lying: &[Lying], places: &Places, default: LocationId) -> Result<(), InventoryError> {
    let mut flaws = Vec::new();
    for ((variant, location), left) in places.iter().filter(|(_, left)| **left < 0) {
        let of_place = |line: &&NewDelta| line.variant_id == *variant && named(line, default) == Some(*location);
        let line = lines.iter().position(|line| of_place(&line) && line.delta < 0).unwrap_or_default();
        let lay = lying.iter().find(|p| p.variant_id == *variant && p.location_id == *location).map_or(0, |p| p.on_hand);
        flaws.push(not_enough(line, lay - left, lay));
    }
    if flaws.is_empty() { Ok(()) } else { Err(InventoryError::Reserved(flaws)) }
}

/// Takes a line that names no place from the default location first, then from where most is left.
fn take(line: &NewDelta, places: &mut Places, default: LocationId, entries: &mut Vec<Entry>) -> Result<(), InventoryError> {
    let mut wanted = -line.delta;
    let mut open: Vec<(LocationId, i64)> = places
        .iter()
        .filter(|((variant, _), units)| *variant == line.variant_id && **units > 0)
        .map(|((_, at), units)| (*at, *units))
        .collect();
    open.sort_by_key(|(location, units)| (*location != default, -units, *location));
    for (location, units) in open {
        let taken = wanted.min(units);
        if taken > 0 {
            entries.push(Entry::new(line.variant_id, -taken, 0).at(location).because(&line.reason));
            places.insert((line.variant_id, location), units - taken);
            wanted -= taken;
        }
    }
    if wanted == 0 { Ok(()) } else { Err(InventoryError::Books(format!("{wanted} units of variant {} lie nowhere", line.variant_id))) }
}

fn not_enough(line: usize, requested: i64, available: i64) -> FieldError {
    let flaw = Flaw::new("not_enough").with("requested", requested).with("available", available);
    FieldError { pointer: format!("/lines/{line}/delta"), flaw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const VARIANT: u128 = 7;

    fn line(location: Option<u128>, delta: i64) -> NewDelta {
        NewDelta { variant_id: Uuid::from_u128(VARIANT).into(), location_id: location.map(at), delta, reason: "x".to_owned() }
    }

    fn at(n: u128) -> LocationId {
        Uuid::from_u128(n).into()
    }

    /// Two units at the default location 1, five at location 2; `reserved` of the seven are promised.
    fn planned(lines: &[NewDelta], reserved: i64) -> Result<Vec<(u128, i64)>, InventoryError> {
        let variant_id = VariantId::from(Uuid::from_u128(VARIANT));
        let row = StockRow { variant_id, on_hand: 7, reserved, version: 1 };
        let lying = [(1, 2), (2, 5)].map(|(n, on_hand)| Lying { variant_id, location_id: at(n), on_hand, is_default: n == 1 });
        let entries = plan(lines, &[row], &lying, at(1))?;
        Ok(entries.iter().map(|e| (e.location_id.unwrap().uuid().as_u128(), e.on_hand)).collect())
    }

    fn refused(lines: &[NewDelta], reserved: i64) -> Vec<String> {
        match planned(lines, reserved) {
            Err(InventoryError::Reserved(flaws)) => flaws.into_iter().map(|flaw| flaw.pointer).collect(),
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn less_without_a_place_leaves_the_default_location_first() {
        assert_eq!(planned(&[line(None, -4)], 0).unwrap(), [(1, -2), (2, -2)]);
        assert_eq!(planned(&[line(None, 3)], 0).unwrap(), [(1, 3)]);
    }

    #[test]
    fn what_is_promised_stays() {
        assert_eq!(planned(&[line(None, -4)], 3).unwrap(), [(1, -2), (2, -2)]);
        assert_eq!(refused(&[line(Some(2), 1), line(None, -6)], 3), ["/lines/1/delta"]);
        assert_eq!(refused(&[line(None, -8)], 0), ["/lines/0/delta"]);
    }

    #[test]
    fn nothing_leaves_a_place_where_it_does_not_lie() {
        assert_eq!(refused(&[line(Some(1), -3)], 0), ["/lines/0/delta"]);
        assert_eq!(refused(&[line(Some(9), -1)], 0), ["/lines/0/delta"]);
    }

    #[test]
    fn goods_may_move_between_places_while_all_are_promised() {
        assert_eq!(planned(&[line(Some(2), -5), line(Some(1), 5)], 7).unwrap(), [(2, -5), (1, 5)]);
    }

    #[test]
    fn lines_without_a_place_share_what_the_others_leave() {
        let lines = [line(None, -3), line(Some(1), -2), line(None, -2)];
        assert_eq!(planned(&lines, 0).unwrap(), [(2, -3), (1, -2), (2, -2)]);
    }

    #[test]
    fn a_shop_has_no_more_than_it_may_have() {
        let variant_id = VariantId::from(Uuid::from_u128(VARIANT));
        let row = StockRow { variant_id, on_hand: MAX_ON_HAND - 1, reserved: 0, version: 1 };
        assert!(matches!(plan(&[line(None, 2)], &[row], &[], at(1)), Err(InventoryError::Invalid(_))));
        assert!(plan(&[line(None, 1)], &[row], &[], at(1)).is_ok());
    }
}
