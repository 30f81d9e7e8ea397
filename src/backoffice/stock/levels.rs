use axum::response::Response;
use serde::Serialize;

use crate::backoffice::lists::Filters;
use crate::backoffice::once::fresh_key;
use crate::backoffice::visit::Visit;
use crate::identity::permissions::StockRead;
use crate::identity::{SignedInStaff, Staff};
use crate::inventory::{StockFilter, StockView, list_stock};
use crate::kernel::{Page, PageRequest, VariantId};
use crate::platform::ShopTx;
use crate::platform::http::Problem;
use crate::platform::pages::FormState;

const PER_PAGE: i64 = 20;

#[derive(Serialize)]
struct StockPage {
    filters: Filtered,
    low_count: i64,
    stock: Page<StockView>,
    adjusting: Option<StockView>,
    idempotency_key: String,
    #[serde(flatten)]
    state: FormState,
}

#[derive(Serialize)]
struct Filtered {
    q: String,
    low: String,
}

/// What lies in the shop; with `adjust` in the address, the form for one variant.
pub(in crate::backoffice) async fn list(visit: Visit, staff: Staff<StockRead>, asked: Filters) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let adjusting = match asked.parsed::<VariantId>("adjust") {
        Some(id) => find_stock(&mut tx, id).await?,
        None => None,
    };
    let key = fresh_key(&visit);
    draw(&visit, &mut tx, &staff, &asked, adjusting, key, FormState::default()).await
}

/// The stock of one variant; `None` when it is not here.
pub(super) async fn find_stock(tx: &mut ShopTx, id: VariantId) -> Result<Option<StockView>, Problem> {
    let filter = StockFilter { variant_id: Some(id), ..StockFilter::default() };
    Ok(list_stock(tx, &filter, PageRequest::first(1)).await?.data.pop())
}

pub(super) async fn draw(
    visit: &Visit,
    tx: &mut ShopTx,
    staff: &SignedInStaff,
    asked: &Filters,
    adjusting: Option<StockView>,
    idempotency_key: String,
    state: FormState,
) -> Result<Response, Problem> {
    let filters = Filtered { q: asked.text("q"), low: asked.one_of("low", &["1"]) };
    let wanted = StockFilter { q: asked.given("q"), low: filters.low == "1", variant_id: None };
    let low = StockFilter { low: true, ..StockFilter::default() };
    let page = StockPage {
        low_count: list_stock(tx, &low, PageRequest::first(1)).await?.total,
        stock: list_stock(tx, &wanted, asked.page(PER_PAGE)).await?,
        filters,
        adjusting,
        idempotency_key,
        state,
    };
    visit.page(tx, staff, "admin/stock.html", page).await
}
