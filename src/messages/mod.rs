//! What goes out: the event log to those who follow it, live. Mail, SMS and webhooks come later and read the same log.
//!
//! Owns no table. Promises that a follower with a cursor misses no event and gets none twice from one connection, and that it is
//! cut off within a minute of losing its right. Only reads other slices. To add a kind of event: its slice appends it; what a
//! reader needs beside the ids is added in `enrich`, for those who may see it.

mod api;
mod enrich;
mod feed;

pub use api::admin_routes;
