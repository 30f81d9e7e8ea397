use std::collections::HashMap;

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::lines::MAX_LINES;
use super::status::PaymentMethod;
use crate::kernel::{Address, AddressInput, Check, Flaw, Invalid, Quantity, VariantId, paragraph};

/// What a shopper asks for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// What to buy; without it the cart is bought, and emptied.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<OrderLineInput>>,
    /// Where it goes.
    pub shipping_address: AddressInput,
    /// One of the shop's delivery rates; without it the shop's default applies, which is free.
    #[serde(default)]
    pub shipping_rate_id: Option<Uuid>,
    /// A code that takes something off.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub discount_code: Option<String>,
    /// How it will be paid. Cash on delivery for now.
    pub payment_method: PaymentMethod,
    /// For the shop to read.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
    /// The total the shopper was shown, minor units; the order is refused when it is another one now.
    #[serde(default)]
    pub expected_total: Option<i64>,
}

/// A line of what a shopper asks for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderLineInput {
    /// What.
    pub variant_id: VariantId,
    /// Units.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
}

/// A line with its units and its place in the request; no variant has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) variant_id: VariantId,
    pub(super) quantity: i64,
    pub(super) index: usize,
}

/// What a shopper asks for, every field parsed.
#[derive(Debug, Clone)]
pub struct OrderRequest {
    /// `None`: the cart.
    pub(super) lines: Option<Vec<Wanted>>,
    pub(super) address: Address,
    pub(super) payment_method: PaymentMethod,
    pub(super) note: String,
    pub(super) expected_total: Option<i64>,
}

impl OrderInput {
    /// Parses every field.
    ///
    /// # Errors
    /// The flaws of all fields.
    pub fn parse(&self) -> Result<OrderRequest, Invalid> {
        let mut check = Check::default();
        let lines = self.lines.as_deref().map(|lines| merged(lines, &mut check));
        let address = self.shipping_address.parse().map_err(|inner| check.nest("/shipping_address", inner)).ok();
        // No shop has rates or discounts yet: whatever is named is not there.
        if self.shipping_rate_id.is_some() {
            check.flaw("/shipping_rate_id", Flaw::new("not_found"));
        }
        if self.discount_code.is_some() {
            check.flaw("/discount_code", Flaw::new("not_found"));
        }
        if !PaymentMethod::OFFERED.contains(&self.payment_method) {
            check.flaw("/payment_method", Flaw::new("not_allowed"));
        }
        let note = check.at("/note", paragraph(self.note.as_deref().unwrap_or_default(), 0, 1000));
        check.finish()?;
        let (Some(address), Some(note)) = (address, note) else { return Err(Invalid(Vec::new())) };
        Ok(OrderRequest { lines, address, payment_method: self.payment_method, note, expected_total: self.expected_total })
    }
}

/// One line a variant, at the place of its first; the units of the others are added to it.
fn merged(lines: &[OrderLineInput], check: &mut Check) -> Vec<Wanted> {
    if lines.is_empty() {
        check.flaw("/lines", Flaw::new("too_few").with("min", 1));
    }
    if lines.len() > MAX_LINES {
        check.flaw("/lines", Flaw::new("too_many").with("max", MAX_LINES));
        return Vec::new();
    }
    let mut places: HashMap<VariantId, usize> = HashMap::new();
    let mut wanted: Vec<Wanted> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let place = *places.entry(line.variant_id).or_insert(wanted.len());
        let before = wanted.get(place).map_or(0, |wanted| wanted.quantity);
        let pointer = format!("/lines/{index}/quantity");
        let units = Quantity::parse(line.quantity).and_then(|units| Quantity::parse(before + units.units()));
        let Some(units) = check.at(pointer, units) else { continue };
        match wanted.get_mut(place) {
            Some(line) => line.quantity = units.units(),
            None => wanted.push(Wanted { variant_id: line.variant_id, quantity: units.units(), index }),
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u128, quantity: i64) -> OrderLineInput {
        OrderLineInput { variant_id: Uuid::from_u128(n).into(), quantity }
    }

    fn parsed(lines: &[OrderLineInput]) -> Result<Vec<Wanted>, Invalid> {
        let mut check = Check::default();
        let wanted = merged(lines, &mut check);
        check.finish().map(|()| wanted)
    }

    fn flaw(lines: &[OrderLineInput]) -> (String, &'static str) {
        let first = parsed(lines).unwrap_err().0.remove(0);
        (first.pointer, first.flaw.code)
    }

    #[test]
    fn a_variant_named_twice_is_one_line_at_its_first_place() {
        let wanted = parsed(&[line(1, 1), line(2, 5), line(1, 2)]).unwrap();
        let units: Vec<_> = wanted.iter().map(|wanted| (wanted.index, wanted.quantity)).collect();
        assert_eq!(units, [(0, 3), (1, 5)]);
    }

    #[test]
    fn units_are_limited_also_in_sum_and_the_line_that_is_too_much_is_named() {
        assert_eq!(flaw(&[line(1, 0)]), ("/lines/0/quantity".to_owned(), "too_small"));
        assert_eq!(flaw(&[line(2, 1), line(1, -1)]), ("/lines/1/quantity".to_owned(), "too_small"));
        assert_eq!(flaw(&[line(1, i64::MAX)]), ("/lines/0/quantity".to_owned(), "too_large"));
        assert_eq!(flaw(&[line(1, 999_999), line(1, 2)]), ("/lines/1/quantity".to_owned(), "too_large"));
    }

    #[test]
    fn an_order_has_one_to_a_hundred_lines() {
        assert_eq!(flaw(&[]), ("/lines".to_owned(), "too_few"));
        let hundred: Vec<_> = (0..100).map(|n| line(n, 1)).collect();
        assert_eq!(parsed(&hundred).unwrap().len(), 100);
        let more: Vec<_> = (0..101).map(|n| line(n, 1)).collect();
        assert_eq!(flaw(&more), ("/lines".to_owned(), "too_many"));
    }
}
