use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Shortage;
use crate::kernel::{FieldError, Flaw, Invalid};
use crate::platform::DbError;
use crate::platform::http::Problem;

/// What can go wrong with stock, receipts and adjustments.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Not here.
    #[error("not found")]
    NotFound,
    /// Fewer units may be sold than were asked for; nothing was taken.
    #[error("not enough stock: {0:?}")]
    Short(Vec<Shortage>),
    /// An adjustment would take what is promised to open orders, or more than lies at a place.
    #[error("the stock is reserved, or lies elsewhere: {0:?}")]
    Reserved(Vec<FieldError>),
    /// The document no longer holds (or never moved) that many units: it was carried out before.
    #[error("the document was carried out before")]
    AlreadyDone,
    /// The receipt is completed.
    #[error("the receipt is completed")]
    ReceiptCompleted,
    /// The present state forbids it, at these places of the thing.
    #[error("conflict: {0:?}")]
    Conflict(Vec<FieldError>),
    /// The books do not agree with each other. Never expected; the log says where.
    #[error("the books disagree: {0}")]
    Books(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<InventoryError> for Problem {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Invalid(invalid) => invalid.into(),
            InventoryError::NotFound => Self::not_found(),
            InventoryError::Short(shortages) => out_of_stock(&shortages),
            InventoryError::Reserved(errors) => Self::new(StatusCode::CONFLICT, "stock-reserved").with_errors(errors),
            InventoryError::AlreadyDone => Self::new(StatusCode::CONFLICT, "conflict"),
            InventoryError::ReceiptCompleted => Self::new(StatusCode::CONFLICT, "receipt-completed"),
            InventoryError::Conflict(errors) => Self::new(StatusCode::CONFLICT, "conflict").with_errors(errors),
            InventoryError::Books(what) => {
                tracing::error!(what, "the stock books disagree: run `shophouse audit`");
                Self::internal()
            }
            InventoryError::Db(error) => error.into(),
        }
    }
}

/// Names the variants; who knows the request's lines can say where they are.
fn out_of_stock(shortages: &[Shortage]) -> Problem {
    let errors = shortages.iter().map(|short| FieldError { pointer: "/lines".to_owned(), flaw: short.flaw() }).collect();
    Problem::new(StatusCode::CONFLICT, "out-of-stock").with_errors(errors).with_members(shortages.iter().map(Shortage::members).collect())
}

impl Shortage {
    /// The flaw of the line that ran short.
    #[must_use]
    pub fn flaw(&self) -> Flaw {
        Flaw::new("not_enough").with("requested", self.requested).with("available", self.available)
    }

    /// What a problem's error says beside its message: `variant_id`, `requested`, `available`.
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("variant_id".to_owned(), json!(self.variant_id));
        members.insert("requested".to_owned(), json!(self.requested));
        members.insert("available".to_owned(), json!(self.available));
        members
    }
}
