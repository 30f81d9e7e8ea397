//! The platform's own pages: the landing page, the sign-up, the problem codes explained, and what is shown where no shop is.
//!
//! To add a page: a file here, a line in [`routes`], samples under `tests/samples/platform/`.

mod enter;
mod errors;
mod landing;
mod page;
mod problems;
mod routes;
mod sign_up;

pub(super) use enter::enter_routes;
pub(super) use routes::{nowhere_routes, routes};
