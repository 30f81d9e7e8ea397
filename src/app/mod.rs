//! The one wiring: the only place that knows every slice.
//!
//! Builds the services from the settings, puts the routers of all slices under their hosts and paths, and runs the server. Owns no
//! table. What needs several slices in one transaction (a sign-up) is a use case here. To add a slice: its routes in
//! [`api`](self), its pages in `router`, its background work in [`App::start`].

mod api;
mod backing;
mod build;
mod docs;
mod health;
mod platform_pages;
mod router;
mod serve;
mod sign_up;
pub mod tenants;

pub use api::{Documents, documents};
pub use backing::Backing;
pub use build::App;
pub use serve::serve;
pub use sign_up::{NewSignUp, OwnerInput, SignUpInput, SignedUp, sign_up};
