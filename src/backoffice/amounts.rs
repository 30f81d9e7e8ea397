//! Numbers as people type and read them in forms: money in major units, counts, with or without separators.

use crate::kernel::{Currency, Flaw};

/// Money typed in major units, as minor units: `590000`, `590.000`, `590,000 ₫` in VND; `12.5`, `12,50`, `$1,234.50` in USD.
/// `None` when nothing was typed.
///
/// # Errors
/// `number` for what is none, or has more decimals than the currency; `too_large` beyond 64 bits.
pub(super) fn money(text: &str, currency: Currency) -> Result<Option<i64>, Flaw> {
    let sign = |c: &char| !c.is_whitespace() && !"₫đĐ$€£¥₩฿".contains(*c);
    decimal(&text.chars().filter(sign).collect::<String>(), currency.exponent())
}

/// A whole number: `1000`, `1.000`, `+5`, `-2`. `None` when nothing was typed.
///
/// # Errors
/// As [`money`].
pub(super) fn whole(text: &str) -> Result<Option<i64>, Flaw> {
    decimal(&text.chars().filter(|c| !c.is_whitespace()).collect::<String>(), 0)
}

fn decimal(text: &str, decimals: u32) -> Result<Option<i64>, Flaw> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = || Flaw::new("number");
    let (negative, digits) = match text.chars().next() {
        Some('-' | '−') => (true, text.trim_start_matches(['-', '−'])),
        Some('+') => (false, text.trim_start_matches('+')),
        _ => (false, text),
    };
    // Whatever else it may be, a last group that is too short for a thousand is decimals.
    let (major, minor) = match digits.rfind(['.', ',']) {
        Some(at) if decimals > 0 && digits.len() - at - 1 <= decimals as usize => (&digits[..at], &digits[at + 1..]),
        _ => (digits, ""),
    };
    let major = ungrouped(major).ok_or_else(number)?;
    if !minor.bytes().all(|b| b.is_ascii_digit()) || (major.is_empty() && minor.is_empty()) {
        return Err(number());
    }
    let all = format!("{major}{minor:0<width$}", width = decimals as usize);
    let amount: i64 = all.parse().map_err(|_| Flaw::new("too_large").with("max", i64::MAX))?;
    Ok(Some(if negative { -amount } else { amount }))
}

/// The digits without their separators, which must stand before each three digits and be all the same.
fn ungrouped(text: &str) -> Option<String> {
    let separator = text.chars().find(|c| !c.is_ascii_digit());
    let Some(separator) = separator else { return Some(text.to_owned()) };
    if !['.', ',', '\''].contains(&separator) {
        return None;
    }
    let groups: Vec<&str> = text.split(separator).collect();
    let digits = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()));
    let first = groups.first().is_some_and(|group| (1..=3).contains(&group.len()));
    (digits && first && groups[1..].iter().all(|group| group.len() == 3)).then(|| groups.concat())
}

/// Minor units as plain digits in major units, for a form: `590000`; `12.50`.
pub(super) fn plain(amount: i64, currency: Currency) -> String {
    let decimals = currency.exponent() as usize;
    if decimals == 0 {
        return amount.to_string();
    }
    let (sign, absolute) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    let scale = 10_u64.pow(currency.exponent());
    format!("{sign}{}.{:0decimals$}", absolute / scale, absolute % scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, code: &str) -> Result<Option<i64>, &'static str> {
        money(text, Currency::parse(code).unwrap()).map_err(|flaw| flaw.code)
    }

    #[test]
    fn dong_are_typed_with_or_without_separators() {
        for text in ["590000", "590.000", "590,000", "590 000", "590\u{a0}000 ₫", "590.000đ", " 590000 "] {
            assert_eq!(typed(text, "VND"), Ok(Some(590_000)), "{text}");
        }
        assert_eq!(typed("1.234.567", "VND"), Ok(Some(1_234_567)));
        assert_eq!(typed("", "VND"), Ok(None));
        assert_eq!(typed("-5", "VND"), Ok(Some(-5)));
    }

    #[test]
    fn dollars_have_two_decimals_behind_a_point_or_a_comma() {
        for text in ["12.50", "12,50", "12.5", "$12.50"] {
            assert_eq!(typed(text, "USD"), Ok(Some(1_250)), "{text}");
        }
        assert_eq!(typed("1,234", "USD"), Ok(Some(123_400)));
        assert_eq!(typed("1.234,50", "USD"), Ok(Some(123_450)));
        assert_eq!(typed("1,234.50", "USD"), Ok(Some(123_450)));
        assert_eq!(typed(".5", "USD"), Ok(Some(50)));
        assert_eq!(typed("12.", "USD"), Ok(Some(1_200)));
    }

    #[test]
    fn what_is_no_amount_is_refused_not_guessed() {
        for text in ["abc", "12.5", "1.2.3", "12,34", "5-", "--", "-", ".", "1e9", "٣", "1,234.567"] {
            assert_eq!(typed(text, "VND"), Err("number"), "{text}");
        }
        assert_eq!(typed("1.2345", "USD"), Err("number"));
        assert_eq!(typed("99999999999999999999", "VND"), Err("too_large"));
    }

    #[test]
    fn a_stored_amount_comes_back_as_it_is_typed() {
        let usd = Currency::parse("USD").unwrap();
        for amount in [0, 5, 1_250, 123_450] {
            assert_eq!(money(&plain(amount, usd), usd), Ok(Some(amount)));
        }
        assert_eq!(plain(590_000, Currency::parse("VND").unwrap()), "590000");
        assert_eq!(plain(-5, usd), "-0.05");
    }

    #[test]
    fn a_change_of_stock_is_typed_with_its_sign() {
        assert_eq!(whole("+5"), Ok(Some(5)));
        assert_eq!(whole("−2"), Ok(Some(-2)));
        assert_eq!(whole("1.000"), Ok(Some(1_000)));
        assert!(whole("2.5").is_err());
    }
}
