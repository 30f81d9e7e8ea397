//! The three simple lists: categories, brands, suppliers. Each is one page with the list and, beside it, a form for a new record or
//! for the one in the address.

pub(super) mod brands;
pub(super) mod categories;
mod parts;
pub(super) mod suppliers;
