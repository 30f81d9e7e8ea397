use serde::Serialize;

use crate::backoffice::visit::Visit;
use crate::catalog::{ProductFilter, ProductSort, has_pictures, list_products};
use crate::inventory::{ReceiptFilter, ReceiptStatus, list_receipts};
use crate::kernel::PageRequest;
use crate::ordering::count_orders_by_status;
use crate::platform::ShopTx;
use crate::platform::http::Problem;

/// The way from a new shop to its first order; each step ticks itself.
#[derive(Serialize)]
pub(super) struct Checklist {
    done: usize,
    total: usize,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    key: &'static str,
    done: bool,
    href: String,
}

/// The steps; `None` once all are done.
pub(super) async fn checklist(visit: &Visit, tx: &mut ShopTx) -> Result<Option<Checklist>, Problem> {
    let one = PageRequest::first(1);
    let filter = ProductFilter { sort: ProductSort::Oldest, ..ProductFilter::default() };
    let first = list_products(tx, &visit.shop, &filter, one).await?.data.pop();
    let completed = ReceiptFilter { status: Some(ReceiptStatus::Completed), supplier_id: None };
    let received = list_receipts(tx, &visit.shop, completed, one).await?.total > 0;
    let picture = first.as_ref().map_or_else(|| "/admin/products".to_owned(), |product| format!("/admin/products/{}", product.id));
    let step = |key, done, href: &str| Step { key, done, href: href.to_owned() };
    let steps = vec![
        step("shop", true, "/"),
        step("product", first.is_some(), "/admin/products/new"),
        step("picture", has_pictures(tx).await?, &picture),
        step("receipt", received, "/admin/receipts/new"),
        step("order", count_orders_by_status(tx).await?.all > 0, "/"),
    ];
    let (done, total) = (steps.iter().filter(|step| step.done).count(), steps.len());
    Ok((done < total).then_some(Checklist { done, total, steps }))
}
