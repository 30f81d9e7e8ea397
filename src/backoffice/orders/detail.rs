use axum::response::Response;
use serde::Serialize;

use crate::backoffice::visit::Visit;
use crate::identity::permissions::OrdersRead;
use crate::identity::{SignedInStaff, Staff};
use crate::kernel::OrderId;
use crate::ordering::{StaffOrderView, find_order};
use crate::platform::ShopTx;
use crate::platform::http::{PathParam, Problem};
use crate::platform::pages::FormState;

#[derive(Serialize)]
struct OrderPage {
    order: StaffOrderView,
    #[serde(flatten)]
    state: FormState,
}

/// One order.
pub(in crate::backoffice) async fn show(
    visit: Visit,
    staff: Staff<OrdersRead>,
    PathParam(id): PathParam<OrderId>,
) -> Result<Response, Problem> {
    let visit = visit.showing_orders();
    let mut tx = visit.begin().await?;
    draw(&visit, &mut tx, &staff, id, FormState::default()).await
}

pub(super) async fn draw(
    visit: &Visit,
    tx: &mut ShopTx,
    staff: &SignedInStaff,
    id: OrderId,
    state: FormState,
) -> Result<Response, Problem> {
    let order = find_order(tx, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    visit.page(tx, staff, "admin/order.html", OrderPage { order, state }).await
}
