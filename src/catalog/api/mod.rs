//! The HTTP surface of the catalog.

mod brands;
mod categories;
mod images;
mod media;
mod products;
mod store;
mod suppliers;
mod upload;
mod variants;

pub use media::media_routes;
pub use store::store_routes;
pub use upload::{Upload, read_upload};

use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::catalog::ListFilter;
use crate::kernel::{Check, Invalid, PageRequest, Status, line};
use crate::platform::Services;
use crate::platform::crypto::sha256;

/// Routes of the admin API.
pub fn admin_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .merge(products::routes())
        .merge(variants::routes())
        .merge(images::routes())
        .merge(categories::routes())
        .merge(brands::routes())
        .merge(suppliers::routes())
}

/// Which rows of a short list are wanted. Without `page` and `per_page` the whole list comes on one page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShortListQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// Only those of this status; all that are not deleted without it.
    status: Option<Status>,
    /// Looked for in names.
    q: Option<String>,
}

impl ShortListQuery {
    fn parse(self) -> Result<(ListFilter, Option<PageRequest>), Invalid> {
        let page = match (self.page, self.per_page) {
            (None, None) => None,
            (page, per_page) => Some(PageRequest::parse(page, per_page)?),
        };
        let mut check = Check::default();
        let q = check.opt("/q", self.q.as_deref().filter(|q| !q.is_empty()), |q| line(q, 0, 200));
        check.finish()?;
        Ok((ListFilter { status: self.status, q: q.flatten() }, page))
    }
}

/// What tells a repeated request under one thing from the same body sent to another.
fn scoped(thing: Uuid, body_hash: [u8; 32]) -> [u8; 32] {
    sha256(&[thing.as_bytes().as_slice(), &body_hash].concat())
}
