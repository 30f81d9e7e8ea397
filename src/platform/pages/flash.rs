use std::fmt::Display;

use axum::http::{HeaderMap, HeaderValue};
use serde::Serialize;

use super::cookie::{cookie, read_cookie};
use crate::platform::Services;
use crate::platform::i18n::{Lang, has_key, translate};

const COOKIE: &str = "flash";
/// Long enough for a slow redirect, too short to turn up on an unrelated visit.
const SECONDS: u32 = 60;

/// A message that the next page shows once. Kept as a key of the catalogue, so that a forged cookie shows nothing but our own
/// words, and the page says it in the language it is drawn in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    kind: &'static str,
    key: String,
    n: Option<i64>,
}

/// A message as templates take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlashView {
    /// `good`, `warn` or `bad`.
    pub kind: &'static str,
    /// What it says.
    pub text: String,
}

impl Flash {
    /// Something was done; the text is at this key.
    #[must_use]
    pub fn good(key: impl Into<String>) -> Self {
        Self { kind: "good", key: key.into(), n: None }
    }

    /// Something to know; the text is at this key.
    #[must_use]
    pub fn warn(key: impl Into<String>) -> Self {
        Self { kind: "warn", key: key.into(), n: None }
    }

    /// Something was refused; the text is at this key.
    #[must_use]
    pub fn bad(key: impl Into<String>) -> Self {
        Self { kind: "bad", key: key.into(), n: None }
    }

    /// Fills `{n}` of the text, and chooses its plural form.
    #[must_use]
    pub const fn n(mut self, n: i64) -> Self {
        self.n = Some(n);
        self
    }

    /// The cookie that carries it over a redirect.
    #[must_use]
    pub fn header(&self, services: &Services) -> Option<HeaderValue> {
        cookie(services, COOKIE, &self.write(), SECONDS)
    }

    /// The cookie header that forgets it, once a page has shown it.
    #[must_use]
    pub fn clear(services: &Services) -> Option<HeaderValue> {
        cookie(services, COOKIE, "", 0)
    }

    /// The message a request carries, in a language.
    #[must_use]
    pub fn read(headers: &HeaderMap, lang: Lang) -> Option<FlashView> {
        Self::parse(&read_cookie(headers, COOKIE)?)?.view(lang)
    }

    /// The message in a language; `None` for a key that is not in the catalogue.
    #[must_use]
    pub fn view(&self, lang: Lang) -> Option<FlashView> {
        let args: Vec<(&str, &dyn Display)> = self.n.iter().map(|n| ("n", n as &dyn Display)).collect();
        has_key(lang, &self.key, &args).then(|| FlashView { kind: self.kind, text: translate(lang, &self.key, &args) })
    }

    fn write(&self) -> String {
        let n = self.n.map(|n| format!(":{n}")).unwrap_or_default();
        format!("{}:{}{n}", self.kind, self.key)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (kind, key, n) = (parts.next()?, parts.next()?, parts.next());
        let kind = ["good", "warn", "bad"].into_iter().find(|known| *known == kind)?;
        Some(Self { kind, key: key.to_owned(), n: n.and_then(|n| n.parse().ok()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_back_as_written() {
        for flash in [Flash::good("cart.items").n(3), Flash::warn("cart.empty_title"), Flash::bad("problem.sku-taken.detail")] {
            assert_eq!(Flash::parse(&flash.write()), Some(flash.clone()));
            assert!(flash.view(Lang::Vi).is_some(), "{flash:?}");
        }
    }

    #[test]
    fn a_forged_message_shows_nothing() {
        for text in ["good:You have won", "shout:cart.items:3", "good", "", "::", "good:<script>"] {
            assert_eq!(Flash::parse(text).and_then(|flash| flash.view(Lang::En)), None, "{text}");
        }
    }
}
