//! Shophouse: a hosted commerce platform. Many shops on one server.
//!
//! The map of the rooms is in the README; each room's `mod.rs` says what it owns and promises.

pub mod kernel;
pub mod platform;
pub mod tenancy;
