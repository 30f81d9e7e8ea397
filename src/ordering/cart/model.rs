use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::VariantId;

/// A cart as it is kept: what is wanted, and when in the cart's own count of changes each line was set.
///
/// A purchase stamps the cart's version as bought. A line set at that version or before is bought wherever it turns up again: in a
/// cart that was not emptied, in a copy restored later, in a copy that arrives late. A line set since is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ordering) struct Cart {
    version: i64,
    lines: BTreeMap<VariantId, CartLine>,
}

/// What is wanted of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i64, i64, i64)", into = "(i64, i64, i64)")]
pub(in crate::ordering) struct CartLine {
    /// Units.
    pub(in crate::ordering) quantity: i64,
    /// The cart's version at which the quantity was set.
    set_at: i64,
    /// The cart's version at which the line came in: the order lines are shown in.
    since: i64,
}

impl From<(i64, i64, i64)> for CartLine {
    fn from((quantity, set_at, since): (i64, i64, i64)) -> Self {
        Self { quantity, set_at, since }
    }
}

impl From<CartLine> for (i64, i64, i64) {
    fn from(line: CartLine) -> Self {
        (line.quantity, line.set_at, line.since)
    }
}

/// How far a version leaps when a cart goes on from a copy: changes after the copy may have been lost, and no version may be
/// given twice. Nobody changes a cart so often within the seconds that a copy is behind.
const LEAP: i64 = 1_000;

impl Cart {
    /// A cart from its parts.
    pub(in crate::ordering) fn new(version: i64, lines: BTreeMap<VariantId, CartLine>) -> Self {
        Self { version, lines }
    }

    /// Grows with every change.
    pub(in crate::ordering) const fn version(&self) -> i64 {
        self.version
    }

    /// The lines by variant, as they are stored.
    pub(in crate::ordering) const fn lines(&self) -> &BTreeMap<VariantId, CartLine> {
        &self.lines
    }

    /// Variants and units in the order they came in.
    pub(in crate::ordering) fn in_order(&self) -> Vec<(VariantId, i64)> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_by_key(|(variant, line)| (line.since, **variant));
        lines.into_iter().map(|(variant, line)| (*variant, line.quantity)).collect()
    }

    /// Units of a variant; 0 when there is no line.
    pub(in crate::ordering) fn quantity(&self, variant: VariantId) -> i64 {
        self.lines.get(&variant).map_or(0, |line| line.quantity)
    }

    /// Sets the units of a variant; 0 takes the line out. The same units again change nothing.
    pub(in crate::ordering) fn set(&mut self, variant: VariantId, quantity: i64) {
        if self.quantity(variant) == quantity {
            return;
        }
        self.version += 1;
        if quantity == 0 {
            self.lines.remove(&variant);
            return;
        }
        let version = self.version;
        let line = self.lines.entry(variant).or_insert(CartLine { quantity, set_at: version, since: version });
        (line.quantity, line.set_at) = (quantity, version);
    }

    /// Keeps the lines of these variants.
    pub(in crate::ordering) fn retain(&mut self, keep: impl Fn(VariantId) -> bool) {
        let before = self.lines.len();
        self.lines.retain(|variant, _| keep(*variant));
        if self.lines.len() < before {
            self.version += 1;
        }
    }

    /// Takes out what was bought up to a version. Later versions follow that one.
    pub(in crate::ordering) fn drop_bought(&mut self, bought: i64) {
        self.lines.retain(|_, line| line.set_at > bought);
        self.version = self.version.max(bought);
    }

    /// Counts a change made by other means.
    pub(in crate::ordering) fn touch(&mut self) {
        self.version += 1;
    }

    /// Goes on from a copy, see [`LEAP`].
    pub(in crate::ordering) fn leap(&mut self) {
        self.version += LEAP;
    }

    /// As it is written to Redis: the version for the script to compare, then the lines.
    pub(in crate::ordering) fn write(&self) -> String {
        format!("{} {}", self.version, serde_json::to_string(&self.lines).unwrap_or_default())
    }

    /// Reads what [`Cart::write`] wrote; `None` for anything else.
    pub(in crate::ordering) fn read(text: &str) -> Option<Self> {
        let (version, lines) = text.split_once(' ')?;
        Some(Self { version: version.parse().ok()?, lines: serde_json::from_str(lines).ok()? })
    }

    /// The newer of two states of one cart.
    pub(in crate::ordering) fn newer(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other.version > one.version { other } else { one }),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn variant(n: u128) -> VariantId {
        Uuid::from_u128(n).into()
    }

    fn cart(lines: &[(u128, i64)]) -> Cart {
        let mut cart = Cart::default();
        for (n, quantity) in lines {
            cart.set(variant(*n), *quantity);
        }
        cart
    }

    #[test]
    fn lines_stay_in_the_order_they_came_in() {
        let mut cart = cart(&[(3, 1), (1, 1), (2, 1)]);
        cart.set(variant(3), 5);
        assert_eq!(cart.in_order(), [(variant(3), 5), (variant(1), 1), (variant(2), 1)]);
        assert_eq!(cart.version(), 4);
    }

    #[test]
    fn the_same_units_again_and_taking_out_what_is_not_there_change_nothing() {
        let mut cart = cart(&[(1, 2)]);
        let before = cart.clone();
        cart.set(variant(1), 2);
        cart.set(variant(9), 0);
        cart.retain(|_| true);
        assert_eq!(cart, before);
    }

    #[test]
    fn what_was_bought_is_gone_from_every_copy_and_what_was_put_in_since_stays() {
        let bought_at = cart(&[(1, 2), (2, 1)]);
        // The same moment in another tab: two more of one of them, and a third thing.
        let mut meanwhile = bought_at.clone();
        meanwhile.set(variant(2), 3);
        meanwhile.set(variant(3), 1);
        meanwhile.drop_bought(bought_at.version());
        assert_eq!(meanwhile.in_order(), [(variant(2), 3), (variant(3), 1)]);
        // A copy that is older than the purchase.
        let mut restored = cart(&[(1, 2)]);
        restored.drop_bought(bought_at.version());
        assert!(restored.in_order().is_empty());
        restored.set(variant(1), 1);
        assert!(restored.version() > bought_at.version());
        restored.drop_bought(bought_at.version());
        assert_eq!(restored.in_order(), [(variant(1), 1)]);
    }

    #[test]
    fn a_cart_reads_back_as_it_was_written() {
        let cart = cart(&[(3, 1), (1, 7)]);
        assert_eq!(Cart::read(&cart.write()), Some(cart));
        for text in ["", "x {}", "3", "3 []", "3 {\"a\":1}"] {
            assert_eq!(Cart::read(text), None, "{text}");
        }
    }
}
