//! What every page shares, whoever it is for: the language it speaks, the forms it takes, the message carried over a redirect,
//! the answer it gives.
//!
//! Owns the cookies `lang` and `flash`. Promises that a form is read only from its own origin and within a limit, that a refused
//! form comes back with what was typed and a message at each field, that a redirect leads nowhere but to this host, and that
//! nothing from a cookie is ever shown but texts of our own catalogue. Leaves what a page says, and who may see it, to the rooms
//! that draw pages (`storefront`, `backoffice`, the platform's own in `app`).
//!
//! To add a message after a redirect: a text in `templates/locales/*/…`, and [`Flash::good`] with its key.

mod cookie;
mod flash;
mod form;
mod language;
mod place;
mod reply;

pub use cookie::{cookie, read_cookie};
pub use flash::{Flash, FlashView};
pub use form::{Fields, FormState, MAX_FORM};
pub use language::{lang_of, switch_language};
pub use place::{here, local_path};
pub use reply::{SeeOther, render, same_origin};
