//! Who is calling: staff with roles and permissions, customers with addresses, and their sessions.
//!
//! Owns `roles`, `staff`, `customers`, `customer_addresses` and `sessions`. Promises that the right is in the signature
//! (`Staff<OrdersCancel>`, `Customer`), that a token is good in its own shop only, that signing out holds at once, and that a
//! refresh token used twice ends its session. Leaves codes by mail and SMS to `messages`. To add a permission: a line in
//! [`permissions`], the roles that have it, and a handler that asks for it.

mod addresses;
mod api;
mod caller;
mod customers;
mod error;
pub mod permissions;
mod queries;
mod sessions;
mod sign_in;
mod staff;
mod tokens;

pub use addresses::{AddressView, list_addresses};
pub use api::{admin_routes, store_routes};
pub use caller::{Actor, BrowserCookie, Customer, MaybeCustomer, SignedInStaff, Staff, still_signed_in};
pub use customers::{CustomerView, NewCustomer, REGISTRATIONS, find_customer, known_customer_emails, list_customers, register_customer};
pub use error::IdentityError;
pub use permissions::Permission;
pub use sessions::{BrowserOwner, SessionView, StaffSessionView, forget_session, open_browser_session, open_owner_session, revoke_session};
pub use sign_in::{sign_in_customer, sign_in_staff};
pub use staff::{NewStaff, StaffView, create_first_roles, create_staff, staff_emails};
