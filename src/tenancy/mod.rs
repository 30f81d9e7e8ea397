//! Which shops there are, and which one a request is for.
//!
//! Owns `shops`, `plans` and `shop_settings`. Promises that a shop is found from the request's host (or, on the base host, from a
//! publishable key) and from nothing else, and that every handler of a shop gets it as [`Shop`]. Leaves to others who is calling,
//! and what a new shop needs besides its own rows: `app` puts a sign-up together. To add a setting: a column, a field of
//! [`Settings`], its line in `queries`.

mod api;
mod directory;
mod queries;
mod registry;
mod shop;

pub use api::{ContactView, ShopView, store_routes};
pub use directory::{Directory, load_shop};
pub use registry::{
    NewShop, Plan, TenancyError, change_settings, create_shop, find_settings, find_shop, handle_is_free, list_plans, list_shops,
    rename_shop,
};
pub use shop::{Settings, Shop, ShopInfo, ShopStatus};
