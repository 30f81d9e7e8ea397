use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::sign_in::safe_next;
use super::visit::{Visit, go};
use crate::identity::SignedInStaff;
use crate::platform::Services;
use crate::platform::http::{FlashKind, Problem, RequestId, problem_of};

/// Draws each problem of the back office as a page: who is not signed in is sent to do so, who may not enter is told what is
/// missing, and nobody is shown a bare answer.
pub(super) async fn draw_problems(State(services): State<Services>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = problem_of(&response) else { return response };
    let Ok(visit) = Visit::from_request_parts(&mut asked, &services).await else { return problem.into_response() };
    let visit = visit.answering(problem.status());
    let in_frame = match problem.status() {
        StatusCode::UNAUTHORIZED => return to_sign_in(&visit, &asked, &problem),
        StatusCode::METHOD_NOT_ALLOWED if asked.method == Method::GET => return go(page_of(asked.uri.path())),
        StatusCode::FORBIDDEN if problem.param("permission").is_some() => Some("admin/forbidden.html"),
        StatusCode::NOT_FOUND => Some("admin/not-found.html"),
        _ => None,
    };
    let drawn = match in_frame {
        Some(template) => draw_in_frame(&visit, &mut asked, &problem, template).await,
        None => Err(problem.clone()),
    };
    let mut drawn = match drawn {
        Ok(drawn) => drawn,
        Err(why) if why.status() == StatusCode::UNAUTHORIZED => return to_sign_in(&visit, &asked, &why),
        Err(_) => draw_bare(&visit, &asked, &problem),
    };
    if let Some(after) = response.headers().get(header::RETRY_AFTER) {
        drawn.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    drawn
}

/// A form that was sent after the session ended cannot be sent again by a redirect: the person comes back to where it stood.
fn to_sign_in(visit: &Visit, asked: &Parts, problem: &Problem) -> Response {
    let next = if matches!(asked.method, Method::GET | Method::HEAD) { visit.path.as_str() } else { page_of(asked.uri.path()) };
    let next = safe_next(next);
    let to = if next == "/admin" {
        "/admin/sign-in".to_owned()
    } else {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        format!("/admin/sign-in?{query}")
    };
    if problem.code() == "session-expired" { visit.go_saying(to, FlashKind::Warn, "admin.sign_in.ended") } else { go(to) }
}

/// The page on which the form of an address that only takes forms stands.
fn page_of(path: &str) -> &str {
    let path = path.split("/images").next().unwrap_or(path);
    let is_act =
        ["/status", "/cancel", "/restore", "/complete", "/adjustments", "/delete", "/sign-out"].iter().any(|act| path.ends_with(act));
    match path.rsplit_once('/') {
        Some((page, _)) if is_act => page,
        _ => path,
    }
}

#[derive(Serialize)]
struct Needed<'a> {
    needed: &'a str,
}

async fn draw_in_frame(visit: &Visit, asked: &mut Parts, problem: &Problem, template: &str) -> Result<Response, Problem> {
    let staff = SignedInStaff::from_request_parts(asked, &visit.services).await?;
    let mut tx = visit.begin().await?;
    visit.page(&mut tx, &staff, template, Needed { needed: problem.param("permission").unwrap_or_default() }).await
}

#[derive(Serialize)]
struct Failure<'a> {
    path: &'a str,
    code: &'a str,
    request_id: &'a str,
}

fn draw_bare(visit: &Visit, asked: &Parts, problem: &Problem) -> Response {
    let request_id = asked.extensions.get::<RequestId>().map_or("", |id| id.0.as_str());
    // “Try again” leads back to the page, not to an address that only takes forms.
    let path = if asked.method == Method::GET { visit.path.as_str() } else { page_of(asked.uri.path()) };
    visit.draw("admin/error.html", &Failure { path, code: problem.code(), request_id })
}

#[cfg(test)]
mod tests {
    use super::page_of;

    #[test]
    fn an_address_that_only_takes_forms_leads_back_to_its_page() {
        assert_eq!(page_of("/admin/orders/1/cancel"), "/admin/orders/1");
        assert_eq!(page_of("/admin/stock/adjustments"), "/admin/stock");
        assert_eq!(page_of("/admin/products/1/images/2/move"), "/admin/products/1");
        assert_eq!(page_of("/admin/products/1"), "/admin/products/1");
        assert_eq!(page_of("/admin/sign-out"), "/admin");
    }
}
