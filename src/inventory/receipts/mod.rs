//! Goods received from a supplier: written as a draft, completed once, and then part of the books.

mod complete;
mod create;
mod edit;
mod input;
mod views;

pub use complete::complete_receipt;
pub use create::create_receipt;
pub use edit::{delete_receipt, lock_receipt, restore_receipt, update_receipt};
pub use input::{ReceiptInput, ReceiptLineInput, ReceiptPatch, ReceiptTarget};
pub use views::{ReceiptFilter, ReceiptLine, ReceiptStatus, ReceiptSummary, ReceiptView, find_receipt, list_receipts};

pub(super) use input::{NewLine, NewReceipt};
