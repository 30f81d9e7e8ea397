pub(super) mod addresses;
pub(super) mod customers;
pub(super) mod sessions;
pub(super) mod staff;
