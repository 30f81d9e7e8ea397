use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Flaw, line};

/// An e-mail address, lower-cased: `local@domain.tld`, at most 254 characters. Whether it is somebody's, only a mail can tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Email(String);

impl Email {
    /// Parses an address.
    ///
    /// # Errors
    /// `required`, `too_long`, `email`.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let text = line(text, 1, 254)?.to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or_else(|| Flaw::new("email"))?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if local_ok && domain.contains('.') && domain.split('.').all(label_ok) { Ok(Self(text)) } else { Err(Flaw::new("email")) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A telephone number in E.164 (`+84901234567`). A number without a country code is taken as Vietnamese.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Phone(String);

impl Phone {
    /// Parses a number as people write it: `0901 234 567`, `+84 90…`, `84901…` are one number.
    ///
    /// # Errors
    /// `required`, `too_long`, `phone`.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let text = line(text, 1, 30)?;
        if !text.chars().all(|c| c.is_ascii_digit() || " +-.()".contains(c)) {
            return Err(Flaw::new("phone"));
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        // "84901…" without the plus: the library would take it as a national number.
        let written = if digits.starts_with("84") && digits.len() >= 11 { format!("+{digits}") } else { text };
        let number = phonenumber::parse(Some(phonenumber::country::Id::VN), &written).map_err(|_| Flaw::new("phone"))?;
        if !phonenumber::is_valid(&number) {
            return Err(Flaw::new("phone"));
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }

    /// The number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_however_it_is_written() {
        for text in ["0901234567", "+84 90 123 4567", "84901234567", "090.123.4567", "(090) 123-4567"] {
            assert_eq!(Phone::parse(text).unwrap().as_str(), "+84901234567", "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["12", "090123456789012", "abc", "0901234567 or 1=1"] {
            assert_eq!(Phone::parse(text).unwrap_err().code, "phone", "{text}");
        }
    }

    #[test]
    fn an_email_is_lower_cased_and_has_a_domain() {
        assert_eq!(Email::parse(" Hung@Example.COM ").unwrap().as_str(), "hung@example.com");
        for text in ["a", "@b.vn", "a@b", "a b@c.vn", "a@-b.vn", "a@b..vn", "a@b.vn\r\nBcc: x@y.vn", "a..b@c.vn"] {
            assert!(Email::parse(text).is_err(), "{text}");
        }
    }
}
