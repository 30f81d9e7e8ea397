use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum OrderStatus {
    /// Placed; the shop has not looked at it yet. Its goods are reserved.
    Pending,
    /// The shop will deliver it. Its goods are reserved.
    Confirmed,
    /// Handed over for delivery. Its goods have left the shop.
    Shipping,
    /// Delivered.
    Completed,
    /// Called off before it was shipped; the goods are for sale again.
    Cancelled,
    /// The goods came back after they were shipped.
    Returned,
}

impl OrderStatus {
    /// All there are, in the order of an order's life.
    pub const ALL: [Self; 6] = [Self::Pending, Self::Confirmed, Self::Shipping, Self::Completed, Self::Cancelled, Self::Returned];

    /// The one table of moves: where an order may go from here.
    #[must_use]
    pub const fn next_statuses(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Confirmed, Self::Cancelled],
            Self::Confirmed => &[Self::Shipping, Self::Cancelled],
            Self::Shipping => &[Self::Completed, Self::Returned],
            Self::Completed => &[Self::Returned],
            Self::Cancelled | Self::Returned => &[],
        }
    }

    /// Whether an order may go from here to there.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.next_statuses().contains(&next)
    }

    /// Whether the order can still be called off.
    #[must_use]
    pub fn can_cancel(self) -> bool {
        self.may_become(Self::Cancelled)
    }

    /// As it is stored and written in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Shipping => "shipping",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
        }
    }
}

/// What is known about the money of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The total is not covered yet.
    Unpaid,
    /// The money is held by a provider for us.
    Authorized,
    /// The total is covered.
    Paid,
    /// Some of it was given back.
    PartlyRefunded,
    /// All of it was given back.
    Refunded,
}

impl PaymentStatus {
    /// As it is stored and written in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Authorized => "authorized",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
        }
    }
}

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum PaymentMethod {
    /// In cash, to whoever brings the parcel.
    Cod,
    /// By transfer to the shop's account.
    BankTransfer,
    /// Stripe.
    Stripe,
    /// VNPay.
    Vnpay,
    /// MoMo.
    Momo,
    /// ZaloPay.
    Zalopay,
}

impl PaymentMethod {
    /// The methods an order can be placed with today. The others come with their providers.
    pub const OFFERED: [Self; 1] = [Self::Cod];

    /// As it is stored and written in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cod => "cod",
            Self::BankTransfer => "bank_transfer",
            Self::Stripe => "stripe",
            Self::Vnpay => "vnpay",
            Self::Momo => "momo",
            Self::Zalopay => "zalopay",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OrderStatus::{Cancelled, Completed, Confirmed, Pending, Returned, Shipping};
    use super::*;

    #[test]
    fn the_table_of_moves_is_the_one_that_was_agreed() {
        let agreed = [
            (Pending, Confirmed),
            (Pending, Cancelled),
            (Confirmed, Shipping),
            (Confirmed, Cancelled),
            (Shipping, Completed),
            (Shipping, Returned),
            (Completed, Returned),
        ];
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL {
                assert_eq!(from.may_become(to), agreed.contains(&(from, to)), "{from:?} → {to:?}");
            }
        }
    }

    #[test]
    fn every_status_is_reached_from_a_new_order_and_none_twice() {
        let mut reached = vec![Pending];
        let mut i = 0;
        while let Some(from) = reached.get(i).copied() {
            for next in from.next_statuses() {
                assert_ne!(*next, Pending, "an order is placed once");
                if !reached.contains(next) {
                    reached.push(*next);
                }
            }
            i += 1;
        }
        assert_eq!(reached.len(), OrderStatus::ALL.len());
    }

    #[test]
    fn an_order_is_called_off_only_before_it_is_shipped() {
        let can: Vec<_> = OrderStatus::ALL.into_iter().filter(|status| status.can_cancel()).collect();
        assert_eq!(can, [Pending, Confirmed]);
    }

    #[test]
    fn a_status_is_written_in_the_api_as_it_is_stored() {
        for status in OrderStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for method in [PaymentMethod::Cod, PaymentMethod::BankTransfer, PaymentMethod::Zalopay] {
            assert_eq!(serde_json::to_value(method).unwrap(), method.as_str());
        }
        assert_eq!(serde_json::to_value(PaymentStatus::PartlyRefunded).unwrap(), PaymentStatus::PartlyRefunded.as_str());
    }
}
