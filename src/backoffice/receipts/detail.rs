use axum::response::Response;
use serde::Serialize;

use crate::backoffice::form::mendable;
use crate::backoffice::visit::Visit;
use crate::identity::Staff;
use crate::identity::permissions::{ReceiptsRead, ReceiptsWrite};
use crate::inventory::{InventoryError, ReceiptView, complete_receipt, find_receipt};
use crate::kernel::ReceiptId;
use crate::platform::http::{FlashKind, PathParam, Problem};

#[derive(Serialize)]
struct ReceiptPage {
    receipt: ReceiptView,
}

/// One receipt with its lines.
pub(in crate::backoffice) async fn show(
    visit: Visit,
    staff: Staff<ReceiptsRead>,
    PathParam(id): PathParam<ReceiptId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let receipt = find_receipt(&mut tx, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    visit.page(&mut tx, &staff, "admin/receipt.html", ReceiptPage { receipt }).await
}

/// Puts the goods of a draft in stock. The second click of a double click finds it done, and that is what was wanted.
pub(in crate::backoffice) async fn complete(
    visit: Visit,
    staff: Staff<ReceiptsWrite>,
    PathParam(id): PathParam<ReceiptId>,
) -> Result<Response, Problem> {
    let page = format!("/admin/receipts/{id}");
    let mut tx = visit.begin().await?;
    match complete_receipt(&mut tx, &visit.shop, id, &staff.actor()).await {
        Ok(_) => tx.commit().await?,
        Err(InventoryError::ReceiptCompleted) => {}
        Err(InventoryError::Conflict(_)) => return Ok(visit.go_saying(page, FlashKind::Bad, "admin.flash.receipt_stale")),
        Err(error) => {
            let problem = mendable(error)?;
            return Ok(visit.go_saying(page, FlashKind::Bad, &format!("problem.{}.detail", problem.code())));
        }
    }
    Ok(visit.done(page, "receipt_completed"))
}
