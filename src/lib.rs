//! Shophouse: a hosted commerce platform. Many shops on one server.
//!
//! The map of the rooms is in the README; each room's `mod.rs` says what it owns and promises.

pub mod app;
pub mod backoffice;
pub mod catalog;
pub mod cli;
pub mod identity;
pub mod inventory;
pub mod kernel;
pub mod messages;
pub mod ordering;
pub mod platform;
pub mod storefront;
pub mod stores;
pub mod tenancy;
