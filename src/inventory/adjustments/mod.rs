//! What somebody counted, lost, found or moved from one place to another.

mod adjust;
mod input;
mod plan;

pub use adjust::adjust_stock;
pub use input::{AdjustedLine, AdjustmentInput, AdjustmentLineInput, AdjustmentView};

pub(super) use input::NewDelta;
