use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The sums of an order in minor units: `total = subtotal − discount_total + shipping_total + tax_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// All lines.
    pub subtotal: i64,
    /// Taken off.
    pub discount_total: i64,
    /// Delivery.
    pub shipping_total: i64,
    /// Tax that is not in the prices.
    pub tax_total: i64,
    /// What is to be paid.
    pub total: i64,
}

/// A sum that does not fit 64 bits: no such order can be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMuch;

/// Units times price.
pub(super) fn line_total(quantity: i64, unit_price: i64) -> Result<i64, TooMuch> {
    quantity.checked_mul(unit_price).ok_or(TooMuch)
}

/// Adds up an order from its lines as (units, unit price). Delivery is free until the shop has rates, discounts and tax come with
/// theirs.
pub(super) fn totals(lines: impl IntoIterator<Item = (i64, i64)>) -> Result<Totals, TooMuch> {
    let subtotal = lines
        .into_iter()
        .try_fold(0_i64, |sum, (quantity, unit_price)| sum.checked_add(line_total(quantity, unit_price)?).ok_or(TooMuch))?;
    let (discount_total, shipping_total, tax_total) = (0_i64, 0_i64, 0_i64);
    let total = subtotal
        .checked_sub(discount_total)
        .and_then(|sum| sum.checked_add(shipping_total))
        .and_then(|sum| sum.checked_add(tax_total))
        .ok_or(TooMuch)?;
    Ok(Totals { subtotal, discount_total, shipping_total, tax_total, total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Price, Quantity};

    #[test]
    fn lines_add_up_to_the_unit() {
        let sums = totals([(2, 199_000), (1, 50_001)]).unwrap();
        assert_eq!((sums.subtotal, sums.total), (448_001, 448_001));
        assert_eq!(totals([]).unwrap().total, 0);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused_and_not_wrapped() {
        let dearest = (Quantity::MAX, Price::MAX);
        assert!(totals([dearest]).is_ok());
        assert_eq!(totals([dearest; 10]), Err(TooMuch));
        assert_eq!(line_total(i64::MAX, 2), Err(TooMuch));
    }
}
