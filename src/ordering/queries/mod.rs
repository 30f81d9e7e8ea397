pub(super) mod carts;
pub(super) mod figures;
pub(super) mod orders;
pub(super) mod parts;
