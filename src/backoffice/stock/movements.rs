use axum::response::Response;
use serde::Serialize;

use super::levels::find_stock;
use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::identity::Staff;
use crate::identity::permissions::StockRead;
use crate::inventory::{MovementFilter, MovementKind, MovementView, list_movements};
use crate::kernel::{Page, VariantId};
use crate::platform::http::Problem;

const PER_PAGE: i64 = 50;
const KINDS: [&str; 7] = ["place", "cancel", "expire", "ship", "receive", "return", "adjust"];

#[derive(Serialize)]
struct MovementsPage {
    filters: Filtered,
    variant: Option<About>,
    movements: Page<MovementView>,
}

#[derive(Serialize)]
struct Filtered {
    kind: String,
    variant_id: String,
}

/// The variant whose movements are shown.
#[derive(Serialize)]
struct About {
    id: VariantId,
    sku: String,
    product_name: String,
}

/// The stock ledger, newest first.
pub(in crate::backoffice) async fn movements(visit: Visit, staff: Staff<StockRead>, asked: Filters) -> Result<Response, Problem> {
    let id: Option<VariantId> = asked.parsed("variant_id");
    let kind = asked.one_of("kind", &KINDS);
    let filter = MovementFilter { variant_id: id, kind: (!kind.is_empty()).then(|| MovementKind::from(kind.clone())) };
    let mut tx = visit.begin().await?;
    let movements = list_movements(&mut tx, filter, asked.page(PER_PAGE)).await?;
    // A deleted variant has no stock to look at any more, but its movements still name it.
    let named = movements.data.first().map(|row| (row.sku.clone(), row.product_name.clone()));
    let variant = match (id, named) {
        (Some(id), Some((sku, product_name))) => Some(About { id, sku, product_name }),
        (Some(id), None) => find_stock(&mut tx, id).await?.map(|row| About { id, sku: row.sku, product_name: row.product_name }),
        (None, _) => None,
    };
    let filters = Filtered { kind, variant_id: id.map(|id| id.to_string()).unwrap_or_default() };
    visit.page(&mut tx, &staff, "admin/movements.html", MovementsPage { filters, variant, movements }).await
}
