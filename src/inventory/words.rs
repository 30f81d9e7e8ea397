use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::kernel::{AdjustmentId, OrderId, ReceiptId, VariantId};

/// The most units of one variant that a shop may have.
pub const MAX_ON_HAND: i64 = 1_000_000_000;

/// The most lines of one receipt or adjustment.
pub const MAX_LINES: usize = 500;

/// Available units at which a variant runs low.
pub const LOW_STOCK: i64 = 3;

/// Some units of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockLine {
    /// What.
    pub variant_id: VariantId,
    /// How many, at least 1.
    pub quantity: i64,
}

/// A line that asked for more than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// What.
    pub variant_id: VariantId,
    /// Units asked for.
    pub requested: i64,
    /// Units that may still be sold.
    pub available: i64,
}

/// A variant's stock as it is under this transaction's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockRow {
    /// What.
    pub variant_id: VariantId,
    /// Units in the shop.
    pub on_hand: i64,
    /// Units of them promised to open orders.
    pub reserved: i64,
    /// Grows by one with every change; a copy that carries a lower one is older.
    pub version: i64,
}

impl StockRow {
    /// Units that may still be sold.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }
}

/// The kind of document that moves stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// An order.
    Order,
    /// A goods receipt.
    Receipt,
    /// A stock adjustment.
    Adjustment,
}

impl DocumentKind {
    /// As it is stored and written in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Receipt => "receipt",
            Self::Adjustment => "adjustment",
        }
    }
}

impl From<String> for DocumentKind {
    /// What is stored is held to the three words by a CHECK.
    fn from(text: String) -> Self {
        match text.as_str() {
            "order" => Self::Order,
            "receipt" => Self::Receipt,
            _ => Self::Adjustment,
        }
    }
}

/// Why stock moves: the document a movement names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// Its kind.
    pub kind: DocumentKind,
    /// Its id.
    pub id: Uuid,
    /// Its number; adjustments have none.
    pub number: Option<i64>,
}

impl Document {
    /// An order.
    #[must_use]
    pub const fn order(id: OrderId, number: i64) -> Self {
        Self { kind: DocumentKind::Order, id: id.uuid(), number: Some(number) }
    }

    /// A goods receipt.
    #[must_use]
    pub const fn receipt(id: ReceiptId, number: i64) -> Self {
        Self { kind: DocumentKind::Receipt, id: id.uuid(), number: Some(number) }
    }

    /// A stock adjustment.
    #[must_use]
    pub const fn adjustment(id: AdjustmentId) -> Self {
        Self { kind: DocumentKind::Adjustment, id: id.uuid(), number: None }
    }
}

/// How a reservation ends without a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseKind {
    /// Somebody cancelled the order.
    Cancel,
    /// The order was not paid in time.
    Expire,
}

/// In which way a movement changes stock. The table of deltas is the CHECK `stock_movements_delta_check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// An order holds units: reserved +q.
    Place,
    /// A cancelled order lets go of them: reserved −q.
    Cancel,
    /// An unpaid order lets go of them: reserved −q.
    Expire,
    /// They leave the shop: on hand −q, reserved −q.
    Ship,
    /// They come from a supplier: on hand +q.
    Receive,
    /// They come back from a customer: on hand +q.
    Return,
    /// Somebody counted, lost or found some: on hand ±q.
    Adjust,
}

impl MovementKind {
    /// As it is stored and written in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::Ship => "ship",
            Self::Receive => "receive",
            Self::Return => "return",
            Self::Adjust => "adjust",
        }
    }
}

impl From<String> for MovementKind {
    /// What is stored is held to the seven words by a CHECK.
    fn from(text: String) -> Self {
        match text.as_str() {
            "place" => Self::Place,
            "cancel" => Self::Cancel,
            "expire" => Self::Expire,
            "ship" => Self::Ship,
            "receive" => Self::Receive,
            "return" => Self::Return,
            _ => Self::Adjust,
        }
    }
}
