use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::lines::{LineProduct, as_object};
use super::status::{OrderStatus, PaymentMethod, PaymentStatus};
use super::totals::Totals;
use crate::kernel::{Address, CustomerId, OrderId, VariantId};

/// An order as its shopper sees it. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderView {
    /// Its id.
    pub id: OrderId,
    /// Its number in the shop, from 1001.
    pub number: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// What is known about its money.
    pub payment_status: PaymentStatus,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// What was bought, as it was then.
    pub lines: Vec<OrderLineView>,
    /// Its sums.
    #[serde(flatten)]
    pub totals: Totals,
    /// ISO 4217.
    pub currency: String,
    /// Where it goes.
    pub shipping_address: Address,
    /// What the shopper wrote; may be empty.
    pub note: String,
    /// When it was placed.
    #[serde(with = "time::serde::rfc3339")]
    pub placed_at: OffsetDateTime,
    /// When it was cancelled.
    #[serde(with = "time::serde::rfc3339::option")]
    pub cancelled_at: Option<OffsetDateTime>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// What the shopper does next about paying.
    pub payment: PaymentStep,
    /// Whether it can still be cancelled.
    pub can_cancel: bool,
    /// What happened to it, oldest first.
    pub timeline: Vec<TimelineEntry>,
}

/// An order as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffOrderView {
    /// What its shopper sees.
    #[serde(flatten)]
    pub order: OrderView,
    /// Who bought.
    pub customer: OrderCustomer,
    /// Units of all lines.
    pub item_count: i64,
    /// Where it may go from here; `cancelled` needs the permission to cancel.
    pub next_statuses: &'static [OrderStatus],
    /// Money received, oldest first.
    pub payments: Vec<PaymentView>,
    /// The sum of it, minor units.
    pub paid_total: i64,
}

/// A line of an order: a snapshot of what was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderLineView {
    /// What was bought.
    pub variant_id: VariantId,
    /// Its product.
    pub product: LineProduct,
    /// Its stock-keeping unit.
    pub sku: String,
    /// The values chosen, by option.
    #[serde(serialize_with = "as_object")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub options: Vec<(String, String)>,
    /// Units.
    pub quantity: i64,
    /// Price of one.
    pub unit_price: i64,
    /// Price of all.
    pub line_total: i64,
}

/// What a shopper does next about paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaymentStep {
    /// Nothing: the goods are paid when they come.
    None,
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// `placed`, `status_changed`, `cancelled`, `payment_received` or `note`.
    pub kind: String,
    /// The status it got by this.
    pub status: Option<OrderStatus>,
    /// Who did it.
    pub actor: TimelineActor,
    /// What they wrote.
    pub note: Option<String>,
}

/// Who did something to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelineActor {
    /// `staff`, `customer` or `system`.
    pub kind: String,
    /// Their name as it was then. A shopper sees the shop's name for its staff; the server has none.
    pub name: String,
}

/// Who bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderCustomer {
    /// Their id.
    pub id: CustomerId,
    /// Their number in the shop.
    pub number: i64,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number, E.164.
    pub phone: Option<String>,
}

/// Money received for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentView {
    /// Minor units of the order's currency.
    pub amount: i64,
    /// How it came.
    pub method: PaymentMethod,
    /// What was written about it.
    pub note: Option<String>,
    /// When it was recorded.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl OrderView {
    /// The same as its shopper may see it: staff speak in the shop's name.
    #[must_use]
    pub fn for_shopper(mut self, shop_name: &str) -> Self {
        for entry in &mut self.timeline {
            if entry.actor.kind == "staff" {
                shop_name.clone_into(&mut entry.actor.name);
            }
        }
        self
    }
}
