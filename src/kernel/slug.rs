use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Flaw, fold, line};

/// The part of a page's address that names a thing: `ao-thun-trang`. Small letters, digits, single hyphens; 1–200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Slug(String);

impl Slug {
    /// Parses a slug as written.
    ///
    /// # Errors
    /// `required`, `too_long`, `slug`.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let text = line(text, 1, 200)?;
        let well_formed =
            text.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if well_formed { Ok(Self(text)) } else { Err(Flaw::new("slug")) }
    }

    /// The slug a name suggests (`Áo thun trắng` → `ao-thun-trang`); `None` when nothing of it can be spelt so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let folded = fold(name);
        let parts: Vec<&str> = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
        let mut slug = parts.join("-");
        slug.truncate(180);
        let slug = slug.trim_end_matches('-').to_owned();
        (!slug.is_empty()).then_some(Self(slug))
    }

    /// This slug with a number behind it, for a name that is taken.
    #[must_use]
    pub fn numbered(&self, n: u32) -> Self {
        Self(format!("{}-{n}", self.0))
    }

    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A shop's name in its host: `demo` in `demo.localhost`. 3–40 small letters, digits and hyphens, as a DNS label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Handle(String);

/// Names the platform, mail servers and browsers give a meaning of their own.
const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "cdn",
    "checkout",
    "dashboard",
    "dev",
    "dns",
    "docs",
    "email",
    "ftp",
    "help",
    "host",
    "hostmaster",
    "imap",
    "info",
    "internal",
    "localhost",
    "login",
    "mail",
    "media",
    "metrics",
    "mx",
    "news",
    "noreply",
    "ns1",
    "ns2",
    "pay",
    "payment",
    "payments",
    "platform",
    "pop",
    "pop3",
    "postmaster",
    "root",
    "secure",
    "security",
    "shop",
    "shophouse",
    "shops",
    "signup",
    "smtp",
    "ssl",
    "staging",
    "static",
    "stats",
    "status",
    "store",
    "support",
    "system",
    "test",
    "webhook",
    "webhooks",
    "webmaster",
    "wpad",
    "www",
    "www1",
    "www2",
];

impl Handle {
    /// Parses a handle, capitals folded.
    ///
    /// # Errors
    /// `too_short`, `too_long`, `malformed`, `handle_reserved`.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let text = line(text, 3, 40)?.to_ascii_lowercase();
        let inner = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !inner || text.starts_with('-') || text.ends_with('-') || text.starts_with("xn--") {
            Err(Flaw::new("malformed"))
        } else if RESERVED.contains(&text.as_str()) {
            Err(Flaw::new("handle_reserved"))
        } else {
            Ok(Self(text))
        }
    }

    /// The handle.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A stock-keeping unit's code: 1–64 characters on one line, without spaces at its ends. Case matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Sku(String);

impl Sku {
    /// Parses a SKU.
    ///
    /// # Errors
    /// `required`, `too_long`, `control_characters`.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        line(text, 1, 64).map(Self)
    }

    /// The SKU.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_suggests_its_slug() {
        assert_eq!(Slug::from_name("Áo thun  trắng (M)").unwrap().as_str(), "ao-thun-trang-m");
        assert_eq!(Slug::from_name("!!!"), None);
    }

    #[test]
    fn a_slug_has_single_hyphens_inside_only() {
        assert!(Slug::parse("ao-thun-2").is_ok());
        for bad in ["-a", "a-", "a--b", "A", "á", "a b", "a/b"] {
            assert_eq!(Slug::parse(bad).unwrap_err().code, "slug", "{bad}");
        }
    }

    #[test]
    fn a_handle_is_a_dns_label_and_not_a_reserved_name() {
        assert_eq!(Handle::parse("Demo").unwrap().as_str(), "demo");
        assert_eq!(Handle::parse("www").unwrap_err().code, "handle_reserved");
        assert_eq!(Handle::parse("ab").unwrap_err().code, "too_short");
        for bad in ["-abc", "abc-", "a.bc", "a_bc", "xn--abc"] {
            assert_eq!(Handle::parse(bad).unwrap_err().code, "malformed", "{bad}");
        }
    }
}
