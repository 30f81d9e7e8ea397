use sqlx::types::Json;

use super::assemble::order_view;
use super::cart::{Cart, Goods, newest};
use super::error::LineAt;
use super::filter::search_text;
use super::input::{OrderRequest, Wanted};
use super::queries::carts::{lock_cart, write_cart};
use super::queries::orders::{NewOrder, OrderRow, insert_order};
use super::queries::parts::{EntryRow, LineRow, insert_entry, insert_lines};
use super::status::{OrderStatus, PaymentStatus};
use super::totals::{Totals, line_total, totals};
use super::{OrderView, OrderingError};
use crate::identity::Customer;
use crate::inventory::{self, Document, Shortage, StockLine, StockRow};
use crate::kernel::{Flaw, Invalid, OrderId, Price, Quantity, VariantId};
use crate::platform::ShopTx;
use crate::platform::events::{self, NewEvent};
use crate::tenancy::ShopInfo;

/// An order that was placed.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// As its shopper sees it.
    pub(super) order: OrderView,
    /// The cart's version that was bought, when it was the cart.
    pub(super) bought: Option<i64>,
}

/// Places an order, or leaves nothing: all lines are reserved, or none. `cart` is the newest state of the cart known outside the
/// database, for a request that buys the cart.
///
/// Locks in the order that holds everywhere: the cart, stock by variant id, the counter of orders, the event log last. Prices and
/// what may be sold are read under the stock's lock.
///
/// # Errors
/// [`OrderingError::CartEmpty`], [`OrderingError::Unavailable`], [`OrderingError::PriceChanged`], [`OrderingError::OutOfStock`],
/// `not_found` at a line whose variant is not here.
pub(super) async fn place_order(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    customer: &Customer,
    request: &OrderRequest,
    cart: Option<Cart>,
) -> Result<Placed, OrderingError> {
    let (wanted, bought) = match &request.lines {
        Some(lines) => (lines.clone(), None),
        None => cart_lines(tx, customer, cart).await?,
    };
    let variants: Vec<VariantId> = wanted.iter().map(|line| line.variant_id).collect();
    let stock = inventory::lock_stock(tx, &variants).await?;
    let goods = Goods::read(tx, &variants).await?;
    let id = tx.new_id::<OrderId>();
    let lines = priced(&wanted, &goods, id)?;
    let sums = totals(lines.iter().map(|line| (line.quantity, line.unit_price))).map_err(|_| too_much())?;
    if request.expected_total.is_some_and(|expected| expected != sums.total) {
        return Err(OrderingError::PriceChanged(sums.total));
    }
    enough(&wanted, &stock)?;
    let row = order_row(tx, shop, customer, request, id, sums).await?;
    let actor = customer.actor();
    let units: Vec<StockLine> = lines.iter().map(|line| StockLine { variant_id: line.variant_id, quantity: line.quantity }).collect();
    let stock_events = inventory::reserve(tx, &Document::order(id, row.number), &units, &actor).await?;
    let search_text = search_text(&request.address.name, &customer.name, &request.address.phone, row.number);
    insert_order(tx, &NewOrder { row: &row, search_text: &search_text }).await?;
    insert_lines(tx, id, &lines).await?;
    insert_entry(tx, id, "placed", Some(row.status), &actor, "").await?;
    if let Some(version) = bought {
        write_cart(tx, customer.id, &Cart::new(version, std::collections::BTreeMap::new()), version).await?;
    }
    let mut happened = vec![placed_event(&row)];
    happened.extend(stock_events);
    events::append(tx, &happened).await?;
    let entry = EntryRow {
        order_id: id,
        kind: "placed".to_owned(),
        status: Some(row.status),
        actor_kind: actor.kind().to_owned(),
        actor_name: actor.name().to_owned(),
        note: String::new(),
        created_at: tx.now(),
    };
    Ok(Placed { order: order_view(shop, row, lines, vec![entry]), bought })
}

/// Locks the cart and gives its lines and its version, without what was bought.
async fn cart_lines(tx: &mut ShopTx, customer: &Customer, cart: Option<Cart>) -> Result<(Vec<Wanted>, Option<i64>), OrderingError> {
    let stored = lock_cart(tx, customer.id).await?;
    let (cart, _) = newest(cart, None, &stored);
    let wanted: Vec<Wanted> =
        cart.in_order().into_iter().enumerate().map(|(index, (variant_id, quantity))| Wanted { variant_id, quantity, index }).collect();
    if wanted.is_empty() { Err(OrderingError::CartEmpty) } else { Ok((wanted, Some(cart.version()))) }
}

/// The lines with their prices and what they show; refuses what is not here and what is not sold.
fn priced(wanted: &[Wanted], goods: &Goods, order_id: OrderId) -> Result<Vec<LineRow>, OrderingError> {
    let unknown = wanted.iter().filter(|line| goods.find(line.variant_id).is_none());
    let flaws: Vec<_> =
        unknown.flat_map(|line| Invalid::at(format!("/lines/{}/variant_id", line.index), Flaw::new("not_found")).0).collect();
    if !flaws.is_empty() {
        return Err(Invalid(flaws).into());
    }
    let gone = wanted.iter().filter(|line| goods.sellable(line.variant_id).is_none()).map(Wanted::at).collect::<Vec<_>>();
    if !gone.is_empty() {
        return Err(OrderingError::Unavailable(gone));
    }
    let row = |line: &Wanted| {
        let variant = goods.sellable(line.variant_id).ok_or(OrderingError::NotFound)?;
        Ok(LineRow {
            order_id,
            variant_id: line.variant_id,
            product_id: variant.product_id,
            product_name: variant.product_name.clone(),
            product_slug: variant.product_slug.clone(),
            sku: variant.sku.clone(),
            options: Json(variant.options.clone()),
            media_key: variant.media_key.clone(),
            quantity: line.quantity,
            unit_price: variant.unit_price,
            line_total: line_total(line.quantity, variant.unit_price).map_err(|_| too_much())?,
        })
    };
    wanted.iter().map(row).collect()
}

impl Wanted {
    fn at(&self) -> LineAt {
        LineAt { index: self.index, variant_id: self.variant_id }
    }
}

fn too_much() -> OrderingError {
    Invalid::at("/lines", Flaw::new("too_large").with("max", Quantity::MAX * Price::MAX)).into()
}

/// Whether every line can be had; names those that cannot by their places.
fn enough(wanted: &[Wanted], stock: &[StockRow]) -> Result<(), OrderingError> {
    let short: Vec<(LineAt, Shortage)> = wanted
        .iter()
        .filter_map(|line| {
            let row = stock.iter().find(|row| row.variant_id == line.variant_id);
            let available = row.map_or(0, StockRow::available);
            let shortage = Shortage { variant_id: line.variant_id, requested: line.quantity, available };
            (line.quantity > available).then_some((line.at(), shortage))
        })
        .collect();
    if short.is_empty() { Ok(()) } else { Err(OrderingError::OutOfStock(short)) }
}

/// The order itself, with the shop's next order number.
async fn order_row(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    customer: &Customer,
    request: &OrderRequest,
    id: OrderId,
    sums: Totals,
) -> Result<OrderRow, OrderingError> {
    Ok(OrderRow {
        id,
        number: events::next_number(tx, "order").await?,
        status: OrderStatus::Pending,
        // Where nothing is to be paid, nothing is owed.
        payment_status: if sums.total == 0 { PaymentStatus::Paid } else { PaymentStatus::Unpaid },
        payment_method: request.payment_method,
        currency: shop.currency.code().to_owned(),
        subtotal: sums.subtotal,
        discount_total: sums.discount_total,
        shipping_total: sums.shipping_total,
        tax_total: sums.tax_total,
        total: sums.total,
        shipping_address: Json(request.address.clone()),
        note: request.note.clone(),
        placed_at: tx.now(),
        cancelled_at: None,
        cancel_reason: None,
        customer_id: customer.id,
    })
}

fn placed_event(row: &OrderRow) -> NewEvent {
    NewEvent {
        kind: "order.placed",
        subject_id: row.id.uuid(),
        payload: serde_json::json!({ "order_id": row.id, "number": row.number, "total": row.total, "currency": row.currency }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn wanted(n: u128, quantity: i64, index: usize) -> Wanted {
        Wanted { variant_id: Uuid::from_u128(n).into(), quantity, index }
    }

    #[test]
    fn every_short_line_is_named_at_its_place_in_the_request() {
        let row = |n: u128, on_hand, reserved| StockRow { variant_id: Uuid::from_u128(n).into(), on_hand, reserved, version: 1 };
        let lines = [wanted(2, 1, 0), wanted(1, 3, 1), wanted(3, 1, 4)];
        let Err(OrderingError::OutOfStock(short)) = enough(&lines, &[row(1, 5, 3), row(2, 1, 0)]) else { panic!("not short") };
        let named: Vec<_> = short.iter().map(|(at, short)| (at.index, short.requested, short.available)).collect();
        assert_eq!(named, [(1, 3, 2), (4, 1, 0)]);
        assert!(enough(&lines[..1], &[row(2, 1, 0)]).is_ok());
    }

    #[test]
    fn a_variant_that_is_not_here_is_an_invalid_line() {
        let Err(OrderingError::Invalid(invalid)) = priced(&[wanted(1, 1, 2)], &Goods::default(), Uuid::nil().into()) else {
            panic!("not refused")
        };
        assert_eq!((invalid.0[0].pointer.as_str(), invalid.0[0].flaw.code), ("/lines/2/variant_id", "not_found"));
    }
}
