use axum::extract::State;
use axum::http::HeaderMap;

use super::cookie::{cookie, read_cookie};
use super::{Fields, SeeOther, local_path};
use crate::platform::Services;
use crate::platform::http::RequestLang;
use crate::platform::i18n::Lang;

const COOKIE: &str = "lang";
const YEAR: u32 = 365 * 24 * 3600;

/// The language a visitor reads: the one they chose, else the one their browser asks for, else the house's own.
#[must_use]
pub fn lang_of(headers: &HeaderMap, house: Lang) -> Lang {
    let chosen = read_cookie(headers, COOKIE).and_then(|code| code.parse().ok());
    chosen.or(RequestLang::of(headers).0).unwrap_or(house)
}

/// `POST /language`: remembers the language `lang` and goes back to the page `back`.
pub async fn switch_language(State(services): State<Services>, fields: Fields) -> SeeOther {
    let back = local_path(fields.get("back")).unwrap_or("/");
    let chosen = fields.get("lang").parse::<Lang>().ok();
    SeeOther::to(back).cookie(chosen.and_then(|lang| cookie(&services, COOKIE, lang.as_str(), YEAR)))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn a_choice_comes_before_the_browser_and_the_browser_before_the_house() {
        let mut headers = HeaderMap::new();
        assert_eq!(lang_of(&headers, Lang::Vi), Lang::Vi);
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en-GB,en;q=0.9"));
        assert_eq!(lang_of(&headers, Lang::Vi), Lang::En);
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; lang=vi"));
        assert_eq!(lang_of(&headers, Lang::En), Lang::Vi);
        headers.insert(header::COOKIE, HeaderValue::from_static("lang=xx"));
        assert_eq!(lang_of(&headers, Lang::Vi), Lang::En);
    }
}
