use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::inventory::MAX_LINES;
use crate::kernel::{AdjustmentId, Check, Flaw, Invalid, LocationId, Quantity, VariantId, line};

/// An adjustment of stock as it comes in: all lines or none.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentInput {
    /// What changes. A variant may be on several lines: one less here and one more there is a move.
    #[schema(min_items = 1, max_items = 500)]
    pub lines: Vec<AdjustmentLineInput>,
}

/// A line of an adjustment as it comes in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentLineInput {
    /// What.
    pub variant_id: VariantId,
    /// Where. Without it more goes to the default location; less is taken from there first, then from where most lies.
    #[serde(default)]
    pub location_id: Option<LocationId>,
    /// Units more, or less when negative; not 0.
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    pub delta: i64,
    /// Why; the ledger keeps it.
    #[schema(min_length = 1, max_length = 300)]
    pub reason: String,
}

/// An adjustment that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdjustmentView {
    /// Its id, which the ledger's lines name.
    pub id: AdjustmentId,
    /// Its lines, with the stock as it is after all of them.
    pub lines: Vec<AdjustedLine>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A line of an adjustment that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdjustedLine {
    /// What.
    pub variant_id: VariantId,
    /// The location that was named.
    pub location_id: Option<LocationId>,
    /// Units more, or less when negative.
    pub delta: i64,
    /// Why.
    pub reason: String,
    /// Units in the shop now.
    pub on_hand: i64,
    /// Units of them promised to open orders.
    pub reserved: i64,
    /// Units that may be sold.
    pub available: i64,
}

/// A parsed line.
#[derive(Debug, Clone)]
pub(in crate::inventory) struct NewDelta {
    pub(in crate::inventory) variant_id: VariantId,
    pub(in crate::inventory) location_id: Option<LocationId>,
    pub(in crate::inventory) delta: i64,
    pub(in crate::inventory) reason: String,
}

impl AdjustmentInput {
    pub(super) fn parse(&self) -> Result<Vec<NewDelta>, Invalid> {
        let mut check = Check::default();
        if self.lines.is_empty() {
            check.flaw("/lines", Flaw::new("too_few").with("min", 1));
        }
        if self.lines.len() > MAX_LINES {
            return Err(Invalid::at("/lines", Flaw::new("too_many").with("max", MAX_LINES)));
        }
        let mut parsed = Vec::with_capacity(self.lines.len());
        for (i, input) in self.lines.iter().enumerate() {
            let delta = check.at(format!("/lines/{i}/delta"), parse_delta(input.delta));
            let reason = check.at(format!("/lines/{i}/reason"), line(&input.reason, 1, 300));
            if let (Some(delta), Some(reason)) = (delta, reason) {
                parsed.push(NewDelta { variant_id: input.variant_id, location_id: input.location_id, delta, reason });
            }
        }
        check.finish()?;
        Ok(parsed)
    }
}

fn parse_delta(delta: i64) -> Result<i64, Flaw> {
    match delta {
        0 => Err(Flaw::new("not_allowed")),
        d if d > Quantity::MAX => Err(Flaw::new("too_large").with("max", Quantity::MAX)),
        d if d < -Quantity::MAX => Err(Flaw::new("too_small").with("min", -Quantity::MAX)),
        d => Ok(d),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn flaws(lines: &[(i64, &str)]) -> Vec<(String, &'static str)> {
        let variant_id = VariantId::from(Uuid::nil());
        let lines = lines.iter().map(|(delta, reason)| AdjustmentLineInput {
            variant_id,
            location_id: None,
            delta: *delta,
            reason: (*reason).to_owned(),
        });
        let errors = AdjustmentInput { lines: lines.collect() }.parse().map_or_else(|invalid| invalid.0, |_| Vec::new());
        errors.into_iter().map(|error| (error.pointer, error.flaw.code)).collect()
    }

    #[test]
    fn a_change_is_some_units_and_a_reason() {
        assert_eq!(flaws(&[(1, "found"), (-1_000_000, "flood")]), []);
        let wanted = [
            ("/lines/0/delta", "not_allowed"),
            ("/lines/1/delta", "too_large"),
            ("/lines/2/delta", "too_small"),
            ("/lines/3/reason", "required"),
            ("/lines/4/reason", "control_characters"),
        ];
        let found = flaws(&[(0, "x"), (1_000_001, "x"), (i64::MIN, "x"), (1, " "), (1, "a\0b")]);
        assert_eq!(found, wanted.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn an_adjustment_has_a_line_and_at_most_five_hundred() {
        assert_eq!(flaws(&[]), [("/lines".to_owned(), "too_few")]);
        assert_eq!(flaws(&[(1, "x"); 501]), [("/lines".to_owned(), "too_many")]);
    }
}
