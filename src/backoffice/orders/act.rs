use axum::http::StatusCode;
use axum::response::Response;

use super::detail::draw;
use crate::backoffice::form::{field_of, mendable};
use crate::backoffice::visit::Visit;
use crate::identity::permissions::{OrdersCancel, OrdersWrite, Permission};
use crate::identity::{SignedInStaff, Staff};
use crate::kernel::{Flaw, Invalid, OrderId};
use crate::ordering::{OrderStatus, OrderingError, StaffOrderView, cancel_order, change_status, find_order};
use crate::platform::ShopTx;
use crate::platform::http::{PathParam, Problem};
use crate::platform::pages::{Fields, FormState};

/// Moves an order along its life.
pub(in crate::backoffice) async fn change(
    visit: Visit,
    staff: Staff<OrdersWrite>,
    PathParam(id): PathParam<OrderId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let status = OrderStatus::ALL.into_iter().find(|status| status.as_str() == fields.get("status"));
    let Some(to) = status.filter(|to| *to != OrderStatus::Cancelled || staff.may(Permission::OrdersCancel)) else {
        return match status {
            // Cancelling is another right, whichever form asks for it.
            Some(_) => Err(Problem::forbidden().with("permission", Permission::OrdersCancel.as_str())),
            None => refuse(visit, &staff, id, &fields, Invalid::at("/status", Flaw::new("not_allowed")).into()).await,
        };
    };
    let mut tx = visit.begin().await?;
    let done = change_status(&mut tx, &visit.shop, id, to, fields.get("note"), &staff.actor()).await;
    finish(visit, tx, &staff, id, &fields, done, (to, "order_moved")).await
}

/// Calls an order off, with a reason.
pub(in crate::backoffice) async fn cancel(
    visit: Visit,
    staff: Staff<OrdersCancel>,
    PathParam(id): PathParam<OrderId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let done = cancel_order(&mut tx, &visit.shop, id, fields.get("reason"), &staff.actor()).await;
    finish(visit, tx, &staff, id, &fields, done, (OrderStatus::Cancelled, "order_cancelled")).await
}

async fn finish(
    visit: Visit,
    tx: ShopTx,
    staff: &SignedInStaff,
    id: OrderId,
    fields: &Fields,
    done: Result<StaffOrderView, OrderingError>,
    (wanted, flash): (OrderStatus, &str),
) -> Result<Response, Problem> {
    let page = format!("/admin/orders/{id}");
    let problem = match done {
        Ok(_) => {
            tx.commit().await?;
            return Ok(visit.done(page, flash));
        }
        Err(error) => mendable(error)?,
    };
    drop(tx);
    // The second click of a double click finds the order where it was to go.
    if problem.status() == StatusCode::CONFLICT && stands_at(&visit, id, wanted).await? {
        return Ok(visit.done(page, flash));
    }
    refuse(visit, staff, id, fields, problem).await
}

async fn stands_at(visit: &Visit, id: OrderId, status: OrderStatus) -> Result<bool, Problem> {
    let mut tx = visit.begin().await?;
    Ok(find_order(&mut tx, &visit.shop, id).await?.is_some_and(|view| view.order.status == status))
}

async fn refuse(visit: Visit, staff: &SignedInStaff, id: OrderId, fields: &Fields, problem: Problem) -> Result<Response, Problem> {
    let state = FormState::filled(fields.entered(&["note", "reason"]));
    let state = state.refused(&problem, visit.lang, |pointer| field_of(pointer, &["note", "reason"]));
    let visit = visit.at(format!("/admin/orders/{id}")).answering(problem.status());
    let mut tx = visit.begin().await?;
    draw(&visit, &mut tx, staff, id, state).await
}
