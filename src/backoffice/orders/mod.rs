//! Orders: the list, and one order with what can be done about it.

mod act;
mod detail;
mod list;
mod row;

pub(super) use act::{cancel, change};
pub(super) use detail::show;
pub(super) use list::list;
pub(super) use row::OrderRow;
