use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::status::OrderStatus;
use crate::catalog::CatalogError;
use crate::inventory::{InventoryError, Shortage};
use crate::kernel::{FieldError, Flaw, Invalid, VariantId};
use crate::platform::DbError;
use crate::platform::http::Problem;

/// What can go wrong with carts and orders.
#[derive(Debug, thiserror::Error)]
pub enum OrderingError {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is nothing in the cart to buy.
    #[error("the cart is empty")]
    CartEmpty,
    /// The cart has as many lines as it may have.
    #[error("the cart is full")]
    CartFull,
    /// Hidden or deleted products cannot be bought; names the lines where they are known.
    #[error("a product is unavailable: {0:?}")]
    Unavailable(Vec<LineAt>),
    /// Some lines ask for more than there is; nothing was taken.
    #[error("out of stock: {0:?}")]
    OutOfStock(Vec<(LineAt, Shortage)>),
    /// The total is not what the shopper was shown; this is what it is now.
    #[error("the total is {0} now")]
    PriceChanged(i64),
    /// The order has shipped, or was called off before.
    #[error("the order cannot be cancelled")]
    NotCancellable,
    /// The table of moves does not lead from here to there.
    #[error("no move from {from:?} to {to:?}")]
    MoveNotAllowed {
        /// Where the order stands.
        from: OrderStatus,
        /// Where it was asked to go.
        to: OrderStatus,
    },
    /// Money can no longer be recorded for a cancelled or returned order.
    #[error("the order is closed")]
    OrderClosed,
    /// More money than the order still needs, in minor units.
    #[error("only {0} is outstanding")]
    Overpaid(i64),
    /// The caller saw another state (`If-Match`).
    #[error("the precondition failed")]
    Precondition(Problem),
    /// The same cart is being changed by too many at once.
    #[error("the cart is busy")]
    Busy,
    /// Not here.
    #[error("not found")]
    NotFound,
    /// The catalog could not be read.
    #[error(transparent)]
    Catalog(CatalogError),
    /// Stock could not be moved.
    #[error(transparent)]
    Inventory(InventoryError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A line of a request or of a cart: its place, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineAt {
    /// Index among the lines.
    pub index: usize,
    /// What it is about.
    pub variant_id: VariantId,
}

impl OrderingError {
    /// Whether the same work, begun anew, may succeed at once: it lost to another transaction.
    pub(super) fn is_retryable(&self) -> bool {
        match self {
            Self::Db(error) | Self::Catalog(CatalogError::Db(error)) | Self::Inventory(InventoryError::Db(error)) => error.is_retryable(),
            _ => false,
        }
    }
}

impl From<CatalogError> for OrderingError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Db(error) => Self::Db(error),
            other => Self::Catalog(other),
        }
    }
}

impl From<InventoryError> for OrderingError {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Db(error) => Self::Db(error),
            other => Self::Inventory(other),
        }
    }
}

impl From<OrderingError> for Problem {
    fn from(error: OrderingError) -> Self {
        let conflict = |code| Self::new(StatusCode::CONFLICT, code);
        match error {
            OrderingError::Invalid(invalid) => invalid.into(),
            OrderingError::CartEmpty => conflict("cart-empty"),
            OrderingError::CartFull => conflict("cart-full").with("max", super::MAX_LINES),
            OrderingError::Unavailable(lines) => unavailable(&lines),
            OrderingError::OutOfStock(short) => out_of_stock(&short),
            OrderingError::PriceChanged(total) => price_changed(total),
            OrderingError::NotCancellable => conflict("order-not-cancellable"),
            OrderingError::MoveNotAllowed { from, to } => {
                conflict("status-not-allowed").with("from", from.as_str()).with("to", to.as_str())
            }
            OrderingError::OrderClosed => conflict("order-closed"),
            OrderingError::Overpaid(outstanding) => overpaid(outstanding),
            OrderingError::Precondition(problem) => problem,
            OrderingError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded").retry_after(1),
            OrderingError::NotFound => Self::not_found(),
            OrderingError::Catalog(error) => error.into(),
            OrderingError::Inventory(error) => error.into(),
            OrderingError::Db(error) => error.into(),
        }
    }
}

fn members(pairs: &[(&str, Value)]) -> Map<String, Value> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn unavailable(lines: &[LineAt]) -> Problem {
    let error = |line: &LineAt| FieldError { pointer: format!("/lines/{}", line.index), flaw: Flaw::new("unavailable") };
    Problem::new(StatusCode::CONFLICT, "product-unavailable")
        .with_errors(lines.iter().map(error).collect())
        .with_members(lines.iter().map(|line| members(&[("variant_id", json!(line.variant_id))])).collect())
}

fn out_of_stock(short: &[(LineAt, Shortage)]) -> Problem {
    let error = |(line, short): &(LineAt, Shortage)| FieldError { pointer: format!("/lines/{}", line.index), flaw: short.flaw() };
    Problem::new(StatusCode::CONFLICT, "out-of-stock")
        .with_errors(short.iter().map(error).collect())
        .with_members(short.iter().map(|(_, short)| short.members()).collect())
}

fn price_changed(total: i64) -> Problem {
    Problem::new(StatusCode::CONFLICT, "price-changed")
        .with_errors(Invalid::at("/expected_total", Flaw::new("price_changed")).0)
        .with_members(vec![members(&[("total", json!(total))])])
}

fn overpaid(outstanding: i64) -> Problem {
    Problem::new(StatusCode::CONFLICT, "payment-too-large")
        .with_errors(Invalid::at("/amount", Flaw::new("too_large").with("max", outstanding)).0)
        .with_members(vec![members(&[("outstanding", json!(outstanding))])])
}
