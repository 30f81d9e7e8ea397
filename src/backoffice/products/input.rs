//! From the form to the catalog's own input, and back from its flaws to the form's fields.

use std::collections::BTreeMap;

use super::form::{ProductForm, VariantRow};
use crate::backoffice::amounts::{money, whole};
use crate::backoffice::form::{Errors, field_of, message, row_of};
use crate::backoffice::visit::Visit;
use crate::catalog::{ProductInput, ProductOption, ProductPatch, ProductView, VariantInput};
use crate::kernel::{Flaw, Id, Invalid, Status};
use crate::platform::http::Problem;
use crate::platform::i18n::{Lang, translate};

const FIELDS: [&str; 9] = ["name", "slug", "description", "category_id", "brand_id", "supplier_id", "status", "options", "variants"];
const CELLS: [&str; 6] = ["sku", "price", "compare_at_price", "cost", "barcode", "weight_g"];

/// A form read as far as it can be: what the catalog is asked to do, the row behind each of its variants, and the flaws of what
/// cannot even be asked, with pointers as the catalog would give them.
pub(super) struct Read {
    pub(super) product: ProductInput,
    pub(super) rows: Vec<usize>,
    pub(super) flaws: Vec<(String, Flaw)>,
}

impl ProductForm {
    /// Reads the form. Amounts that are none count as 0 in the input, for the other flaws to be found beside them.
    pub(super) fn input(&self, visit: &Visit) -> Read {
        let mut flaws = Vec::new();
        let kept: Vec<usize> = (0..self.variants.len()).filter(|i| !self.variants[*i].remove && !self.variants[*i].is_blank()).collect();
        let mut variants = Vec::with_capacity(kept.len());
        for (i, row) in kept.iter().map(|row| &self.variants[*row]).enumerate() {
            variants.push(self.variant(row, visit, |cell, flaw| flaws.push((format!("/variants/{i}/{cell}"), flaw))));
        }
        let status = match self.status.as_str() {
            "" | "active" => Status::Active,
            "hidden" => Status::Hidden,
            _ => Status::Deleted,
        };
        let product = ProductInput {
            name: self.name.clone(),
            slug: given(&self.slug),
            description: given(&self.description),
            category_id: id(&self.category_id),
            brand_id: id(&self.brand_id),
            supplier_id: id(&self.supplier_id),
            status: Some(status),
            options: self.product_options(&kept),
            variants,
        };
        Read { product, rows: kept, flaws }
    }

    /// Options that have a name. One whose values were not listed has those of its rows.
    fn product_options(&self, kept: &[usize]) -> Vec<ProductOption> {
        let named = self.options.iter().enumerate().filter(|(_, option)| !option.name.trim().is_empty());
        named
            .map(|(n, option)| {
                let mut values = option.list();
                if values.is_empty() {
                    let of_rows = kept.iter().filter_map(|row| self.variants[*row].options.get(n)).map(|value| value.trim());
                    for value in of_rows.filter(|value| !value.is_empty()) {
                        if !values.iter().any(|known| known == value) {
                            values.push(value.to_owned());
                        }
                    }
                }
                ProductOption { name: option.name.trim().to_owned(), values }
            })
            .collect()
    }

    fn variant(&self, row: &VariantRow, visit: &Visit, mut flaw: impl FnMut(&str, Flaw)) -> VariantInput {
        let mut amount = |cell: &str, text: &str| {
            money(text, visit.shop.currency).unwrap_or_else(|found| {
                flaw(cell, found);
                None
            })
        };
        let price = amount("price", &row.price);
        let (compare_at_price, cost) = (amount("compare_at_price", &row.compare_at_price), amount("cost", &row.cost));
        if row.price.trim().is_empty() {
            flaw("price", Flaw::new("required"));
        }
        let weight_g = whole(&row.weight_g).unwrap_or_else(|found| {
            flaw("weight_g", found);
            None
        });
        VariantInput {
            id: id(&row.variant_id),
            sku: row.sku.clone(),
            options: self.choices(row),
            price: price.unwrap_or_default(),
            compare_at_price,
            cost,
            barcode: given(&row.barcode),
            weight_g,
        }
    }

    fn choices(&self, row: &VariantRow) -> BTreeMap<String, String> {
        let named = self.options.iter().zip(&row.options).filter(|(option, _)| !option.name.trim().is_empty());
        named.filter(|(_, value)| !value.trim().is_empty()).map(|(option, value)| (option.name.trim().to_owned(), value.clone())).collect()
    }

    /// Says each flaw at its field or in its row.
    pub(super) fn refuse(&mut self, lang: Lang, problem: &Problem, rows: &[usize]) -> Errors {
        let mut errors = Errors::new();
        for error in problem.errors() {
            let text = Problem::message(lang, error);
            if let Some((row, cell)) = row_of(&error.pointer, "variants").and_then(|(i, cell)| Some((*rows.get(i)?, cell))) {
                let cell = if CELLS.contains(&cell) { cell } else { "row" };
                self.variants[row].errors.entry(cell.to_owned()).or_insert(text);
                errors.entry("variants".to_owned()).or_insert_with(|| translate(lang, "form.check_fields", &[]));
            } else {
                let field = field_of(&error.pointer, &FIELDS).unwrap_or_else(|| "form".to_owned());
                errors.entry(field).or_insert(text);
            }
        }
        if problem.errors().is_empty() {
            errors.insert("form".to_owned(), problem.detail(lang));
        }
        errors
    }

    /// Says one flaw of the options as a whole.
    pub(super) fn options_error(lang: Lang, flaw: Flaw) -> Errors {
        Errors::from([("options".to_owned(), message(lang, flaw))])
    }
}

impl Read {
    /// The catalog's problem with the flaws found here in front; without either, nothing is wrong.
    pub(super) fn problem_with(&self, found: Option<Problem>) -> Option<Problem> {
        if self.flaws.is_empty() {
            return found;
        }
        let mut check = crate::kernel::Check::default();
        for (pointer, flaw) in &self.flaws {
            check.flaw(pointer.clone(), flaw.clone());
        }
        let Invalid(mut errors) = check.into_invalid();
        errors.extend(found.iter().flat_map(|problem| problem.errors().iter().cloned()));
        Some(Invalid(errors).into())
    }

    /// The change of a stored product. Its variants that the form did not know of (somebody added them meanwhile) stay: only a row
    /// that was ticked is given up. Who may not see suppliers does not change the supplier.
    pub(super) fn patch(&self, form: &ProductForm, stored: &ProductView, sees_suppliers: bool) -> ProductPatch {
        let input = self.product.clone();
        let mut variants = input.variants;
        let mentioned: Vec<&str> = form.variants.iter().map(|row| row.variant_id.as_str()).collect();
        let unknown = stored.variants.iter().filter(|variant| !mentioned.contains(&variant.id.to_string().as_str()));
        variants.extend(unknown.map(|variant| VariantInput {
            id: Some(variant.id),
            sku: variant.sku.clone(),
            options: variant.options.iter().cloned().collect(),
            price: variant.price,
            compare_at_price: variant.compare_at_price,
            cost: variant.cost,
            barcode: given(&variant.barcode),
            weight_g: variant.weight_g.map(i64::from),
        }));
        ProductPatch {
            name: Some(input.name),
            slug: Some(input.slug),
            description: Some(input.description),
            category_id: Some(input.category_id),
            brand_id: Some(input.brand_id),
            supplier_id: sees_suppliers.then_some(input.supplier_id),
            status: input.status,
            options: Some(Some(input.options)),
            variants: Some(variants),
        }
    }
}

fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// An id that was chosen; one that is nobody's for what is no id, so that the catalog refuses it.
fn id<I: Id + std::str::FromStr>(text: &str) -> Option<I> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.parse().unwrap_or_else(|_| I::from_uuid(uuid::Uuid::nil())))
}
