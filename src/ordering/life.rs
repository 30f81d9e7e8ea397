use serde::Deserialize;
use utoipa::ToSchema;

use super::queries::orders::{self, OrderHead};
use super::queries::parts;
use super::read::{find_customer_order, find_order};
use super::status::{OrderStatus, PaymentMethod, PaymentStatus};
use super::{OrderView, OrderingError, StaffOrderView};
use crate::identity::{Actor, Customer};
use crate::inventory::{self, Document, ReleaseKind, StockLine};
use crate::kernel::{Check, CustomerId, Flaw, Invalid, OrderId, line, paragraph};
use crate::platform::ShopTx;
use crate::platform::events::{self, NewEvent};
use crate::tenancy::ShopInfo;

/// The longest reason of a cancelled order.
const LONGEST_REASON: usize = 300;
/// The longest note on a timeline or a payment.
const LONGEST_NOTE: usize = 1000;

/// Moves an order along its life: the goods leave when it ships, and come back when it is returned or called off. `note` is on the
/// timeline for the shopper to read, at most 1,000 letters; of a cancelled order it is the reason, at most 300.
///
/// # Errors
/// [`OrderingError::NotFound`]; [`OrderingError::MoveNotAllowed`] when the table of moves does not lead there, which is also what
/// the loser of a race sees; a flaw at `/note`.
pub async fn change_status(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    id: OrderId,
    to: OrderStatus,
    note: &str,
    actor: &Actor,
) -> Result<StaffOrderView, OrderingError> {
    let longest = if to == OrderStatus::Cancelled { LONGEST_REASON } else { LONGEST_NOTE };
    let note = paragraph(note, 0, longest).map_err(|flaw| Invalid::at("/note", flaw))?;
    let order = locked(tx, id, None).await?;
    transition(tx, &order, to, &note, actor).await?;
    find_order(tx, shop, id).await?.ok_or(OrderingError::NotFound)
}

/// Calls an order off for the shop; its goods are for sale again. The reason is for both sides to read, 1–300 letters.
///
/// # Errors
/// [`OrderingError::NotFound`], [`OrderingError::NotCancellable`], a flaw at `/reason`.
pub async fn cancel_order(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    id: OrderId,
    reason: &str,
    actor: &Actor,
) -> Result<StaffOrderView, OrderingError> {
    cancel(tx, id, None, reason, actor).await?;
    find_order(tx, shop, id).await?.ok_or(OrderingError::NotFound)
}

/// Calls a shopper's own order off.
///
/// # Errors
/// [`OrderingError::NotFound`] also for another customer's order, [`OrderingError::NotCancellable`].
pub async fn cancel_own_order(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    customer: &Customer,
    id: OrderId,
    reason: &str,
) -> Result<OrderView, OrderingError> {
    cancel(tx, id, Some(customer.id), reason, &customer.actor()).await?;
    find_customer_order(tx, shop, customer.id, id).await?.ok_or(OrderingError::NotFound)
}

async fn cancel(tx: &mut ShopTx, id: OrderId, of: Option<CustomerId>, reason: &str, actor: &Actor) -> Result<(), OrderingError> {
    let reason = line(reason, 1, LONGEST_REASON).map_err(|flaw| Invalid::at("/reason", flaw))?;
    let order = locked(tx, id, of).await?;
    if !order.status.can_cancel() {
        return Err(OrderingError::NotCancellable);
    }
    transition(tx, &order, OrderStatus::Cancelled, &reason, actor).await
}

async fn locked(tx: &mut ShopTx, id: OrderId, of: Option<CustomerId>) -> Result<OrderHead, OrderingError> {
    orders::lock_order(tx, id, of).await?.ok_or(OrderingError::NotFound)
}

/// The one way from one status to another, under the order's lock: stock, state, timeline, and one event of the order.
async fn transition(tx: &mut ShopTx, order: &OrderHead, to: OrderStatus, note: &str, actor: &Actor) -> Result<(), OrderingError> {
    if !order.status.may_become(to) {
        return Err(OrderingError::MoveNotAllowed { from: order.status, to });
    }
    let stock_events = move_goods(tx, order, to, actor).await?;
    let cancelled = to == OrderStatus::Cancelled;
    orders::set_status(tx, order.id, to, cancelled.then_some(note)).await?;
    let kind = if cancelled { "cancelled" } else { "status_changed" };
    parts::insert_entry(tx, order.id, kind, Some(to), actor, note).await?;
    let happened = NewEvent {
        kind: if cancelled { "order.cancelled" } else { "order.status_changed" },
        subject_id: order.id.uuid(),
        payload: serde_json::json!({ "order_id": order.id, "number": order.number, "from": order.status, "status": to }),
    };
    let mut all = vec![happened];
    all.extend(stock_events);
    Ok(events::append(tx, &all).await?)
}

/// What a move means for the shelves. Gives the events to append.
async fn move_goods(tx: &mut ShopTx, order: &OrderHead, to: OrderStatus, actor: &Actor) -> Result<Vec<NewEvent>, OrderingError> {
    if !matches!(to, OrderStatus::Shipping | OrderStatus::Cancelled | OrderStatus::Returned) {
        return Ok(Vec::new());
    }
    let lines = parts::list_lines(tx, &[order.id.uuid()]).await?;
    let units: Vec<StockLine> = lines.iter().map(|line| StockLine { variant_id: line.variant_id, quantity: line.quantity }).collect();
    let document = Document::order(order.id, order.number);
    Ok(match to {
        OrderStatus::Shipping => inventory::ship(tx, &document, &units, actor).await.map(|()| Vec::new())?,
        OrderStatus::Cancelled => inventory::release(tx, &document, &units, actor, ReleaseKind::Cancel).await?,
        _ => inventory::take_back(tx, &document, &units, actor).await?,
    })
}

/// Money that came in for an order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentInput {
    /// Minor units of the order's currency; not more than is outstanding.
    #[schema(minimum = 1)]
    pub amount: i64,
    /// How it came; the order's own method when not given.
    #[serde(default)]
    pub method: Option<PaymentMethod>,
    /// About it, e.g. the bank's reference. The shopper can read it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// Records money received for an order. When the total is covered, it is paid.
///
/// # Errors
/// [`OrderingError::NotFound`]; [`OrderingError::OrderClosed`] for a cancelled or returned order; [`OrderingError::Overpaid`] for
/// more than is outstanding; flaws of the fields.
pub async fn record_payment(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    id: OrderId,
    input: &PaymentInput,
    actor: &Actor,
) -> Result<StaffOrderView, OrderingError> {
    let mut check = Check::default();
    if input.amount < 1 {
        check.flaw("/amount", Flaw::new("too_small").with("min", 1));
    }
    let note = check.at("/note", paragraph(input.note.as_deref().unwrap_or_default(), 0, LONGEST_NOTE));
    let Some(note) = note.filter(|_| input.amount >= 1) else { return Err(check.into_invalid().into()) };
    let order = locked(tx, id, None).await?;
    if matches!(order.status, OrderStatus::Cancelled | OrderStatus::Returned) {
        return Err(OrderingError::OrderClosed);
    }
    let outstanding = order.total - parts::paid_total(tx, id).await?;
    if input.amount > outstanding || order.payment_status == PaymentStatus::Paid {
        return Err(OrderingError::Overpaid(outstanding));
    }
    let status = if input.amount == outstanding { PaymentStatus::Paid } else { order.payment_status };
    let method = input.method.unwrap_or(order.payment_method);
    parts::insert_payment(tx, id, input.amount, method, &note, actor).await?;
    orders::set_payment_status(tx, id, status).await?;
    parts::insert_entry(tx, id, "payment_received", None, actor, &note).await?;
    let received = NewEvent {
        kind: "payment.received",
        subject_id: id.uuid(),
        payload: serde_json::json!({
            "order_id": id,
            "number": order.number,
            "amount": input.amount,
            "currency": shop.currency.code(),
            "method": method,
            "payment_status": status,
        }),
    };
    events::append(tx, &[received]).await?;
    find_order(tx, shop, id).await?.ok_or(OrderingError::NotFound)
}
