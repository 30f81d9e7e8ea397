use axum::Json;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{Problem, etag_of};
use crate::kernel::Page;

/// 200 with a single thing and its `ETag`.
#[derive(Debug)]
pub struct Tagged<T>(pub T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        tagged(StatusCode::OK, &self.0)
    }
}

/// 201 with the thing created and its `ETag`.
#[derive(Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        tagged(StatusCode::CREATED, &self.0)
    }
}

fn tagged(status: StatusCode, thing: &impl Serialize) -> Response {
    let Ok(body) = serde_json::to_vec(thing) else { return Problem::internal().into_response() };
    let etag = HeaderValue::from_str(&etag_of(&body)).unwrap_or(HeaderValue::from_static("\"\""));
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json), (header::ETAG, etag)], body).into_response()
}

/// 204: done, nothing to say.
#[derive(Debug)]
pub struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// 200 with a page of a list and links to its neighbours (RFC 8288).
#[derive(Debug)]
pub struct Listed<T> {
    page: Page<T>,
    uri: Uri,
}

impl<T> Listed<T> {
    /// A page of the list that was asked for at `uri`.
    #[must_use]
    pub const fn new(page: Page<T>, uri: Uri) -> Self {
        Self { page, uri }
    }
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        let link = links(&self.page, &self.uri);
        with_link(Json(self.page), link)
    }
}

/// As [`Listed`], with what else is said about the whole list, e.g. `facets`.
#[derive(Debug)]
pub struct ListedWith<T, E> {
    page: Page<T>,
    extra: E,
    uri: Uri,
}

impl<T, E> ListedWith<T, E> {
    /// A page of the list that was asked for at `uri`; the members of `extra` stand beside `data`.
    #[must_use]
    pub const fn new(page: Page<T>, extra: E, uri: Uri) -> Self {
        Self { page, extra, uri }
    }
}

impl<T: Serialize, E: Serialize> IntoResponse for ListedWith<T, E> {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Both<T, E> {
            #[serde(flatten)]
            page: Page<T>,
            #[serde(flatten)]
            extra: E,
        }
        let link = links(&self.page, &self.uri);
        with_link(Json(Both { page: self.page, extra: self.extra }), link)
    }
}

fn with_link(list: impl IntoResponse, link: Option<HeaderValue>) -> Response {
    let mut response = list.into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// Links to the first, the last and the neighbouring pages.
fn links<T>(of: &Page<T>, uri: &Uri) -> Option<HeaderValue> {
    let (page, last) = (of.page, of.total_pages.max(1));
    let mut links = vec![("first", 1), ("last", last)];
    if page > 1 {
        links.push(("prev", (page - 1).min(last)));
    }
    if page < last {
        links.push(("next", page + 1));
    }
    let text = links.iter().map(|(rel, n)| format!("<{}>; rel=\"{rel}\"", at(uri, *n))).collect::<Vec<_>>().join(", ");
    HeaderValue::from_str(&text).ok()
}

/// The same list at another page, as a reference relative to itself: under a nested router the path is cut short.
fn at(uri: &Uri, page: i64) -> String {
    let others = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).filter(|(k, _)| k != "page");
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(others).append_pair("page", &page.to_string()).finish();
    format!("?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::PageRequest;

    #[test]
    fn a_list_links_to_its_neighbours_and_keeps_its_filters() {
        let page = Page::new(vec![1], PageRequest::parse(Some(2), Some(1)).unwrap(), 3);
        let uri = Uri::from_static("/x?q=%C3%A1o&page=2");
        assert_eq!(
            links(&page, &uri).unwrap(),
            "<?q=%C3%A1o&page=1>; rel=\"first\", <?q=%C3%A1o&page=3>; rel=\"last\", <?q=%C3%A1o&page=1>; rel=\"prev\", <?q=%C3%A1o&page=3>; rel=\"next\""
        );
    }
}
