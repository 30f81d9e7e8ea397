//! What every page shares, whoever it is for: the forms it takes, the answer it gives, the switch of its language.
//!
//! Promises that a form is read only from its own origin and within a limit, that a refused form comes back with what was typed
//! and a message at each field, and that a redirect leads nowhere but to this host. Leaves what a page says, and who may see it,
//! to the rooms that draw pages (`storefront`, `backoffice`, the platform's own in `app`).
//!
//! To add a form: take [`Fields`], parse them, call the domain; on a refusal draw the page again with [`FormState::refused`].

mod cookie;
mod form;
mod language;
mod place;
mod reply;

pub use cookie::{cookie, read_cookie};
pub use form::{Asked, Fields, FormState, MAX_FORM};
pub use language::switch_language;
pub use place::{here, local_path};
pub use reply::{SeeOther, render, same_origin};
