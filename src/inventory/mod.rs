//! Stock: the truth in PostgreSQL, receipts, adjustments, the ledger, the audit.
//!
//! Owns `stock`, `stock_locations`, `stock_movements`, `receipts` and `receipt_lines`. Promises that what is sold was there, that a
//! document moves stock once, and that every change is one movement of the ledger whose sums are the stock rows and the places.
//! Every change locks stock rows in the order of variant ids first; whoever changes stock appends the events it is given, last.
//! Leaves orders' states to `ordering`; a variant's row is made with the variant by `catalog`. To add a way of moving stock: a
//! [`MovementKind`], its line in the CHECK of deltas, a verb that locks, makes sure, and writes entries.

mod adjustments;
mod api;
mod audit;
mod error;
mod events;
mod ledger;
mod named;
mod places;
mod queries;
mod receipts;
mod shelves;
mod truth;
mod words;

pub use adjustments::{AdjustedLine, AdjustmentInput, AdjustmentLineInput, AdjustmentView, adjust_stock};
pub use api::admin_routes;
pub use audit::{Difference, audit_shop};
pub use error::InventoryError;
pub use receipts::{
    ReceiptFilter, ReceiptInput, ReceiptLine, ReceiptLineInput, ReceiptPatch, ReceiptStatus, ReceiptSummary, ReceiptTarget, ReceiptView,
    complete_receipt, create_receipt, delete_receipt, find_receipt, list_receipts, lock_receipt, restore_receipt, update_receipt,
};
pub use shelves::{
    LowStock, MovementActor, MovementDocument, MovementFilter, MovementView, StockFilter, StockView, list_movements, list_stock, low_stock,
};
pub use truth::{lock_stock, release, reserve, ship, take_back};
pub use words::{Document, DocumentKind, LOW_STOCK, MAX_LINES, MAX_ON_HAND, MovementKind, ReleaseKind, Shortage, StockLine, StockRow};
