use axum::response::Response;
use serde::Serialize;

use super::editor::ShownProduct;
use crate::backoffice::form::mendable;
use crate::backoffice::visit::{Visit, go};
use crate::catalog::{delete_product, find_product, restore_product};
use crate::identity::Staff;
use crate::identity::permissions::ProductsWrite;
use crate::kernel::{ProductId, Status};
use crate::platform::http::{FlashKind, PathParam, Problem};

#[derive(Serialize)]
struct DeletePage {
    product: ShownProduct,
}

/// Asks once before a product is deleted.
pub(in crate::backoffice) async fn ask(
    visit: Visit,
    staff: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let product = find_product(&mut tx, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    if product.status == Status::Deleted {
        return Ok(go(format!("/admin/products/{id}")));
    }
    visit.page(&mut tx, &staff, "admin/product-delete.html", DeletePage { product: product.into() }).await
}

/// Deletes a product.
pub(in crate::backoffice) async fn delete(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let product = find_product(&mut tx, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    // The second click of a double click: it is deleted already.
    if product.status != Status::Deleted {
        delete_product(&mut tx, id).await?;
        tx.commit().await?;
    }
    Ok(visit.done("/admin/products", "product_deleted"))
}

/// Brings a deleted product back; where its names are others' by now, says so.
pub(in crate::backoffice) async fn restore(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    if let Err(error) = restore_product(&mut tx, &visit.shop, id).await {
        let problem = mendable(error)?;
        return Ok(visit.go_saying(format!("/admin/products/{id}"), FlashKind::Bad, &format!("problem.{}.detail", problem.code())));
    }
    tx.commit().await?;
    Ok(visit.done(format!("/admin/products/{id}"), "product_restored"))
}
