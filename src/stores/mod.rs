//! The branches of a shop.
