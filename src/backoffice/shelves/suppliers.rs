use axum::response::Response;
use serde::Serialize;

use super::parts::{Editing, Outcome, Shown, act, settle};
use crate::backoffice::form::filled;
use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::catalog::{
    SupplierInput, SupplierPatch, SupplierView, create_supplier, delete_supplier, find_supplier, list_suppliers, restore_supplier,
    update_supplier,
};
use crate::identity::permissions::{SuppliersRead, SuppliersWrite};
use crate::identity::{SignedInStaff, Staff};
use crate::kernel::{Page, Status, SupplierId};
use crate::platform::ShopTx;
use crate::platform::http::{PathParam, Problem};
use crate::platform::pages::{Fields, FormState};

const LIST: &str = "/admin/suppliers";
const PER_PAGE: i64 = 50;
const FIELDS: [&str; 5] = ["name", "code", "phone", "email", "address"];

#[derive(Serialize)]
struct SuppliersPage {
    filters: Shown,
    editing: Option<Editing>,
    suppliers: Page<SupplierRow>,
    #[serde(flatten)]
    state: FormState,
}

#[derive(Serialize)]
struct SupplierRow {
    id: SupplierId,
    code: Option<String>,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

impl From<SupplierView> for SupplierRow {
    fn from(supplier: SupplierView) -> Self {
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: supplier.id,
            code: known(supplier.code),
            name: supplier.name,
            email: known(supplier.email),
            phone: known(supplier.phone),
            address: known(supplier.address),
        }
    }
}

/// The shop's suppliers.
pub(in crate::backoffice) async fn list(visit: Visit, staff: Staff<SuppliersRead>, asked: Filters) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let state = FormState::filled(filled(FIELDS.map(|name| (name, String::new()))));
    draw(&visit, &mut tx, &staff, &asked, None, state).await
}

/// The same, with one of them in the form.
pub(in crate::backoffice) async fn edit(
    visit: Visit,
    staff: Staff<SuppliersRead>,
    PathParam(id): PathParam<SupplierId>,
    asked: Filters,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let supplier = find_live(&mut tx, id).await?;
    let values = [
        ("name", supplier.name.clone()),
        ("code", supplier.code.clone()),
        ("phone", supplier.phone.clone()),
        ("email", supplier.email.clone()),
        ("address", supplier.address.clone()),
    ];
    draw(&visit, &mut tx, &staff, &asked, Some(&supplier), FormState::filled(filled(values))).await
}

async fn find_live(tx: &mut ShopTx, id: SupplierId) -> Result<SupplierView, Problem> {
    find_supplier(tx, id).await?.filter(|supplier| supplier.status != Status::Deleted).ok_or_else(Problem::not_found)
}

async fn draw(
    visit: &Visit,
    tx: &mut ShopTx,
    staff: &SignedInStaff,
    asked: &Filters,
    editing: Option<&SupplierView>,
    state: FormState,
) -> Result<Response, Problem> {
    let filters = Shown::of(asked);
    let suppliers = list_suppliers(tx, &filters.filter(), Some(asked.page(PER_PAGE))).await?.map(SupplierRow::from);
    let editing = editing.map(|supplier| Editing { id: supplier.id.to_string(), name: supplier.name.clone() });
    visit.page(tx, staff, "admin/suppliers.html", SuppliersPage { filters, editing, suppliers, state }).await
}

/// Makes a supplier.
pub(in crate::backoffice) async fn create(visit: Visit, staff: Staff<SuppliersWrite>, fields: Fields) -> Result<Response, Problem> {
    let given = |name: &str| fields.given(name).map(str::to_owned);
    let input = SupplierInput {
        name: fields.get("name").to_owned(),
        code: given("code"),
        email: given("email"),
        phone: given("phone"),
        address: given("address"),
        status: None,
    };
    let mut tx = visit.begin().await?;
    let result = create_supplier(&mut tx, &input).await;
    let state = FormState::filled(fields.entered(&FIELDS));
    match settle(visit, tx, result, state, (LIST, "record_created")).await? {
        Outcome::Done(response) => Ok(response),
        Outcome::Refused(visit, state) => {
            let mut tx = visit.begin().await?;
            draw(&visit, &mut tx, &staff, &Filters::none(), None, state).await
        }
    }
}

/// Changes a supplier.
pub(in crate::backoffice) async fn save(
    visit: Visit,
    staff: Staff<SuppliersWrite>,
    PathParam(id): PathParam<SupplierId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let given = |name: &str| Some(fields.given(name).map(str::to_owned));
    let patch = SupplierPatch {
        name: Some(fields.get("name").to_owned()),
        code: given("code"),
        email: given("email"),
        phone: given("phone"),
        address: given("address"),
        status: None,
    };
    let mut tx = visit.begin().await?;
    let result = update_supplier(&mut tx, id, &patch).await;
    let state = FormState::filled(fields.entered(&FIELDS));
    match settle(visit, tx, result, state, (LIST, "record_saved")).await? {
        Outcome::Done(response) => Ok(response),
        Outcome::Refused(visit, state) => {
            let mut tx = visit.begin().await?;
            let supplier = find_live(&mut tx, id).await?;
            draw(&visit, &mut tx, &staff, &Filters::none(), Some(&supplier), state).await
        }
    }
}

/// Deletes a supplier; past receipts stay as they are.
pub(in crate::backoffice) async fn delete(
    visit: Visit,
    _: Staff<SuppliersWrite>,
    PathParam(id): PathParam<SupplierId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let result = delete_supplier(&mut tx, id).await;
    act(visit, tx, result, LIST, "record_deleted").await
}

/// Brings a deleted supplier back.
pub(in crate::backoffice) async fn restore(
    visit: Visit,
    _: Staff<SuppliersWrite>,
    PathParam(id): PathParam<SupplierId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let result = restore_supplier(&mut tx, id).await;
    act(visit, tx, result, LIST, "record_restored").await
}
