use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::frame::{Frame, InFrame};
use crate::identity::SignedInStaff;
use crate::platform::http::{Flash, FlashKind, FlashTo, Problem, page_lang};
use crate::platform::i18n::{Lang, translate};
use crate::platform::pages::{SeeOther, here, read_cookie, render};
use crate::platform::{Services, ShopTx};
use crate::tenancy::Shop;

/// One visit to a page: whose back office, in which language, from where. What every handler here needs to answer.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) services: Services,
    pub(super) shop: Shop,
    pub(super) lang: Lang,
    /// The page's own address, query included.
    pub(super) path: String,
    headers: HeaderMap,
    status: StatusCode,
    shows_orders: bool,
}

impl FromRequestParts<Services> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let shop = Shop::from_request_parts(parts, services).await?;
        Ok(Self {
            services: services.clone(),
            lang: page_lang(&parts.headers, shop.locale),
            shop,
            path: here(&parts.uri),
            headers: parts.headers.clone(),
            status: StatusCode::OK,
            shows_orders: false,
        })
    }
}

impl Visit {
    /// Begins a transaction in the shop.
    pub(super) async fn begin(&self) -> Result<ShopTx, Problem> {
        Ok(self.services.db.begin(self.shop.id).await?)
    }

    /// The same visit as seen from another address: a refused form is drawn as the page it stood on.
    pub(super) fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The page will answer with this status.
    pub(super) const fn answering(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Says that this page shows the orders: from now on none of those there are is new to the person. The script's own look
    /// does not count, for nobody may be sitting there.
    pub(super) fn showing_orders(mut self) -> Self {
        self.shows_orders = !self.is_live();
        self
    }

    /// Whether the page's own script is asking, to refresh parts of it.
    fn is_live(&self) -> bool {
        self.headers.contains_key("x-live")
    }

    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        read_cookie(&self.headers, name)
    }

    /// A text in the person's language.
    pub(super) fn text(&self, key: &str) -> String {
        translate(self.lang, key, &[])
    }

    /// The message left for this page; the script's own look leaves it where it is.
    pub(super) fn flash(&self) -> Option<Flash> {
        if self.is_live() { None } else { Flash::read(&self.headers, FlashTo::Staff, self.lang) }
    }

    /// Draws a page inside the frame, with the page's own fields.
    pub(super) async fn page<T: Serialize>(
        &self,
        tx: &mut ShopTx,
        staff: &SignedInStaff,
        template: &str,
        own: T,
    ) -> Result<Response, Problem> {
        let (frame, seen) = Frame::load(self, tx, staff, self.shows_orders).await?;
        let mut response = self.draw(template, &InFrame { frame, own });
        if let Some(cookie) = seen {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// Draws a template with exactly these fields, and takes away the message it has said.
    pub(super) fn draw<T: Serialize>(&self, template: &str, context: &T) -> Response {
        let mut response = render(&self.services, template, self.lang, self.status, context);
        if let Some(cookie) = self.flash().and_then(|_| Flash::clear(&self.services, FlashTo::Staff)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Sends the browser on to a page whose address we made, after something was done; that page says `admin.flash.<done>`.
    pub(super) fn done(&self, to: impl Into<String>, done: &str) -> Response {
        self.go_saying(to, FlashKind::Good, &format!("admin.flash.{done}"))
    }

    /// As [`Visit::done`]; the next page says what stands behind this key.
    pub(super) fn go_saying(&self, to: impl Into<String>, kind: FlashKind, key: &str) -> Response {
        SeeOther::to(to).flash(&self.services, FlashTo::Staff, kind, key).into_response()
    }
}

/// Sends the browser on to a page whose address we made.
pub(super) fn go(to: impl Into<String>) -> Response {
    SeeOther::to(to).into_response()
}
