use std::collections::HashMap;

use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::assemble::{for_shoppers, for_staff};
use super::queries::{orders, parts};
use super::status::{OrderStatus, PaymentStatus};
use super::{OrderView, OrderingError, StaffOrderView};
use crate::kernel::{CustomerId, OrderId, Page, PageRequest};
use crate::platform::{DbError, ShopTx};
use crate::tenancy::ShopInfo;

/// Which orders are wanted. Made of a query by [`super::OrderFilterInput`].
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// With this status.
    pub status: Option<OrderStatus>,
    /// With this payment status.
    pub payment_status: Option<PaymentStatus>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Placed at this moment or later.
    pub from: Option<OffsetDateTime>,
    /// Placed before this moment.
    pub until: Option<OffsetDateTime>,
    /// Folded text that the receiver's or customer's name, the phone or the number holds, or that is the customer's own e-mail or phone.
    pub q: Option<String>,
    /// In which order.
    pub sort: OrderSort,
}

/// The order of a list of orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OrderSort {
    /// `-placed_at`, `-number`
    #[default]
    Newest,
    /// `placed_at`, `number`
    Oldest,
    /// `total`
    Smallest,
    /// `-total`
    Largest,
}

impl OrderSort {
    /// As the query tells them apart.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "-number",
            Self::Oldest => "number",
            Self::Smallest => "total",
            Self::Largest => "-total",
        }
    }
}

/// Orders as staff list them.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_orders(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    filter: &OrderFilter,
    page: PageRequest,
) -> Result<Page<StaffOrderView>, OrderingError> {
    let total = orders::count_orders(tx, filter).await?;
    let rows = orders::list_orders(tx, filter, page).await?;
    Ok(Page::new(for_staff(tx, shop, rows).await?, page, total))
}

/// An order as staff see it.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_order(tx: &mut ShopTx, shop: &ShopInfo, id: OrderId) -> Result<Option<StaffOrderView>, OrderingError> {
    let row = orders::find_order(tx, id, None).await?;
    Ok(for_staff(tx, shop, row.into_iter().collect()).await?.pop())
}

/// A customer's own orders, newest first.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_customer_orders(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    customer: CustomerId,
    page: PageRequest,
) -> Result<Page<OrderView>, OrderingError> {
    let filter = OrderFilter { customer: Some(customer), ..OrderFilter::default() };
    let total = orders::count_orders(tx, &filter).await?;
    let rows = orders::list_orders(tx, &filter, page).await?;
    Ok(Page::new(for_shoppers(tx, shop, rows).await?, page, total))
}

/// A customer's own order; another customer's is not there.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_customer_order(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    customer: CustomerId,
    id: OrderId,
) -> Result<Option<OrderView>, OrderingError> {
    let row = orders::find_order(tx, id, Some(customer)).await?;
    Ok(for_shoppers(tx, shop, row.into_iter().collect()).await?.pop())
}

/// How many orders stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StatusCounts {
    /// In any status.
    pub all: i64,
    /// Placed, not looked at.
    pub pending: i64,
    /// To be delivered.
    pub confirmed: i64,
    /// On their way.
    pub shipping: i64,
    /// Delivered.
    pub completed: i64,
    /// Called off.
    pub cancelled: i64,
    /// Come back.
    pub returned: i64,
}

/// How many orders stand where.
///
/// # Errors
/// When the database gives no answer.
pub async fn count_orders_by_status(tx: &mut ShopTx) -> Result<StatusCounts, DbError> {
    let mut counts = StatusCounts::default();
    for row in orders::count_by_status(tx).await? {
        counts.all += row.orders;
        *match row.status {
            OrderStatus::Pending => &mut counts.pending,
            OrderStatus::Confirmed => &mut counts.confirmed,
            OrderStatus::Shipping => &mut counts.shipping,
            OrderStatus::Completed => &mut counts.completed,
            OrderStatus::Cancelled => &mut counts.cancelled,
            OrderStatus::Returned => &mut counts.returned,
        } = row.orders;
    }
    Ok(counts)
}

/// Orders that nobody has looked at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOrders {
    /// How many wait for the shop since the one seen last; never more than 1,000.
    pub count: i64,
    /// The newest order's number; 0 when there is none.
    pub newest: i64,
}

/// Counts pending orders with a number above `seen`: those that came since somebody last looked, and that nobody else took care of.
///
/// # Errors
/// When the database gives no answer.
pub async fn count_new_orders(tx: &mut ShopTx, seen: i64) -> Result<NewOrders, DbError> {
    orders::count_new(tx, seen).await
}

/// The customers' names of some orders, for those who show events: the event log itself holds no names.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_customer_names(tx: &mut ShopTx, orders: &[Uuid]) -> Result<HashMap<Uuid, String>, DbError> {
    Ok(parts::list_buyers(tx, orders).await?.into_iter().map(|buyer| (buyer.order_id.uuid(), buyer.name)).collect())
}
