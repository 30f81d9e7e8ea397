use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Flaw;

/// A currency by its ISO 4217 code. Only those in the one table below, which also says how many decimals each has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(&'static Row);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Row {
    code: &'static str,
    exponent: u32,
    symbol: &'static str,
}

/// Exponents as in ISO 4217's list of codes.
const CURRENCIES: &[Row] = &[
    Row { code: "VND", exponent: 0, symbol: "₫" },
    Row { code: "USD", exponent: 2, symbol: "$" },
    Row { code: "EUR", exponent: 2, symbol: "€" },
    Row { code: "GBP", exponent: 2, symbol: "£" },
    Row { code: "JPY", exponent: 0, symbol: "¥" },
    Row { code: "KRW", exponent: 0, symbol: "₩" },
    Row { code: "THB", exponent: 2, symbol: "฿" },
    Row { code: "SGD", exponent: 2, symbol: "S$" },
    Row { code: "AUD", exponent: 2, symbol: "A$" },
];

impl Default for Currency {
    /// The đồng.
    fn default() -> Self {
        Self(&CURRENCIES[0])
    }
}

impl Currency {
    /// Parses an ISO 4217 code.
    ///
    /// # Errors
    /// `currency` for a code that is not in the table.
    pub fn parse(code: &str) -> Result<Self, Flaw> {
        CURRENCIES.iter().find(|row| row.code == code).map(Self).ok_or_else(|| Flaw::new("currency"))
    }

    /// All codes, for a form to offer.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        CURRENCIES.iter().map(|row| row.code)
    }

    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0.code
    }

    /// Decimals of the minor unit: 0 for VND, 2 for USD.
    #[must_use]
    pub const fn exponent(self) -> u32 {
        self.0.exponent
    }
}

impl std::str::FromStr for Currency {
    type Err = Flaw;
    fn from_str(code: &str) -> Result<Self, Flaw> {
        Self::parse(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// An amount in a currency's minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// Of this currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in a currency's minor unit.
    #[must_use]
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// As people write it in a language: `199.000 ₫` in Vietnamese, `₫199,000` in English.
    #[must_use]
    pub fn format(self, language: &str) -> String {
        let vietnamese = language == "vi";
        let (thousands, decimal) = if vietnamese { ('.', ',') } else { (',', '.') };
        let scale = 10_u64.pow(self.currency.exponent());
        let absolute = self.amount.unsigned_abs();
        let mut number = grouped(absolute / scale, thousands);
        if scale > 1 {
            let width = self.currency.exponent() as usize;
            number = format!("{number}{decimal}{:0width$}", absolute % scale);
        }
        let sign = if self.amount < 0 { "-" } else { "" };
        let symbol = self.currency.0.symbol;
        if vietnamese { format!("{sign}{number}\u{a0}{symbol}") } else { format!("{sign}{symbol}{number}") }
    }
}

fn grouped(value: u64, separator: char) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// A price, cost or charge: 0 to 10¹² minor units. Its currency is the shop's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000_000_i64)]
pub struct Price(i64);

impl Price {
    /// The highest price; times the largest quantity it still fits 64 bits.
    pub const MAX: i64 = 1_000_000_000_000;

    /// Parses an amount in minor units.
    ///
    /// # Errors
    /// `too_small` below 0, `too_large` above [`Price::MAX`].
    pub fn parse(amount: i64) -> Result<Self, Flaw> {
        match amount {
            ..0 => Err(Flaw::new("too_small").with("min", 0)),
            0..=Self::MAX => Ok(Self(amount)),
            _ => Err(Flaw::new("too_large").with("max", Self::MAX)),
        }
    }

    /// Minor units.
    #[must_use]
    pub const fn amount(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(amount: i64, code: &str, language: &str) -> String {
        Money { amount, currency: Currency::parse(code).unwrap() }.format(language)
    }

    #[test]
    fn money_is_written_as_the_language_writes_it() {
        assert_eq!(written(199_000, "VND", "vi"), "199.000\u{a0}₫");
        assert_eq!(written(199_000, "VND", "en"), "₫199,000");
        assert_eq!(written(1_234_567, "USD", "en"), "$12,345.67");
        assert_eq!(written(5, "USD", "vi"), "0,05\u{a0}$");
        assert_eq!(written(-1_000, "VND", "en"), "-₫1,000");
        assert_eq!(written(0, "VND", "vi"), "0\u{a0}₫");
    }

    #[test]
    fn the_dearest_line_fits_sixty_four_bits() {
        assert!(Price::MAX.checked_mul(crate::kernel::Quantity::MAX).is_some());
    }
}
