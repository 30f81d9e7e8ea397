use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::CookieJar;

use crate::platform::Services;

/// The header that sets a small cookie of our own for all pages of this host; `max_age` in seconds, 0 removes it. `None` for a
/// value that no header can carry.
#[must_use]
pub fn cookie(services: &Services, name: &str, value: &str, max_age: u32) -> Option<HeaderValue> {
    let secure = if services.is_https() { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")).ok()
}

/// The value of a cookie.
#[must_use]
pub fn read_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers).get(name).map(|cookie| cookie.value().to_owned())
}
