use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::form::filled;
use super::frame::FrameShop;
use super::visit::{Visit, go};
use crate::identity::{BrowserCookie, SignedInStaff, forget_session, open_browser_session, revoke_session, sign_in_staff};
use crate::platform::http::{ClientIp, Flash, FlashKind, FlashTo, Problem};
use crate::platform::pages::{Fields, FormState, SeeOther, local_path};

#[derive(Serialize)]
struct SignInPage<'a> {
    shop: FrameShop,
    path: &'a str,
    flash: Option<Flash>,
    #[serde(flatten)]
    state: FormState,
}

/// Where to go after the sign-in: a page below `/admin`, never another place that somebody wrote into the address.
pub(super) fn safe_next(next: &str) -> &str {
    let path = next.split('?').next().unwrap_or_default();
    let below = path == "/admin" || path.strip_prefix("/admin/").is_some_and(|rest| !rest.starts_with("sign-"));
    local_path(next).filter(|_| below && !path.contains("//") && !path.contains("/..")).unwrap_or("/admin")
}

/// The sign-in page; who is signed in already goes on.
pub(super) async fn show(visit: Visit, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let asked = Fields::parse(query.as_bytes());
    let next = safe_next(asked.get("next"));
    if SignedInStaff::from_request_parts(&mut parts, &visit.services).await.is_ok() {
        return go(next);
    }
    draw(&visit, FormState::filled(filled([("email", String::new()), ("next", next.to_owned())])))
}

fn draw(visit: &Visit, state: FormState) -> Response {
    let page = SignInPage { shop: FrameShop::of(visit), path: &visit.path, flash: visit.flash(), state };
    visit.draw("admin/sign-in.html", &page)
}

/// Signs a member of staff in and goes on to where they wanted to go.
pub(super) async fn enter(visit: Visit, ClientIp(from): ClientIp, fields: Fields) -> Result<Response, Problem> {
    let next = safe_next(fields.get("next"));
    let email = fields.get("email").trim();
    let staff = match sign_in_staff(&visit.services, visit.shop.id, email, fields.get("password"), &from.to_string()).await {
        Ok(staff) => staff,
        Err(problem) => {
            let typed = filled([("email", email.to_owned()), ("next", next.to_owned())]);
            return refuse(visit, FormState::filled(typed), problem);
        }
    };
    let mut tx = visit.begin().await?;
    let value = open_browser_session(&visit.services, &mut tx, staff.id).await?;
    tx.commit().await?;
    let cookie = BrowserCookie::Staff.set(&visit.services, &value);
    Ok(SeeOther::to(next).cookie(cookie).flash(&visit.services, FlashTo::Staff, FlashKind::Good, "admin.flash.signed_in").into_response())
}

fn refuse(visit: Visit, mut state: FormState, problem: Problem) -> Result<Response, Problem> {
    let message = match problem.status() {
        StatusCode::UNAUTHORIZED => visit.text("admin.sign_in.failed"),
        StatusCode::TOO_MANY_REQUESTS => problem.detail(visit.lang),
        _ => return Err(problem),
    };
    state.errors.insert("form".to_owned(), message);
    let mut response = draw(&visit.at("/admin/sign-in").answering(problem.status()), state);
    if let Some(seconds) = problem.param("seconds").and_then(|seconds| HeaderValue::from_str(seconds).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    Ok(response)
}

/// Signs out, at once and in every tab.
pub(super) async fn leave(visit: Visit, staff: SignedInStaff) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    revoke_session(&mut tx, staff.session).await?;
    tx.commit().await?;
    forget_session(&visit.services, visit.shop.id, staff.session).await;
    let cookie = BrowserCookie::Staff.clear(&visit.services);
    Ok(SeeOther::to("/admin/sign-in")
        .cookie(cookie)
        .flash(&visit.services, FlashTo::Staff, FlashKind::Good, "admin.sign_in.signed_out")
        .into_response())
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn the_way_back_stays_below_admin() {
        for good in ["/admin", "/admin/orders", "/admin/orders?status=pending&page=2"] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "/",
            "/administrator",
            "//evil.example/admin",
            "https://evil.example/admin",
            "/admin/../cart",
            "/admin//evil.example",
            "/admin\\@evil.example",
            "/admin/\r\nSet-Cookie: a=b",
            "/admin/sign-in?next=/admin/sign-in",
            "javascript:alert(1)",
        ] {
            assert_eq!(safe_next(bad), "/admin", "{bad}");
        }
    }
}
