use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Check, Flaw, Invalid};

/// Which page of a list is wanted: `?page=1&per_page=20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    page: i64,
    per_page: i64,
}

/// The two parameters every list takes, as they come in the query.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageParams {
    /// Page number, from 1.
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub per_page: Option<i64>,
}

impl PageRequest {
    /// Parses page (from 1) and rows a page (1–100, 20 when not given).
    ///
    /// # Errors
    /// `too_small` or `too_large` at `/page` or `/per_page`.
    pub fn parse(page: Option<i64>, per_page: Option<i64>) -> Result<Self, Invalid> {
        let mut check = Check::default();
        let page = check.at("/page", within(page.unwrap_or(1), 1_000_000));
        let per_page = check.at("/per_page", within(per_page.unwrap_or(20), 100));
        match (page, per_page) {
            (Some(page), Some(per_page)) => Ok(Self { page, per_page }),
            _ => Err(check.into_invalid()),
        }
    }

    /// The first page with this many rows; for pages that show a fixed number.
    #[must_use]
    pub fn first(per_page: i64) -> Self {
        Self { page: 1, per_page: per_page.clamp(1, 100) }
    }

    /// Page number, from 1.
    #[must_use]
    pub const fn page(self) -> i64 {
        self.page
    }

    /// Rows a page; what `LIMIT` takes.
    #[must_use]
    pub const fn limit(self) -> i64 {
        self.per_page
    }

    /// Rows before this page; what `OFFSET` takes.
    #[must_use]
    pub const fn offset(self) -> i64 {
        (self.page - 1) * self.per_page
    }
}

fn within(value: i64, max: i64) -> Result<i64, Flaw> {
    match value {
        ..=0 => Err(Flaw::new("too_small").with("min", 1)),
        v if v > max => Err(Flaw::new("too_large").with("max", max)),
        v => Ok(v),
    }
}

/// One page of a list, with what is needed to draw page links.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows of this page.
    pub data: Vec<T>,
    /// Page number, from 1.
    pub page: i64,
    /// Rows a page.
    pub per_page: i64,
    /// Rows in the whole list.
    pub total: i64,
    /// Pages in the whole list; 0 for an empty one.
    pub total_pages: i64,
}

impl<T> Page<T> {
    /// A page of `data` out of `total` rows.
    #[must_use]
    pub fn new(data: Vec<T>, request: PageRequest, total: i64) -> Self {
        let per_page = request.per_page;
        Self { data, page: request.page, per_page, total, total_pages: (total + per_page - 1) / per_page }
    }

    /// The same page with each row turned into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            data: self.data.into_iter().map(f).collect(),
            page: self.page,
            per_page: self.per_page,
            total: self.total,
            total_pages: self.total_pages,
        }
    }
}
