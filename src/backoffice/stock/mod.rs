//! Stock: what lies where and what can be sold, changes by hand, the ledger.

mod adjust;
mod levels;
mod movements;

pub(super) use adjust::adjust;
pub(super) use levels::list;
pub(super) use movements::movements;
