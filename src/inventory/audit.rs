//! Whether a shop's books agree with each other. Read-only, online, a handful of statements that each see one moment.

use std::fmt;

use super::queries::audit as books;
use crate::platform::{DbError, ShopTx};

/// Two figures that should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What should hold.
    pub what: String,
    /// Where it does not.
    pub at: String,
    /// By how much: what is there, less what should be.
    pub by: i64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {:+}", self.what, self.at, self.by)
    }
}

/// Checks the shop's stock, receipts, orders and numbers against each other. Nothing in the answer: they agree.
///
/// # Errors
/// When the database gives no answer.
pub async fn audit_shop(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let mut differences = books::stock::rows_and_ledger(tx).await?;
    differences.extend(books::stock::places_and_ledger(tx).await?);
    differences.extend(books::stock::rows_and_open_orders(tx).await?);
    differences.extend(books::documents::orders_and_ledger(tx).await?);
    differences.extend(books::documents::receipts_and_ledger(tx).await?);
    differences.extend(books::documents::movements_without_document(tx).await?);
    differences.extend(books::documents::order_sums(tx).await?);
    differences.extend(books::numbers::series(tx).await?);
    differences.extend(books::numbers::default_location(tx).await?);
    Ok(differences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_one_line_with_its_sign() {
        let difference = Difference { what: "on hand = ledger".to_owned(), at: "variant A-1".to_owned(), by: 2 };
        assert_eq!(difference.to_string(), "on hand = ledger: variant A-1: +2");
        assert_eq!(Difference { by: -3, ..difference }.to_string(), "on hand = ledger: variant A-1: -3");
    }
}
