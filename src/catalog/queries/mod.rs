pub(super) mod brands;
pub(super) mod cards;
pub(super) mod categories;
pub(super) mod images;
pub(super) mod products;
pub(super) mod shared;
pub(super) mod suppliers;
pub(super) mod variants;
