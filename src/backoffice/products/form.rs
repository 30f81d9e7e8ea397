use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::backoffice::amounts::plain;
use crate::backoffice::form::{cell, removed};
use crate::catalog::{ProductView, VariantView};
use crate::kernel::{Currency, Status};
use crate::platform::pages::Fields;

/// Options a product may have.
pub(super) const OPTIONS: usize = 3;
/// Rows a form may make by itself.
pub(super) const MAX_ROWS: usize = 100;

/// A product as its form shows it: texts as typed, or what is stored written as one would type it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct ProductForm {
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) description: String,
    pub(super) category_id: String,
    pub(super) brand_id: String,
    pub(super) supplier_id: String,
    pub(super) status: String,
    pub(super) alt: String,
    pub(super) options: Vec<OptionRow>,
    pub(super) variants: Vec<VariantRow>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct OptionRow {
    pub(super) name: String,
    /// Parted by commas.
    pub(super) values: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct VariantRow {
    /// Empty for a new one.
    pub(super) variant_id: String,
    pub(super) options: [String; OPTIONS],
    pub(super) sku: String,
    pub(super) barcode: String,
    pub(super) price: String,
    pub(super) compare_at_price: String,
    pub(super) cost: String,
    pub(super) weight_g: String,
    pub(super) on_hand: Option<i64>,
    pub(super) remove: bool,
    pub(super) errors: BTreeMap<String, String>,
}

impl VariantRow {
    /// Nothing that says a variant is meant; chosen values alone do not, the form may have written them.
    pub(super) fn is_blank(&self) -> bool {
        let typed = [&self.variant_id, &self.sku, &self.price, &self.compare_at_price, &self.cost, &self.weight_g, &self.barcode];
        typed.iter().all(|text| text.trim().is_empty())
    }
}

impl OptionRow {
    /// The values, trimmed, each once.
    pub(super) fn list(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let values = self.values.split(',').map(str::trim).filter(|value| !value.is_empty());
        values.filter(|value| seen.insert(*value)).map(str::to_owned).collect()
    }
}

impl ProductForm {
    /// The form of a product that is not there yet.
    pub(super) fn blank() -> Self {
        let variants = vec![VariantRow::default(); 3];
        Self { status: "active".to_owned(), options: vec![OptionRow::default(); OPTIONS], variants, ..Self::default() }
    }

    /// The form of a stored product.
    pub(super) fn of(product: &ProductView, currency: Currency) -> Self {
        let id = |id: Option<String>| id.unwrap_or_default();
        let mut options: Vec<OptionRow> =
            product.options.iter().map(|option| OptionRow { name: option.name.clone(), values: option.values.join(", ") }).collect();
        options.resize_with(OPTIONS, OptionRow::default);
        Self {
            name: product.name.clone(),
            slug: product.slug.clone(),
            description: product.description.clone(),
            category_id: id(product.category_id.map(|id| id.to_string())),
            brand_id: id(product.brand_id.map(|id| id.to_string())),
            supplier_id: id(product.supplier_id.map(|id| id.to_string())),
            status: if product.status == Status::Hidden { "hidden" } else { "active" }.to_owned(),
            alt: String::new(),
            options,
            variants: product.variants.iter().map(|variant| stored(variant, currency)).collect(),
        }
    }

    /// The form as it was sent.
    pub(super) fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        let (names, values) = (fields.all("option_name"), fields.all("option_values"));
        let options = (0..OPTIONS).map(|i| OptionRow { name: cell(&names, i), values: cell(&values, i) }).collect();
        Self {
            name: text("name"),
            slug: text("slug"),
            description: text("description"),
            category_id: text("category_id"),
            brand_id: text("brand_id"),
            supplier_id: text("supplier_id"),
            status: text("status"),
            alt: String::new(),
            options,
            variants: read_rows(fields),
        }
    }

    /// What lies in the shop of each stored variant: not typed, so not sent.
    pub(super) fn with_stock(mut self, product: Option<&ProductView>) -> Self {
        let stock: BTreeMap<String, i64> =
            product.iter().flat_map(|product| &product.variants).map(|variant| (variant.id.to_string(), variant.on_hand)).collect();
        for row in &mut self.variants {
            row.on_hand = stock.get(&row.variant_id).copied();
        }
        self
    }

    pub(super) fn add_blank_rows(&mut self, count: usize) {
        self.variants.extend(vec![VariantRow::default(); count]);
    }
}

fn read_rows(fields: &Fields) -> Vec<VariantRow> {
    let column = |name: &str| fields.all(name);
    let (ids, skus, barcodes, prices) = (column("variant_id"), column("sku"), column("barcode"), column("price"));
    let (before, costs, weights) = (column("compare_at_price"), column("cost"), column("weight_g"));
    let options = [column("option1"), column("option2"), column("option3")];
    let removed = removed(fields);
    let row = |i: usize| VariantRow {
        variant_id: cell(&ids, i),
        options: [0, 1, 2].map(|n: usize| cell(&options[n], i)),
        sku: cell(&skus, i),
        barcode: cell(&barcodes, i),
        price: cell(&prices, i),
        compare_at_price: cell(&before, i),
        cost: cell(&costs, i),
        weight_g: cell(&weights, i),
        on_hand: None,
        remove: removed.contains(&i),
        errors: BTreeMap::new(),
    };
    (0..skus.len().min(1_000)).map(row).collect()
}

fn stored(variant: &VariantView, currency: Currency) -> VariantRow {
    let amount = |amount: Option<i64>| amount.map(|amount| plain(amount, currency)).unwrap_or_default();
    VariantRow {
        variant_id: variant.id.to_string(),
        options: [0, 1, 2].map(|n: usize| variant.options.get(n).map(|(_, value)| value.clone()).unwrap_or_default()),
        sku: variant.sku.clone(),
        barcode: variant.barcode.clone(),
        price: plain(variant.price, currency),
        compare_at_price: amount(variant.compare_at_price),
        cost: amount(variant.cost),
        weight_g: variant.weight_g.map(|grams| grams.to_string()).unwrap_or_default(),
        on_hand: Some(variant.on_hand),
        remove: false,
        errors: BTreeMap::new(),
    }
}
