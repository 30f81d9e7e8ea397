use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::page::Visit;
use crate::platform::http::{PathParam, Problem};
use crate::platform::i18n::{Lang, keys};

/// The statuses of the codes that are not a conflict with the state of things (409).
const STATUSES: [(&str, u16); 24] = [
    ("bad-request", 400),
    ("malformed-json", 400),
    ("idempotency-key-missing", 400),
    ("idempotency-key-malformed", 400),
    ("unauthenticated", 401),
    ("invalid-credentials", 401),
    ("session-expired", 401),
    ("forbidden", 403),
    ("cross-site", 403),
    ("shop-suspended", 403),
    ("not-found", 404),
    ("shop-not-found", 404),
    ("method-not-allowed", 405),
    ("precondition-failed", 412),
    ("payload-too-large", 413),
    ("unsupported-media-type", 415),
    ("unsupported-picture", 422),
    ("invalid", 422),
    ("idempotency-key-reused", 422),
    ("too-many-requests", 429),
    ("internal", 500),
    ("overloaded", 503),
    ("unavailable", 503),
    ("timeout", 408),
];

fn status_of(code: &str) -> u16 {
    STATUSES.iter().find(|(known, _)| *known == code).map_or(409, |(_, status)| *status)
}

/// Every code the catalogue explains, in its order.
fn codes() -> impl Iterator<Item = &'static str> {
    keys(Lang::En).into_iter().filter_map(|key| key.strip_prefix("problem.")?.strip_suffix(".title"))
}

#[derive(Serialize)]
struct List {
    codes: Vec<&'static str>,
}

#[derive(Serialize)]
struct Explained {
    code: &'static str,
    status: u16,
}

pub(super) async fn list(visit: Visit) -> Response {
    visit.page(StatusCode::OK, "platform/problems.html", &List { codes: codes().collect() })
}

pub(super) async fn show(visit: Visit, PathParam(code): PathParam<String>) -> Result<Response, Problem> {
    let code = codes().find(|known| *known == code).ok_or_else(Problem::not_found)?;
    Ok(visit.page(StatusCode::OK, "platform/problem.html", &Explained { code, status: status_of(code) }))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use axum::http::StatusCode;

    use super::{codes, status_of};

    /// Every `StatusCode::X, "code"` below a folder.
    fn used_below(folder: &Path, used: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used_below(&path, used);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for part in text.split("new(StatusCode::").skip(1) {
                let Some((name, rest)) = part.split_once(", \"") else { continue };
                let Some((code, _)) = rest.split_once('"') else { continue };
                if name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
                    used.push((name.to_owned(), code.to_owned()));
                }
            }
        }
    }

    fn number(name: &str) -> Option<u16> {
        let known = (400..600).filter_map(|number| StatusCode::from_u16(number).ok()?.canonical_reason().map(|reason| (number, reason)));
        let spelt = |reason: &str| reason.to_uppercase().replace([' ', '-'], "_");
        known.into_iter().find(|(_, reason)| spelt(reason) == name).map(|(number, _)| number)
    }

    #[test]
    fn the_page_of_a_code_says_the_status_it_is_answered_with() {
        let mut used = Vec::new();
        used_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        assert!(used.len() > 20, "the sources are read");
        for (name, code) in used.iter().filter(|(_, code)| codes().any(|known| known == code)) {
            assert_eq!(Some(status_of(code)), number(name), "{code}");
        }
    }
}
