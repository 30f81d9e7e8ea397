use axum::response::Response;
use serde::Serialize;

use super::form::ProductForm;
use crate::backoffice::choices;
use crate::backoffice::form::{Choice, Errors};
use crate::backoffice::visit::Visit;
use crate::catalog::{Image, ProductView, find_product};
use crate::identity::permissions::{ProductsRead, ProductsWrite};
use crate::identity::{SignedInStaff, Staff};
use crate::kernel::{ProductId, Status};
use crate::platform::ShopTx;
use crate::platform::http::{PathParam, Problem};

#[derive(Serialize)]
struct ProductPage {
    product: Option<ShownProduct>,
    category_options: Vec<Choice>,
    brand_options: Vec<Choice>,
    supplier_options: Vec<Choice>,
    form: ProductForm,
    errors: Errors,
}

/// What the pages around a product's form say about it.
#[derive(Serialize)]
pub(super) struct ShownProduct {
    id: ProductId,
    name: String,
    slug: String,
    status: Status,
    currency: &'static str,
    reserved: i64,
    images: Vec<Image>,
}

impl From<ProductView> for ShownProduct {
    fn from(product: ProductView) -> Self {
        Self {
            reserved: product.variants.iter().map(|variant| variant.reserved).sum(),
            id: product.id,
            name: product.name,
            slug: product.slug,
            status: product.status,
            currency: product.currency,
            images: product.images,
        }
    }
}

/// An empty form.
pub(in crate::backoffice) async fn new(visit: Visit, staff: Staff<ProductsWrite>) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    draw(&visit, &mut tx, &staff, None, ProductForm::blank(), Errors::new()).await
}

/// A product in its form.
pub(in crate::backoffice) async fn edit(
    visit: Visit,
    staff: Staff<ProductsRead>,
    PathParam(id): PathParam<ProductId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let product = find_product(&mut tx, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    let form = ProductForm::of(&product, visit.shop.currency);
    draw(&visit, &mut tx, &staff, Some(product), form, Errors::new()).await
}

/// Draws the form, of a stored product or of one about to be made.
pub(super) async fn draw(
    visit: &Visit,
    tx: &mut ShopTx,
    staff: &SignedInStaff,
    product: Option<ProductView>,
    form: ProductForm,
    errors: Errors,
) -> Result<Response, Problem> {
    let page = ProductPage {
        category_options: choices::of_categories(&choices::categories(tx).await?),
        brand_options: choices::brands(tx).await?,
        supplier_options: choices::suppliers(tx, staff).await?,
        form: form.with_stock(product.as_ref()),
        product: product.map(ShownProduct::from),
        errors,
    };
    visit.page(tx, staff, "admin/product.html", page).await
}
