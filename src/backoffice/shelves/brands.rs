use axum::response::Response;
use serde::Serialize;

use super::parts::{Editing, Outcome, Shown, act, settle};
use crate::backoffice::form::filled;
use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::catalog::{
    BrandInput, BrandPatch, BrandView, count_products_by_brand, create_brand, delete_brand, find_brand, list_brands, restore_brand,
    update_brand,
};
use crate::identity::permissions::{ProductsRead, ProductsWrite};
use crate::identity::{SignedInStaff, Staff};
use crate::kernel::{BrandId, Page, Status};
use crate::platform::ShopTx;
use crate::platform::http::{PathParam, Problem};
use crate::platform::pages::{Fields, FormState};

const LIST: &str = "/admin/brands";
const PER_PAGE: i64 = 50;
const FIELDS: [&str; 2] = ["name", "slug"];

#[derive(Serialize)]
struct BrandsPage {
    filters: Shown,
    editing: Option<Editing>,
    brands: Page<BrandRow>,
    #[serde(flatten)]
    state: FormState,
}

#[derive(Serialize)]
struct BrandRow {
    id: BrandId,
    name: String,
    slug: String,
    product_count: i64,
}

/// The shop's brands.
pub(in crate::backoffice) async fn list(visit: Visit, staff: Staff<ProductsRead>, asked: Filters) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let state = FormState::filled(filled(FIELDS.map(|name| (name, String::new()))));
    draw(&visit, &mut tx, &staff, &asked, None, state).await
}

/// The same, with one of them in the form.
pub(in crate::backoffice) async fn edit(
    visit: Visit,
    staff: Staff<ProductsRead>,
    PathParam(id): PathParam<BrandId>,
    asked: Filters,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let brand = find_live(&mut tx, id).await?;
    let state = FormState::filled(filled([("name", brand.name.clone()), ("slug", brand.slug.clone())]));
    draw(&visit, &mut tx, &staff, &asked, Some(&brand), state).await
}

async fn find_live(tx: &mut ShopTx, id: BrandId) -> Result<BrandView, Problem> {
    find_brand(tx, id).await?.filter(|brand| brand.status != Status::Deleted).ok_or_else(Problem::not_found)
}

async fn draw(
    visit: &Visit,
    tx: &mut ShopTx,
    staff: &SignedInStaff,
    asked: &Filters,
    editing: Option<&BrandView>,
    state: FormState,
) -> Result<Response, Problem> {
    let filters = Shown::of(asked);
    let brands = list_brands(tx, &filters.filter(), Some(asked.page(PER_PAGE))).await?;
    let counts = count_products_by_brand(tx).await?;
    let row = |brand: BrandView| BrandRow {
        product_count: counts.get(&brand.id).copied().unwrap_or_default(),
        id: brand.id,
        name: brand.name,
        slug: brand.slug,
    };
    let page = BrandsPage {
        brands: brands.map(row),
        editing: editing.map(|brand| Editing { id: brand.id.to_string(), name: brand.name.clone() }),
        filters,
        state,
    };
    visit.page(tx, staff, "admin/brands.html", page).await
}

/// Makes a brand.
pub(in crate::backoffice) async fn create(visit: Visit, staff: Staff<ProductsWrite>, fields: Fields) -> Result<Response, Problem> {
    let slug = fields.given("slug").map(str::to_owned);
    let input = BrandInput { name: fields.get("name").to_owned(), slug, ..BrandInput::default() };
    let mut tx = visit.begin().await?;
    let result = create_brand(&mut tx, &input).await;
    let state = FormState::filled(fields.entered(&FIELDS));
    match settle(visit, tx, result, state, (LIST, "record_created")).await? {
        Outcome::Done(response) => Ok(response),
        Outcome::Refused(visit, state) => {
            let mut tx = visit.begin().await?;
            draw(&visit, &mut tx, &staff, &Filters::none(), None, state).await
        }
    }
}

/// Changes a brand.
pub(in crate::backoffice) async fn save(
    visit: Visit,
    staff: Staff<ProductsWrite>,
    PathParam(id): PathParam<BrandId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let slug = fields.given("slug").map(str::to_owned);
    let patch = BrandPatch { name: Some(fields.get("name").to_owned()), slug: Some(slug), ..BrandPatch::default() };
    let mut tx = visit.begin().await?;
    let result = update_brand(&mut tx, id, &patch).await;
    let state = FormState::filled(fields.entered(&FIELDS));
    match settle(visit, tx, result, state, (LIST, "record_saved")).await? {
        Outcome::Done(response) => Ok(response),
        Outcome::Refused(visit, state) => {
            let mut tx = visit.begin().await?;
            let brand = find_live(&mut tx, id).await?;
            draw(&visit, &mut tx, &staff, &Filters::none(), Some(&brand), state).await
        }
    }
}

/// Deletes a brand; its products stay.
pub(in crate::backoffice) async fn delete(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<BrandId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let result = delete_brand(&mut tx, id).await;
    act(visit, tx, result, LIST, "record_deleted").await
}

/// Brings a deleted brand back.
pub(in crate::backoffice) async fn restore(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<BrandId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let result = restore_brand(&mut tx, id).await;
    act(visit, tx, result, LIST, "record_restored").await
}
