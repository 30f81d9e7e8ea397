//! Goods receipts: the list, writing one, looking at one and putting it in stock.

mod detail;
mod form;
mod list;
mod write;

pub(super) use detail::{complete, show};
pub(super) use list::list;
pub(super) use write::{create, new};
