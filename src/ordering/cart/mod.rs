//! The cart of a signed-in customer: in Redis, with a copy in PostgreSQL a second behind.
//!
//! Every reading compares the two and takes the newer one, without what was bought; so neither an empty Redis nor a stale one
//! loses a cart or brings back what was bought. Without Redis the copy itself is read and written.

mod copier;
mod edit;
mod model;
mod open;
mod store;
mod view;

pub use copier::CartCopier;
pub(super) use edit::{Edit, edit_cart};
pub use edit::{add_to_cart, cart_count, clear_cart, read_cart, remove_cart_line, set_cart_line};
pub(super) use model::{Cart, CartLine};
pub(super) use open::{Goods, newest};
pub(super) use store::{forget_bought, peek_cart};
pub use view::{CartLineView, CartView};
