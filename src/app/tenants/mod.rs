//! Shops as files: a folder with `shop.toml`, `catalog.csv`, `locations.csv` and `images/` is a shop that can be made, and made
//! again, anywhere.
//!
//! Applying is one transaction: a shop is brought to what its files say, or left as it was. It says each thing it changes, and
//! changes nothing the second time. What is in the shop but not in the files stays: orders, customers, products added by hand.
//! Opening stock is received when a variant is made, never again.

mod apply;
mod catalog;
mod files;
mod goods;
mod people;
mod places;

pub use apply::{Changes, apply, open};
pub use files::{ShopFiles, embedded, read};
