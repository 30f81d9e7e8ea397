//! The branches of a shop: where its goods lie and where shoppers may come.
//!
//! Owns `locations`. Promises that every shop has exactly one default location from its first minute, and that a location is not
//! deleted while goods lie there. Leaves what lies where to `inventory`. To add a field: a column with its CHECK, a field of
//! [`LocationInput`] and [`LocationView`], its lines in `queries`.

mod api;
mod error;
mod input;
mod locations;
mod patch;
mod queries;

pub use api::{admin_routes, store_routes};
pub use error::StoresError;
pub use input::{LocationInput, NewLocation};
pub use locations::{
    HeldLocations, LocationView, create_default_location, create_location, default_location, delete_location, find_location,
    find_location_by_code, hold_locations, list_locations, lock_location, update_location,
};
pub use patch::LocationPatch;
