//! The SQL of this room.

pub(super) mod audit;
pub(super) mod ledger;
pub(super) mod movements;
pub(super) mod named;
pub(super) mod places;
pub(super) mod receipts;
pub(super) mod shelves;
pub(super) mod stock;
