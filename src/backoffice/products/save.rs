use axum::http::StatusCode;
use axum::response::Response;

use super::editor::draw;
use super::form::ProductForm;
use super::matrix::make_rows;
use crate::backoffice::form::{Errors, mendable};
use crate::backoffice::visit::Visit;
use crate::catalog::{ProductView, create_product, find_product, update_product};
use crate::identity::permissions::ProductsWrite;
use crate::identity::{Permission, SignedInStaff, Staff};
use crate::kernel::ProductId;
use crate::platform::ShopTx;
use crate::platform::http::{PathParam, Problem};
use crate::platform::pages::Fields;

/// Rows one press of the button adds.
const MORE_ROWS: usize = 3;

/// Makes a product, or does what another button of the form asks for.
pub(in crate::backoffice) async fn create(visit: Visit, staff: Staff<ProductsWrite>, fields: Fields) -> Result<Response, Problem> {
    let visit = visit.at("/admin/products/new");
    let mut form = ProductForm::read(&fields);
    let mut tx = visit.begin().await?;
    if let Some(errors) = rearranged(&visit, &fields, &mut form) {
        return draw(&visit, &mut tx, &staff, None, form, errors).await;
    }
    let read = form.input(&visit);
    let made = create_product(&mut tx, &visit.shop, &read.product).await;
    let (made, found) = parted(made)?;
    if let Some(problem) = read.problem_with(found) {
        // What was tried only to hear of every flaw goes with its transaction.
        let errors = form.refuse(visit.lang, &problem, &read.rows);
        return refused(visit, tx, &staff, None, form, (problem.status(), errors)).await;
    }
    tx.commit().await?;
    let to = made.map_or_else(|| "/admin/products".to_owned(), |product| format!("/admin/products/{}", product.id));
    Ok(visit.done(to, "product_created"))
}

/// Changes a product, or does what another button of the form asks for.
pub(in crate::backoffice) async fn update(
    visit: Visit,
    staff: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut form = ProductForm::read(&fields);
    let mut tx = visit.begin().await?;
    let stored = find_product(&mut tx, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    if let Some(errors) = rearranged(&visit, &fields, &mut form) {
        return draw(&visit, &mut tx, &staff, Some(stored), form, errors).await;
    }
    let read = form.input(&visit);
    let patch = read.patch(&form, &stored, staff.may(Permission::SuppliersRead));
    let (_, found) = parted(update_product(&mut tx, &visit.shop, id, &patch).await)?;
    if let Some(problem) = read.problem_with(found) {
        let errors = form.refuse(visit.lang, &problem, &read.rows);
        return refused(visit, tx, &staff, Some(stored), form, (problem.status(), errors)).await;
    }
    tx.commit().await?;
    Ok(visit.done(format!("/admin/products/{id}"), "product_saved"))
}

/// The buttons that only rearrange the form: more rows, or one for each combination.
fn rearranged(visit: &Visit, fields: &Fields, form: &mut ProductForm) -> Option<Errors> {
    match fields.get("action") {
        "add_rows" => form.add_blank_rows(MORE_ROWS),
        "matrix" => {
            if let Err(flaw) = make_rows(form) {
                return Some(ProductForm::options_error(visit.lang, flaw));
            }
        }
        _ => return None,
    }
    Some(Errors::new())
}

/// What was done, or the problem that the form can show.
fn parted<T, E: Into<Problem>>(result: Result<T, E>) -> Result<(Option<T>, Option<Problem>), Problem> {
    match result {
        Ok(done) => Ok((Some(done), None)),
        Err(error) => Ok((None, Some(mendable(error)?))),
    }
}

/// Draws the form again, in a transaction of its own: the refused one may have ended at an error.
async fn refused(
    visit: Visit,
    tried: ShopTx,
    staff: &SignedInStaff,
    product: Option<ProductView>,
    form: ProductForm,
    (status, errors): (StatusCode, Errors),
) -> Result<Response, Problem> {
    drop(tried);
    let visit = visit.answering(status);
    let mut tx = visit.begin().await?;
    draw(&visit, &mut tx, staff, product, form, errors).await
}
