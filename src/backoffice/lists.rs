//! The filters of lists, as an address has them. A person did not type them: what cannot be read is left out, never an error.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::kernel::{PageRequest, line};
use crate::platform::pages::Fields;

/// The parameters of the address.
#[derive(Debug, Clone)]
pub(super) struct Filters(Fields);

impl<S: Send + Sync> FromRequestParts<S> for Filters {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

impl Filters {
    /// Those of an address of ours.
    pub(super) fn of(path: &str) -> Self {
        Self(Fields::parse(path.split_once('?').map_or("", |(_, query)| query).as_bytes()))
    }

    /// No filter at all.
    pub(super) fn none() -> Self {
        Self(Fields::default())
    }

    /// A short text; empty when there is none.
    pub(super) fn text(&self, name: &str) -> String {
        line(self.0.get(name), 0, 100).unwrap_or_default()
    }

    /// As [`Filters::text`], `None` when there is none.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// One of the words a parameter may be; empty for any other.
    pub(super) fn one_of(&self, name: &str, words: &[&str]) -> String {
        Some(self.text(name)).filter(|text| words.contains(&text.as_str())).unwrap_or_default()
    }

    /// A value that parses, e.g. an id.
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// The page asked for; the first for what is no page.
    pub(super) fn page(&self, per_page: i64) -> PageRequest {
        PageRequest::parse(self.parsed("page"), Some(per_page)).unwrap_or_else(|_| PageRequest::first(per_page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(query: &str) -> Filters {
        Filters(Fields::parse(query.as_bytes()))
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let found = filters("q=%00&status=lost&page=-1&id=x");
        assert_eq!(found.text("q"), "");
        assert_eq!(found.one_of("status", &["active"]), "");
        assert_eq!(found.page(20), PageRequest::first(20));
        assert_eq!(found.parsed::<uuid::Uuid>("id"), None);
        assert_eq!(filters("q=+%C3%A1o+&page=3").given("q").as_deref(), Some("áo"));
        assert_eq!(filters("page=3").page(20).page(), 3);
    }
}
