use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;
use serde::Serialize;

use super::RequestLang;
use crate::platform::Services;
use crate::platform::i18n::{Lang, has_key, translate};

/// The cookie in which a visitor's choice of language is kept.
pub const LANG_COOKIE: &str = "lang";

/// The language a page is drawn in: the visitor's own choice, else what the browser prefers, else the shop's.
#[must_use]
pub fn page_lang(headers: &HeaderMap, fallback: Lang) -> Lang {
    let chosen = CookieJar::from_headers(headers).get(LANG_COOKIE).and_then(|cookie| cookie.value().parse().ok());
    chosen.or(RequestLang::of(headers).0).unwrap_or(fallback)
}

/// Whom a flash is for: a merchant may be both, in two tabs of one browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashTo {
    /// The next page of the shop.
    Shopper,
    /// The next page of the back office.
    Staff,
}

impl FlashTo {
    const fn cookie(self) -> (&'static str, &'static str) {
        match self {
            Self::Shopper => ("flash", "/"),
            Self::Staff => ("staff_flash", "/admin"),
        }
    }
}

/// How a flash looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashKind {
    /// It is done.
    Good,
    /// It is done, or not, and there is something to know.
    Warn,
    /// It was refused.
    Bad,
}

impl FlashKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Good, Self::Warn, Self::Bad].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What the next page says once, after a redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flash {
    /// How it looks.
    pub kind: FlashKind,
    /// What it says.
    pub text: String,
}

/// Seconds a flash waits for its page.
const WAITS: u32 = 60;

impl Flash {
    /// The header that leaves a text for the next page. The cookie carries the text's key, never the text: nobody can make a page
    /// say what is not in our catalogues.
    #[must_use]
    pub fn leave(services: &Services, to: FlashTo, kind: FlashKind, key: &str) -> Option<HeaderValue> {
        Self::header(services, to, &format!("{}:{key}", kind.as_str()), WAITS)
    }

    /// The header that takes the text away, once a page has said it.
    #[must_use]
    pub fn clear(services: &Services, to: FlashTo) -> Option<HeaderValue> {
        Self::header(services, to, "", 0)
    }

    /// What was left for this page.
    #[must_use]
    pub fn read(headers: &HeaderMap, to: FlashTo, lang: Lang) -> Option<Self> {
        let jar = CookieJar::from_headers(headers);
        let (kind, key) = jar.get(to.cookie().0)?.value().split_once(':')?;
        let kind = FlashKind::from_name(kind)?;
        has_key(lang, key, &[]).then(|| Self { kind, text: translate(lang, key, &[]) })
    }

    fn header(services: &Services, to: FlashTo, value: &str, max_age: u32) -> Option<HeaderValue> {
        let (name, path) = to.cookie();
        let secure = if services.is_https() { "; Secure" } else { "" };
        HeaderValue::from_str(&format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn cookies(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(text).unwrap());
        headers
    }

    #[test]
    fn a_visitors_own_choice_of_language_comes_first() {
        let mut headers = cookies("lang=en");
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("vi"));
        assert_eq!(page_lang(&headers, Lang::Vi), Lang::En);
        headers.remove(header::COOKIE);
        assert_eq!(page_lang(&headers, Lang::En), Lang::Vi);
        headers.remove(header::ACCEPT_LANGUAGE);
        assert_eq!(page_lang(&headers, Lang::En), Lang::En);
    }

    #[test]
    fn a_flash_says_only_what_is_in_the_catalogue() {
        let read = |text: &str| Flash::read(&cookies(text), FlashTo::Staff, Lang::En);
        let flash = read("staff_flash=good:admin.flash.product_saved").unwrap();
        assert_eq!((flash.kind, flash.text.as_str()), (FlashKind::Good, "Product saved."));
        for nothing in ["staff_flash=good:send me money", "staff_flash=loud:admin.flash.product_saved", "staff_flash=", "flash=good:x"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
