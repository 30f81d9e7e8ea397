use std::collections::HashMap;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::form::{ReceiptForm, label};
use crate::backoffice::choices;
use crate::backoffice::form::{Choice, Errors, mendable};
use crate::backoffice::lists::Filters;
use crate::backoffice::once::{fresh_key, in_words, key_after, key_of};
use crate::backoffice::visit::Visit;
use crate::catalog::{VariantName, find_variants_by_sku, list_variant_names};
use crate::identity::permissions::ReceiptsWrite;
use crate::identity::{SignedInStaff, Staff};
use crate::inventory::{ReceiptTarget, create_receipt};
use crate::platform::ShopTx;
use crate::platform::http::{Once, Problem};
use crate::platform::pages::Fields;

/// Variants the form suggests while one types.
const SUGGESTED: i64 = 500;

#[derive(Serialize)]
struct ReceiptNewPage {
    supplier_options: Vec<Choice>,
    location_options: Vec<Choice>,
    variant_options: Vec<VariantChoice>,
    idempotency_key: String,
    form: ReceiptForm,
    errors: Errors,
}

#[derive(Serialize)]
struct VariantChoice {
    sku: String,
    label: String,
}

/// An empty form.
pub(in crate::backoffice) async fn new(visit: Visit, staff: Staff<ReceiptsWrite>, asked: Filters) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let mut form = ReceiptForm::blank(asked.text("sku"));
    form.name_rows(&known(&mut tx, &form).await?);
    draw(&visit, &mut tx, &staff, form, fresh_key(&visit), Errors::new()).await
}

/// What the typed SKUs stand for.
async fn known(tx: &mut ShopTx, form: &ReceiptForm) -> Result<HashMap<String, VariantName>, Problem> {
    let found = find_variants_by_sku(tx, &form.skus()).await?;
    Ok(found.into_iter().map(|variant| (variant.sku.clone(), variant)).collect())
}

async fn draw(
    visit: &Visit,
    tx: &mut ShopTx,
    staff: &SignedInStaff,
    form: ReceiptForm,
    idempotency_key: String,
    errors: Errors,
) -> Result<Response, Problem> {
    let names = list_variant_names(tx, SUGGESTED).await?;
    let page = ReceiptNewPage {
        supplier_options: choices::suppliers(tx, staff).await?,
        location_options: choices::locations(tx).await?,
        variant_options: names.iter().map(|variant| VariantChoice { sku: variant.sku.clone(), label: label(variant) }).collect(),
        idempotency_key,
        form,
        errors,
    };
    visit.page(tx, staff, "admin/receipt-new.html", page).await
}

/// Writes a receipt, as a draft or with its goods put in stock at once.
pub(in crate::backoffice) async fn create(visit: Visit, staff: Staff<ReceiptsWrite>, fields: Fields) -> Result<Response, Problem> {
    let visit = visit.at("/admin/receipts/new");
    let mut form = ReceiptForm::read(&fields);
    let mut tx = visit.begin().await?;
    let known = known(&mut tx, &form).await?;
    form.name_rows(&known);
    if fields.get("action") == "add_rows" {
        form.add_blank_rows();
        let key = fields.get("idempotency_key").to_owned();
        return draw(&visit, &mut tx, &staff, form, key, Errors::new()).await;
    }
    let read = form.input(&fields, &known, visit.shop.currency);
    let done = if read.input.status == ReceiptTarget::Completed { "receipt_completed" } else { "receipt_saved" };
    let actor = staff.actor();
    let found = match Once::claim(&mut tx, key_of(&fields), actor.key(), "POST /receipts", fields.hash()).await {
        Ok(Once::Again(answer)) => return Ok(visit.done(address(answer.field("id")), done)),
        Ok(Once::First(claim)) => match create_receipt(&mut tx, &visit.shop, &read.input, &actor).await {
            Ok(receipt) if read.flaws.is_empty() => {
                claim.keep(&mut tx, StatusCode::CREATED, &receipt).await?;
                tx.commit().await?;
                return Ok(visit.done(address(Some(receipt.head.id.to_string())), done));
            }
            Ok(_) => None,
            Err(error) => Some(mendable(error)?),
        },
        Err(problem) => Some(mendable(problem)?),
    };
    // What was tried only to hear of every flaw goes with its transaction.
    drop(tx);
    let problem = read.problem(found).ok_or_else(Problem::internal)?;
    let mut errors = form.refuse(visit.lang, &read.flaws, &problem, &read.rows);
    if let Some(words) = in_words(&visit, &problem) {
        errors.insert("form".to_owned(), words);
    }
    let key = key_after(&visit, &fields, &problem);
    let visit = visit.answering(problem.status());
    let mut tx = visit.begin().await?;
    draw(&visit, &mut tx, &staff, form, key, errors).await
}

fn address(id: Option<String>) -> String {
    id.map_or_else(|| "/admin/receipts".to_owned(), |id| format!("/admin/receipts/{id}"))
}
