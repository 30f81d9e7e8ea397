//! The SQL of this room.

pub(super) mod ledger;
pub(super) mod places;
pub(super) mod stock;
