//! The words everything else is written in: ids, money, texts with limits, contacts, time, pages of a list.
//!
//! Owns no table and does no I/O. Each type is parsed once, at the edge, and cannot hold a value that breaks its rule; what a
//! parse finds wrong is a [`Flaw`], gathered by [`Check`] so that a form hears of every mistake at once. To add a word: a file
//! here, a private field, a `parse` that names its flaws (their texts are in `templates/locales/*/problems.toml`).

mod address;
mod check;
mod clock;
mod contact;
mod ids;
mod money;
mod page;
mod slug;
mod status;
mod text;

pub use address::{Address, AddressInput};
pub use check::{Check, FieldError, Flaw, Invalid};
pub use clock::{Clock, SHOP_TIME};
pub use contact::{Email, Phone};
pub use ids::{
    AddressId, AdjustmentId, BrandId, CategoryId, CustomerId, Id, ImageId, LocationId, MovementId, OrderId, ProductId, ReceiptId, RoleId,
    SessionId, ShopId, StaffId, SupplierId, VariantId,
};
pub use money::{Currency, Money, Price};
pub use page::{Page, PageParams, PageRequest};
pub use slug::{Handle, Sku, Slug};
pub use status::Status;
pub use text::{LongText, Name, Quantity, ShortText, fold, line, paragraph};
