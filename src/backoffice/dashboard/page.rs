use axum::response::Response;
use serde::Serialize;

use super::checklist::{Checklist, checklist};
use crate::backoffice::orders::OrderRow;
use crate::backoffice::visit::Visit;
use crate::identity::{Permission, SignedInStaff};
use crate::inventory::{LowStock, low_stock};
use crate::kernel::PageRequest;
use crate::ordering::{BestSeller, OrderFigures, OrderFilter, best_sellers, list_orders, order_figures};
use crate::platform::http::Problem;

const LATEST: i64 = 6;
const RANKED: i64 = 5;

/// What the dashboard shows; each part only to those who may see it elsewhere.
#[derive(Default, Serialize)]
struct Dashboard {
    checklist: Option<Checklist>,
    figures: Option<OrderFigures>,
    latest_orders: Option<Vec<OrderRow>>,
    low_stock: Option<Vec<LowStock>>,
    best_sellers: Option<Vec<BestSeller>>,
}

/// The first page after signing in.
pub(in crate::backoffice) async fn show(visit: Visit, staff: SignedInStaff) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let mut page = Dashboard::default();
    if staff.may(Permission::ProductsWrite) {
        page.checklist = checklist(&visit, &mut tx).await?;
    }
    if staff.may(Permission::ReportsRead) {
        page.figures = Some(order_figures(&mut tx, &visit.shop).await?);
        page.best_sellers = Some(best_sellers(&mut tx, &visit.shop, RANKED).await?);
    }
    if staff.may(Permission::OrdersRead) {
        let latest = list_orders(&mut tx, &visit.shop, &OrderFilter::default(), PageRequest::first(LATEST)).await?;
        page.latest_orders = Some(latest.data.into_iter().map(OrderRow::from).collect());
    }
    if staff.may(Permission::StockRead) {
        page.low_stock = Some(low_stock(&mut tx, &visit.shop, RANKED).await?);
    }
    visit.page(&mut tx, &staff, "admin/dashboard.html", page).await
}
