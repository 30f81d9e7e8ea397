use std::collections::HashMap;

use uuid::Uuid;

use super::lines::{LineImage, LineProduct};
use super::queries::orders::OrderRow;
use super::queries::parts::{self, BuyerRow, EntryRow, LineRow, PaymentRow};
use super::totals::Totals;
use super::views::{OrderCustomer, OrderLineView, OrderView, PaymentStep, PaymentView, StaffOrderView, TimelineActor, TimelineEntry};
use crate::kernel::OrderId;
use crate::platform::{DbError, ShopTx};
use crate::tenancy::ShopInfo;

/// Puts orders together from their rows and their parts, one statement for each kind of part.
pub(super) async fn for_shoppers(tx: &mut ShopTx, shop: &ShopInfo, rows: Vec<OrderRow>) -> Result<Vec<OrderView>, DbError> {
    let orders = assemble(tx, shop, rows).await?;
    Ok(orders.into_iter().map(|order| order.for_shopper(&shop.name)).collect())
}

/// The same, with what only staff see.
pub(super) async fn for_staff(tx: &mut ShopTx, shop: &ShopInfo, rows: Vec<OrderRow>) -> Result<Vec<StaffOrderView>, DbError> {
    let ids = ids(&rows);
    let orders = assemble(tx, shop, rows).await?;
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let mut buyers = by_order(parts::list_buyers(tx, &ids).await?, |buyer| buyer.order_id);
    let mut payments = by_order(parts::list_payments(tx, &ids).await?, |payment| payment.order_id);
    let staff_view = |order: OrderView| {
        // The foreign key holds a buyer for every order.
        let buyer = buyers.remove(&order.id)?.pop()?;
        let payments = payments.remove(&order.id).unwrap_or_default();
        Some(staff_view(order, buyer, payments))
    };
    Ok(orders.into_iter().filter_map(staff_view).collect())
}

async fn assemble(tx: &mut ShopTx, shop: &ShopInfo, rows: Vec<OrderRow>) -> Result<Vec<OrderView>, DbError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ids(&rows);
    let mut lines = by_order(parts::list_lines(tx, &ids).await?, |line| line.order_id);
    let mut entries = by_order(parts::list_entries(tx, &ids).await?, |entry| entry.order_id);
    let view = |row: OrderRow| {
        let lines = lines.remove(&row.id).unwrap_or_default();
        let entries = entries.remove(&row.id).unwrap_or_default();
        order_view(shop, row, lines, entries)
    };
    Ok(rows.into_iter().map(view).collect())
}

fn ids(rows: &[OrderRow]) -> Vec<Uuid> {
    rows.iter().map(|row| row.id.uuid()).collect()
}

fn by_order<T>(rows: Vec<T>, of: impl Fn(&T) -> OrderId) -> HashMap<OrderId, Vec<T>> {
    let mut grouped: HashMap<OrderId, Vec<T>> = HashMap::new();
    for row in rows {
        grouped.entry(of(&row)).or_default().push(row);
    }
    grouped
}

fn staff_view(order: OrderView, buyer: BuyerRow, payments: Vec<PaymentRow>) -> StaffOrderView {
    StaffOrderView {
        customer: OrderCustomer { id: buyer.id, number: buyer.number, name: buyer.name, email: buyer.email, phone: buyer.phone },
        item_count: order.lines.iter().map(|line| line.quantity).sum(),
        next_statuses: order.status.next_statuses(),
        paid_total: payments.iter().map(|payment| payment.amount).sum(),
        payments: payments.into_iter().map(payment_view).collect(),
        order,
    }
}

/// An order as its shopper sees it, staff by their own names.
pub(super) fn order_view(shop: &ShopInfo, row: OrderRow, lines: Vec<LineRow>, entries: Vec<EntryRow>) -> OrderView {
    OrderView {
        id: row.id,
        number: row.number,
        status: row.status,
        payment_status: row.payment_status,
        payment_method: row.payment_method,
        lines: lines.into_iter().map(|line| line_view(shop, line)).collect(),
        totals: Totals {
            subtotal: row.subtotal,
            discount_total: row.discount_total,
            shipping_total: row.shipping_total,
            tax_total: row.tax_total,
            total: row.total,
        },
        currency: row.currency,
        shipping_address: row.shipping_address.0,
        note: row.note,
        placed_at: row.placed_at,
        cancelled_at: row.cancelled_at,
        cancel_reason: row.cancel_reason.filter(|reason| !reason.is_empty()),
        payment: PaymentStep::None,
        can_cancel: row.status.can_cancel(),
        timeline: entries.into_iter().map(entry_view).collect(),
    }
}

fn line_view(shop: &ShopInfo, line: LineRow) -> OrderLineView {
    OrderLineView {
        variant_id: line.variant_id,
        product: LineProduct {
            name: line.product_name,
            slug: line.product_slug,
            image: line.media_key.as_deref().map(|key| LineImage::new(shop, key)),
        },
        sku: line.sku,
        options: line.options.0,
        quantity: line.quantity,
        unit_price: line.unit_price,
        line_total: line.line_total,
    }
}

fn entry_view(entry: EntryRow) -> TimelineEntry {
    TimelineEntry {
        at: entry.created_at,
        kind: entry.kind,
        status: entry.status,
        actor: TimelineActor { kind: entry.actor_kind, name: entry.actor_name },
        note: Some(entry.note).filter(|note| !note.is_empty()),
    }
}

fn payment_view(payment: PaymentRow) -> PaymentView {
    PaymentView {
        amount: payment.amount,
        method: payment.method,
        note: Some(payment.note).filter(|note| !note.is_empty()),
        at: payment.created_at,
    }
}
