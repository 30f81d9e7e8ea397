//! The merchants' back office: every page under `/admin` of a shop's host.
//!
//! Owns no table. Promises that a page does what the admin API does, through the same functions and behind the same permissions
//! (`Staff<P>` in the handler's signature), works without a script, says a mistake beside the field it is in with everything else
//! as it was typed, and answers every refusal with a page in the person's language. Leaves rules to the slices and words to
//! `templates/admin` and the catalogues. To add a page: a file with its context and handlers, a line in `router`, a template with
//! samples.

mod amounts;
mod choices;
mod dashboard;
mod failures;
mod form;
mod frame;
mod lists;
mod once;
mod orders;
mod products;
mod receipts;
mod router;
mod shelves;
mod sign_in;
mod stock;
mod visit;

pub use router::routes;
