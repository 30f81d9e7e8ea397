//! What staff may do, permission by permission, each a type that a handler's signature names.

use serde::Serialize;
use utoipa::ToSchema;

/// A type that stands for one permission in a handler's signature.
pub trait Requires: Send + Sync + 'static {
    /// The permission it stands for.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// One thing that staff may or may not do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Permission {
            /// All there are.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it is stored and written in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The permission of this name; `None` for one that is no longer known.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Requires for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )*
    };
}

permissions! {
    /// See products, categories and brands, also hidden and deleted ones.
    ProductsRead = "products.read";
    /// Create, change, delete and restore products, categories and brands.
    ProductsWrite = "products.write";
    /// See stock and its ledger.
    StockRead = "stock.read";
    /// Adjust stock.
    StockWrite = "stock.write";
    /// See goods receipts.
    ReceiptsRead = "receipts.read";
    /// Write and complete goods receipts.
    ReceiptsWrite = "receipts.write";
    /// See suppliers.
    SuppliersRead = "suppliers.read";
    /// Create, change and delete suppliers.
    SuppliersWrite = "suppliers.write";
    /// See orders.
    OrdersRead = "orders.read";
    /// Move orders along their life cycle.
    OrdersWrite = "orders.write";
    /// Cancel orders.
    OrdersCancel = "orders.cancel";
    /// See customers.
    CustomersRead = "customers.read";
    /// Change customers.
    CustomersWrite = "customers.write";
    /// See staff and roles.
    StaffRead = "staff.read";
    /// Change staff and roles.
    StaffWrite = "staff.write";
    /// See the shop's settings.
    SettingsRead = "settings.read";
    /// Change the shop's settings.
    SettingsWrite = "settings.write";
    /// See reports.
    ReportsRead = "reports.read";
    /// Follow the event log.
    EventsRead = "events.read";
}

/// A role every new shop has: code, Vietnamese name, English name, permissions.
#[derive(Debug)]
pub struct FirstRole {
    /// Stable code.
    pub code: &'static str,
    /// Name in Vietnamese.
    pub name_vi: &'static str,
    /// Name in English.
    pub name_en: &'static str,
    /// What it may do.
    pub may: fn(Permission) -> bool,
}

/// The roles of a new shop.
pub const FIRST_ROLES: [FirstRole; 3] = [
    FirstRole { code: "owner", name_vi: "Chủ cửa hàng", name_en: "Owner", may: |_| true },
    FirstRole {
        code: "manager",
        name_vi: "Quản lý",
        name_en: "Manager",
        may: |permission| !matches!(permission, Permission::StaffWrite | Permission::SettingsWrite),
    },
    FirstRole {
        code: "clerk",
        name_vi: "Nhân viên",
        name_en: "Clerk",
        may: |permission| {
            matches!(
                permission,
                Permission::ProductsRead
                    | Permission::StockRead
                    | Permission::ReceiptsRead
                    | Permission::OrdersRead
                    | Permission::OrdersWrite
                    | Permission::OrdersCancel
                    | Permission::CustomersRead
                    | Permission::EventsRead
            )
        },
    },
];
