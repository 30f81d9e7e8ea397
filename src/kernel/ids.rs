use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::{NoContext, Timestamp, Uuid};

/// An id of one kind of thing: a `UUIDv7`, so that ids made later sort later.
pub trait Id: Sized + Copy {
    /// The id as any UUID; what queries bind.
    fn uuid(self) -> Uuid;
    /// Takes any UUID for an id of this kind.
    fn from_uuid(id: Uuid) -> Self;
    /// A new id, made at `now`.
    fn new_at(now: OffsetDateTime) -> Self {
        let seconds = u64::try_from(now.unix_timestamp()).unwrap_or_default();
        Self::from_uuid(Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.nanosecond())))
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(Uuid);

        impl Id for $name {
            fn uuid(self) -> Uuid {
                self.0
            }
            fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl $name {
            /// The id as any UUID; what queries bind.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A shop on the street.
    ShopId;
    /// A member of a shop's staff.
    StaffId;
    /// A role: a named set of permissions.
    RoleId;
    /// A shopper with an account in one shop.
    CustomerId;
    /// A saved address of a customer.
    AddressId;
    /// A signed-in device.
    SessionId;
    /// A product: what a page shows.
    ProductId;
    /// A variant: what is sold, has a SKU, a price and stock.
    VariantId;
    /// A picture of a product.
    ImageId;
    /// A category of products.
    CategoryId;
    /// A brand.
    BrandId;
    /// A supplier goods are received from.
    SupplierId;
    /// A branch of the shop.
    LocationId;
    /// A goods receipt.
    ReceiptId;
    /// A stock adjustment.
    AdjustmentId;
    /// A line of the stock ledger.
    MovementId;
    /// An order.
    OrderId;
}
