//! The shop's own pages, for shoppers.
//!
//! Owns no table: its pages call the same domain functions as the API, so no rule lives here. Promises that every page works
//! without a script, that whatever goes wrong is a page in the shop's theme and the visitor's language, that a form which is
//! refused comes back as it was typed, and that looking (GET) changes nothing. A page takes a fixed, small number of SQL
//! statements. Leaves the look to `templates/storefront/` and who is calling to `identity`.
//!
//! To add a page: a file here with its routes and the context its template takes, a line in `routes`, samples under
//! `tests/samples/storefront/`.

mod account;
mod assets;
mod cart;
mod checkout;
mod errors;
mod frame;
mod home;
mod list;
mod orders;
mod page;
mod product;
mod robots;
mod routes;
mod sign_in;
mod sign_up;
mod wanted;

pub use assets::asset_routes;
pub use errors::failed_page;
pub use routes::{closed_routes, routes};
