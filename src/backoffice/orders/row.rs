use serde::Serialize;
use time::OffsetDateTime;

use crate::kernel::{CustomerId, OrderId};
use crate::ordering::{OrderStatus, PaymentStatus, StaffOrderView};

/// An order as a line of a list.
#[derive(Serialize)]
pub(in crate::backoffice) struct OrderRow {
    id: OrderId,
    number: i64,
    status: OrderStatus,
    payment_status: PaymentStatus,
    customer: RowCustomer,
    item_count: i64,
    total: i64,
    currency: String,
    #[serde(with = "time::serde::rfc3339")]
    placed_at: OffsetDateTime,
}

#[derive(Serialize)]
struct RowCustomer {
    id: CustomerId,
    name: String,
    phone: Option<String>,
}

impl From<StaffOrderView> for OrderRow {
    fn from(view: StaffOrderView) -> Self {
        let order = view.order;
        Self {
            id: order.id,
            number: order.number,
            status: order.status,
            payment_status: order.payment_status,
            customer: RowCustomer { id: view.customer.id, name: view.customer.name, phone: view.customer.phone },
            item_count: view.item_count,
            total: order.totals.total,
            currency: order.currency,
            placed_at: order.placed_at,
        }
    }
}
