use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::inventory::MAX_LINES;
use crate::kernel::{Check, Flaw, Invalid, LocationId, Price, Quantity, SupplierId, VariantId, line};

/// The largest sum of costs on a receipt, in minor units: what every JSON reader still reads exactly (2⁵³ − 1).
const MAX_TOTAL: i64 = 9_007_199_254_740_991;

/// In which state a receipt is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptTarget {
    /// To be checked and completed later.
    #[default]
    Draft,
    /// The goods are in the shop: stock is added at once.
    Completed,
}

/// A goods receipt as it comes in.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptInput {
    /// Who delivered.
    #[serde(default)]
    pub supplier_id: Option<SupplierId>,
    /// Where the goods lie; the default location when not given.
    #[serde(default)]
    pub location_id: Option<LocationId>,
    /// The supplier's own number of the delivery.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub reference: Option<String>,
    /// What came. A variant may be on several lines, e.g. at two costs.
    #[schema(min_items = 1, max_items = 500)]
    pub lines: Vec<ReceiptLineInput>,
    /// `draft` when not given.
    #[serde(default)]
    pub status: ReceiptTarget,
}

/// A line of a receipt as it comes in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptLineInput {
    /// What came.
    pub variant_id: VariantId,
    /// How many units.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
    /// What one unit cost, in minor units.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub unit_cost: Option<i64>,
}

/// What changes about a draft. A field that is not given stays as it is; `lines` replace all there were.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptPatch {
    /// Who delivered; null: not known.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<SupplierId>)]
    pub supplier_id: Option<Option<SupplierId>>,
    /// Where the goods lie.
    #[serde(default)]
    pub location_id: Option<LocationId>,
    /// The supplier's own number of the delivery.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub reference: Option<String>,
    /// What came.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 500)]
    pub lines: Option<Vec<ReceiptLineInput>>,
}

/// Tells a null (given, and empty) from a field that is not there.
#[expect(clippy::option_option, reason = "the outer says whether the field was given")]
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A receipt whose fields are parsed; whether what it names is here, only the database knows.
#[derive(Debug, Clone)]
pub(in crate::inventory) struct NewReceipt {
    pub(in crate::inventory) supplier_id: Option<SupplierId>,
    pub(in crate::inventory) location_id: Option<LocationId>,
    pub(in crate::inventory) reference: String,
    pub(in crate::inventory) lines: Vec<NewLine>,
}

/// A parsed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::inventory) struct NewLine {
    pub(in crate::inventory) variant_id: VariantId,
    pub(in crate::inventory) quantity: i64,
    pub(in crate::inventory) unit_cost: Option<i64>,
}

impl ReceiptInput {
    pub(super) fn parse(&self) -> Result<NewReceipt, Invalid> {
        let mut check = Check::default();
        let reference = check.at("/reference", parse_reference(self.reference.as_deref().unwrap_or_default()));
        let lines = parse_lines(&mut check, &self.lines);
        check.finish()?;
        Ok(NewReceipt { supplier_id: self.supplier_id, location_id: self.location_id, reference: reference.unwrap_or_default(), lines })
    }
}

pub(super) fn parse_reference(text: &str) -> Result<String, Flaw> {
    line(text, 0, 200)
}

/// The lines that are good, and the flaws of those that are not.
pub(super) fn parse_lines(check: &mut Check, lines: &[ReceiptLineInput]) -> Vec<NewLine> {
    if lines.is_empty() {
        check.flaw("/lines", Flaw::new("too_few").with("min", 1));
    }
    if lines.len() > MAX_LINES {
        check.flaw("/lines", Flaw::new("too_many").with("max", MAX_LINES));
        return Vec::new();
    }
    let mut parsed = Vec::with_capacity(lines.len());
    let mut total = Some(0_i64);
    for (i, line) in lines.iter().enumerate() {
        let quantity = check.at(format!("/lines/{i}/quantity"), Quantity::parse(line.quantity));
        let unit_cost = check.opt(format!("/lines/{i}/unit_cost"), line.unit_cost, Price::parse);
        if let (Some(quantity), Some(unit_cost)) = (quantity, unit_cost) {
            let unit_cost = unit_cost.map(Price::amount);
            let cost = unit_cost.unwrap_or_default().checked_mul(quantity.units());
            total = total.zip(cost).and_then(|(total, cost)| total.checked_add(cost));
            parsed.push(NewLine { variant_id: line.variant_id, quantity: quantity.units(), unit_cost });
        }
    }
    if total.is_none_or(|total| total > MAX_TOTAL) {
        check.flaw("/lines", Flaw::new("too_large").with("max", MAX_TOTAL));
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn line(quantity: i64, unit_cost: Option<i64>) -> ReceiptLineInput {
        ReceiptLineInput { variant_id: VariantId::from(Uuid::nil()), quantity, unit_cost }
    }

    fn flaws(lines: Vec<ReceiptLineInput>) -> Vec<(String, &'static str)> {
        let input = ReceiptInput { lines, ..ReceiptInput::default() };
        let errors = input.parse().map_or_else(|invalid| invalid.0, |_| Vec::new());
        errors.into_iter().map(|error| (error.pointer, error.flaw.code)).collect()
    }

    #[test]
    fn every_flaw_is_named_at_its_line() {
        let found = flaws(vec![line(0, None), line(1_000_001, Some(-1)), line(1, Some(1_000_000_000_001))]);
        let wanted = [
            ("/lines/0/quantity", "too_small"),
            ("/lines/1/quantity", "too_large"),
            ("/lines/1/unit_cost", "too_small"),
            ("/lines/2/unit_cost", "too_large"),
        ];
        assert_eq!(found, wanted.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn a_receipt_has_a_line_and_at_most_five_hundred() {
        assert_eq!(flaws(vec![]), [("/lines".to_owned(), "too_few")]);
        assert_eq!(flaws(vec![line(1, None); 500]), []);
        assert_eq!(flaws(vec![line(1, None); 501]), [("/lines".to_owned(), "too_many")]);
    }

    #[test]
    fn the_sum_of_costs_stays_exact() {
        assert_eq!(flaws(vec![line(9_007, Some(1_000_000_000_000))]), []);
        assert_eq!(flaws(vec![line(9_008, Some(1_000_000_000_000))]), [("/lines".to_owned(), "too_large")]);
        // Together they would leave 64 bits.
        assert_eq!(flaws(vec![line(1_000_000, Some(1_000_000_000_000)); 500]), [("/lines".to_owned(), "too_large")]);
    }

    #[test]
    fn a_patch_tells_null_from_absent() {
        let patch: ReceiptPatch = serde_json::from_str(r#"{"supplier_id": null}"#).unwrap();
        assert_eq!(patch.supplier_id, Some(None));
        assert_eq!(serde_json::from_str::<ReceiptPatch>("{}").unwrap().supplier_id, None);
    }
}
