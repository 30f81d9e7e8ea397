use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use super::Flaw;

/// A text on one line: trimmed, NFC, no control characters (NUL among them), `min..=max` characters.
///
/// # Errors
/// `required` when empty and `min` > 0, `too_short`, `too_long`, `control_characters`.
pub fn line(text: &str, min: usize, max: usize) -> Result<String, Flaw> {
    bounded(text, min, max, char::is_control)
}

/// A text that may have several lines; otherwise as [`line`].
///
/// # Errors
/// As [`line`].
pub fn paragraph(text: &str, min: usize, max: usize) -> Result<String, Flaw> {
    bounded(&text.replace("\r\n", "\n"), min, max, |c| c.is_control() && c != '\n' && c != '\t')
}

fn bounded(text: &str, min: usize, max: usize, refused: impl Fn(char) -> bool) -> Result<String, Flaw> {
    // Measured before normalising, so that an over-long text costs nothing.
    if text.len() > max.saturating_mul(8).max(64) {
        return Err(Flaw::new("too_long").with("max", max));
    }
    let text: String = text.trim().nfc().collect();
    let length = text.chars().count();
    if text.chars().any(refused) {
        Err(Flaw::new("control_characters"))
    } else if length == 0 && min > 0 {
        Err(Flaw::new("required"))
    } else if length < min {
        Err(Flaw::new("too_short").with("min", min))
    } else if length > max {
        Err(Flaw::new("too_long").with("max", max))
    } else {
        Ok(text)
    }
}

/// Lower-case without marks (`Áo Thun` → `ao thun`): what searches and unique look-ups that forgive compare.
#[must_use]
pub fn fold(text: &str) -> String {
    deunicode::deunicode(text).to_lowercase()
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $parse:ident($min:expr, $max:expr);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// Parses the text.
            ///
            /// # Errors
            /// `required`, `too_long`, `control_characters`.
            pub fn parse(text: &str) -> Result<Self, Flaw> {
                $parse(text, $min, $max).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, taken out.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }
    )*};
}

texts! {
    /// The name of a person or a thing: 1–200 characters on one line.
    Name = line(1, 200);
    /// A note or a reason: at most 300 characters on one line, may be empty.
    ShortText = line(0, 300);
    /// A description: at most 20,000 characters, may have several lines and may be empty.
    LongText = paragraph(0, 20_000);
}

/// A number of units on an order, a receipt or in a cart: 1–1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 1, maximum = 1_000_000)]
pub struct Quantity(i64);

impl Quantity {
    /// The most of one thing that one line may carry.
    pub const MAX: i64 = 1_000_000;

    /// Parses a number of units.
    ///
    /// # Errors
    /// `too_small`, `too_large`.
    pub fn parse(units: i64) -> Result<Self, Flaw> {
        match units {
            ..=0 => Err(Flaw::new("too_small").with("min", 1)),
            1..=Self::MAX => Ok(Self(units)),
            _ => Err(Flaw::new("too_large").with("max", Self::MAX)),
        }
    }

    /// The number of units.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_composed() {
        assert_eq!(line("  A\u{301}o  ", 1, 10).unwrap(), "Áo");
    }

    #[test]
    fn a_text_with_a_nul_byte_is_refused() {
        assert_eq!(line("a\0b", 1, 10).unwrap_err().code, "control_characters");
    }

    #[test]
    fn length_is_counted_in_characters_not_bytes() {
        assert!(line(&"ệ".repeat(200), 1, 200).is_ok());
        assert_eq!(line(&"ệ".repeat(201), 1, 200).unwrap_err().code, "too_long");
    }

    #[test]
    fn folding_drops_vietnamese_marks() {
        assert_eq!(fold("Áo Thun Đồng Hồ"), "ao thun dong ho");
    }

    #[test]
    fn a_quantity_has_both_limits() {
        assert_eq!(Quantity::parse(0).unwrap_err().code, "too_small");
        assert_eq!(Quantity::parse(1_000_001).unwrap_err().code, "too_large");
        assert_eq!(Quantity::parse(1_000_000).unwrap().units(), 1_000_000);
    }
}
