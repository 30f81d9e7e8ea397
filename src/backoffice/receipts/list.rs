use axum::response::Response;
use serde::Serialize;

use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::identity::Staff;
use crate::identity::permissions::ReceiptsRead;
use crate::inventory::{ReceiptFilter, ReceiptStatus, ReceiptSummary, list_receipts};
use crate::kernel::Page;
use crate::platform::http::Problem;

const PER_PAGE: i64 = 20;

#[derive(Serialize)]
struct ReceiptsPage {
    filters: Filtered,
    receipts: Page<ReceiptSummary>,
}

#[derive(Serialize)]
struct Filtered {
    status: String,
}

/// The shop's goods receipts, newest first.
pub(in crate::backoffice) async fn list(visit: Visit, staff: Staff<ReceiptsRead>, asked: Filters) -> Result<Response, Problem> {
    let status = asked.one_of("status", &["draft", "completed"]);
    let filter = ReceiptFilter { status: (!status.is_empty()).then(|| ReceiptStatus::from(status.clone())), supplier_id: None };
    let mut tx = visit.begin().await?;
    let receipts = list_receipts(&mut tx, &visit.shop, filter, asked.page(PER_PAGE)).await?;
    visit.page(&mut tx, &staff, "admin/receipts.html", ReceiptsPage { filters: Filtered { status }, receipts }).await
}
