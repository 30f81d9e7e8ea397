use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::backoffice::amounts::{money, whole};
use crate::backoffice::form::{Errors, cell, chosen, field_of, removed, row_of};
use crate::catalog::VariantName;
use crate::inventory::{ReceiptInput, ReceiptLineInput, ReceiptTarget};
use crate::kernel::{Check, Currency, FieldError, Flaw, Id, Invalid, Sku, VariantId};
use crate::platform::http::Problem;
use crate::platform::i18n::{Lang, translate};
use crate::platform::pages::Fields;

/// Rows a form begins with, and one press of the button adds.
const ROWS: usize = 5;

/// A receipt as its form shows it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct ReceiptForm {
    supplier_id: String,
    location_id: String,
    reference: String,
    pub(super) lines: Vec<LineRow>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct LineRow {
    pub(super) sku: String,
    quantity: String,
    unit_cost: String,
    /// What the SKU stands for; empty while it stands for nothing.
    product_name: String,
    remove: bool,
    errors: BTreeMap<String, String>,
}

impl LineRow {
    fn is_blank(&self) -> bool {
        [&self.sku, &self.quantity, &self.unit_cost].iter().all(|text| text.trim().is_empty())
    }
}

impl ReceiptForm {
    /// An empty form, its first row for this SKU.
    pub(super) fn blank(sku: String) -> Self {
        let mut form = Self::default();
        form.lines.push(LineRow { sku, ..LineRow::default() });
        form.lines.resize_with(ROWS, LineRow::default);
        form
    }

    /// The form as it was sent.
    pub(super) fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        let (skus, quantities, costs) = (fields.all("sku"), fields.all("quantity"), fields.all("unit_cost"));
        let removed = removed(fields);
        let row = |i: usize| LineRow {
            sku: cell(&skus, i),
            quantity: cell(&quantities, i),
            unit_cost: cell(&costs, i),
            remove: removed.contains(&i),
            ..LineRow::default()
        };
        let lines = (0..skus.len().min(1_000)).map(row).collect();
        Self { supplier_id: text("supplier_id"), location_id: text("location_id"), reference: text("reference"), lines }
    }

    pub(super) fn add_blank_rows(&mut self) {
        self.lines.resize_with(self.lines.len() + ROWS, LineRow::default);
    }

    /// The SKUs that were typed and may be one.
    pub(super) fn skus(&self) -> Vec<String> {
        self.lines.iter().filter_map(|row| Sku::parse(&row.sku).ok()).map(|sku| sku.as_str().to_owned()).collect()
    }

    /// Says beside each SKU what it stands for.
    pub(super) fn name_rows(&mut self, known: &HashMap<String, VariantName>) {
        for row in &mut self.lines {
            row.product_name = known.get(row.sku.trim()).map(label).unwrap_or_default();
        }
    }

    /// Reads the form as far as it can be. Ids and numbers that are none become ones that the shop refuses, so that all flaws are
    /// found together; those it would not name in the form's own terms are given beside.
    pub(super) fn input(&self, fields: &Fields, known: &HashMap<String, VariantName>, currency: Currency) -> Read {
        let rows: Vec<usize> = (0..self.lines.len()).filter(|i| !self.lines[*i].remove && !self.lines[*i].is_blank()).collect();
        let mut check = Check::default();
        let mut lines = Vec::with_capacity(rows.len());
        for (i, row) in rows.iter().map(|row| &self.lines[*row]).enumerate() {
            let at = |name: &str| format!("/lines/{i}/{name}");
            let required = |value: Option<i64>| value.ok_or_else(|| Flaw::new("required"));
            let quantity = check.at(at("quantity"), whole(&row.quantity).and_then(required));
            let unit_cost = check.at(at("unit_cost"), money(&row.unit_cost, currency)).flatten();
            let variant = known
                .get(row.sku.trim())
                .map(|variant| variant.id)
                .ok_or_else(|| Flaw::new(if row.sku.trim().is_empty() { "required" } else { "not_found" }));
            let variant_id = check.at(at("sku"), variant).unwrap_or_else(|| VariantId::from_uuid(uuid::Uuid::nil()));
            lines.push(ReceiptLineInput { variant_id, quantity: quantity.unwrap_or_default(), unit_cost });
        }
        let reference = fields.given("reference").map(str::to_owned);
        let status = if fields.get("action") == "complete" { ReceiptTarget::Completed } else { ReceiptTarget::Draft };
        let (supplier_id, location_id) = (chosen(fields, "supplier_id"), chosen(fields, "location_id"));
        Read { input: ReceiptInput { supplier_id, location_id, reference, lines, status }, rows, flaws: check.into_invalid().0 }
    }

    /// Says each flaw at its field or in its row; those found here come first.
    pub(super) fn refuse(&mut self, lang: Lang, found: &[FieldError], problem: &Problem, rows: &[usize]) -> Errors {
        let mut errors = Errors::new();
        for error in found.iter().chain(problem.errors()) {
            let text = Problem::message(lang, error);
            if let Some((row, cell)) = row_of(&error.pointer, "lines").and_then(|(i, cell)| Some((*rows.get(i)?, cell))) {
                let cell = match cell {
                    "variant_id" | "sku" => "sku",
                    "quantity" | "unit_cost" => cell,
                    _ => "row",
                };
                self.lines[row].errors.entry(cell.to_owned()).or_insert(text);
                errors.entry("lines".to_owned()).or_insert_with(|| translate(lang, "form.check_fields", &[]));
            } else {
                let field = field_of(&error.pointer, &["supplier_id", "location_id", "reference", "lines"]);
                errors.entry(field.unwrap_or_else(|| "form".to_owned())).or_insert(text);
            }
        }
        if found.is_empty() && problem.errors().is_empty() {
            errors.insert("form".to_owned(), problem.detail(lang));
        }
        errors
    }
}

/// A form read as far as it can be.
pub(super) struct Read {
    pub(super) input: ReceiptInput,
    /// The row behind each line.
    pub(super) rows: Vec<usize>,
    pub(super) flaws: Vec<FieldError>,
}

impl Read {
    /// The shop's problem; where it found none, that of the flaws found here.
    pub(super) fn problem(&self, found: Option<Problem>) -> Option<Problem> {
        found.or_else(|| (!self.flaws.is_empty()).then(|| Invalid(Vec::new()).into()))
    }
}

/// “Áo thun · Đỏ · M”.
pub(super) fn label(variant: &VariantName) -> String {
    let mut label = variant.product_name.clone();
    for value in &variant.option_values {
        label.push_str(" · ");
        label.push_str(value);
    }
    label
}
