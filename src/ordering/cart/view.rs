use serde::Serialize;
use utoipa::ToSchema;

use super::{Cart, Goods};
use crate::kernel::VariantId;
use crate::ordering::lines::{LineProduct, as_object};
use crate::ordering::totals::{Totals, line_total, totals};
use crate::tenancy::ShopInfo;

/// A line of a cart. Amounts are minor units of the cart's currency, at today's price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartLineView {
    /// What is wanted.
    pub variant_id: VariantId,
    /// Its product.
    pub product: LineProduct,
    /// Its stock-keeping unit.
    pub sku: String,
    /// The values chosen, by option.
    #[serde(serialize_with = "as_object")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub options: Vec<(String, String)>,
    /// Units wanted.
    pub quantity: i64,
    /// Price of one.
    pub unit_price: i64,
    /// Price of all.
    pub line_total: i64,
    /// Units that could be bought now; may be fewer than are wanted.
    pub available: i64,
}

/// A cart. Lines whose product was deleted or hidden are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartView {
    /// The lines, in the order they came in.
    pub lines: Vec<CartLineView>,
    /// Units of all lines.
    pub count: i64,
    /// Price of all lines, minor units.
    pub subtotal: i64,
    /// ISO 4217.
    pub currency: &'static str,
    /// Grows with every change of the cart.
    pub version: i64,
}

impl CartView {
    pub(super) fn new(shop: &ShopInfo, cart: &Cart, goods: &Goods) -> Self {
        let line = |(variant_id, quantity): (VariantId, i64)| {
            let variant = goods.sellable(variant_id)?;
            Some(CartLineView {
                variant_id,
                product: LineProduct::of(shop, variant),
                sku: variant.sku.clone(),
                options: variant.options.clone(),
                quantity,
                unit_price: variant.unit_price,
                line_total: line_total(quantity, variant.unit_price).unwrap_or(i64::MAX),
                available: variant.available.max(0),
            })
        };
        let lines: Vec<CartLineView> = cart.in_order().into_iter().filter_map(line).collect();
        Self {
            count: lines.iter().map(|line| line.quantity).sum(),
            // A price may have grown since; an order of such a sum is refused.
            subtotal: lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.line_total)),
            lines,
            currency: shop.currency.code(),
            version: cart.version(),
        }
    }

    /// What it would cost to order it now.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let lines = self.lines.iter().map(|line| (line.quantity, line.unit_price));
        // Such a sum is refused when it is ordered.
        totals(lines).unwrap_or(Totals { subtotal: i64::MAX, discount_total: 0, shipping_total: 0, tax_total: 0, total: i64::MAX })
    }
}
