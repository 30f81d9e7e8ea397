use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a record is shown: stored as 1 active, 0 hidden, −2 deleted. Deleting never removes a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Shown and, for goods, sold.
    Active,
    /// Kept by the merchant, not shown to shoppers.
    Hidden,
    /// Gone from every list, page and cart; staff may restore it.
    Deleted,
}

impl Status {
    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Active => 1,
            Self::Hidden => 0,
            Self::Deleted => -2,
        }
    }

    /// As it is written in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Hidden => "hidden",
            Self::Deleted => "deleted",
        }
    }
}

impl From<i16> for Status {
    /// What is stored is held to 1, 0 and −2 by a CHECK; anything else counts as deleted, the state that shows least.
    fn from(code: i16) -> Self {
        match code {
            1 => Self::Active,
            0 => Self::Hidden,
            _ => Self::Deleted,
        }
    }
}
