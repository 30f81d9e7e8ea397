//! Tests through the front door: one program, so that one PostgreSQL, one Redis and one server serve them all.
//!
//! To add a behaviour: a file named after it, a line below, tests named as sentences. `support` says how to open a shop and call it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what is wrong by failing")]
#![expect(clippy::disallowed_methods, reason = "tests read their own environment, the clock on the wall, and start tasks of their own")]

mod support;

mod architecture;
mod audit;
mod backoffice;
mod backoffice_forms;
mod backoffice_rights;
mod bad_input;
mod browser;
mod buying;
mod commands;
mod disconnects;
mod goods;
mod harness;
mod hosts;
mod isolation;
mod live;
mod names;
mod once;
mod pages;
mod people;
mod pictures;
mod platform_pages;
mod private_servers;
mod requests;
mod rls;
mod samples;
mod sessions;
mod shelves;
mod sign_up;
mod stock;
mod storefront;
mod storefront_forms;
mod supply;
mod tenants;
