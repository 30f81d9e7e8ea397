use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::frame::{Frame, Frames, Sign};
use crate::catalog::CategoryNode;
use crate::identity::{Customer, MaybeCustomer};
use crate::ordering::cart_count;
use crate::platform::http::{Flash, FlashKind, FlashTo, Problem, page_lang};
use crate::platform::i18n::{Lang, translate};
use crate::platform::pages::{SeeOther, here, render};
use crate::platform::{DbError, Services, ShopTx};
use crate::tenancy::Shop;

/// What the storefront's handlers stand on.
#[derive(Clone, FromRef)]
pub(super) struct Storefront {
    pub(super) services: Services,
    pub(super) frames: Frames,
}

/// Somebody looks at a page of a shop: who, in which language, where.
pub(super) struct Visit {
    pub(super) storefront: Storefront,
    pub(super) shop: Shop,
    pub(super) lang: Lang,
    pub(super) customer: Option<Customer>,
    /// Path and query.
    pub(super) path: String,
    flash: Option<Flash>,
}

/// What stands in a page's head.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// What the page is about; the shop's name follows it. Empty: the shop's name alone.
    pub(super) title: String,
    /// For search engines and shared links.
    pub(super) description: String,
    /// Path and query of the one address of this page; `None` for a page that is nobody else's business.
    pub(super) canonical: Option<String>,
    /// Units in the cart, where the page has read it already.
    pub(super) cart_count: Option<i64>,
}

impl Head {
    pub(super) fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

/// What every page of a shop shows.
#[derive(Serialize)]
struct Page<'a, T> {
    shop: Sign,
    customer: Option<Name<'a>>,
    cart_count: i64,
    categories: &'a [CategoryNode],
    path: &'a str,
    title: String,
    description: &'a str,
    canonical: Option<String>,
    flash: Option<&'a Flash>,
    #[serde(flatten)]
    own: &'a T,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

impl Visit {
    /// Finds out who visits. Pages that fail are drawn by it too, so it fails only when the database does.
    pub(super) async fn of(storefront: &Storefront, parts: &mut Parts) -> Result<Self, Problem> {
        let shop = Shop::from_request_parts(parts, storefront).await?;
        let MaybeCustomer(customer) = MaybeCustomer::from_request_parts(parts, storefront).await?;
        let lang = page_lang(&parts.headers, shop.locale);
        let flash = Flash::read(&parts.headers, FlashTo::Shopper, lang);
        Ok(Self { storefront: storefront.clone(), shop, lang, customer, path: here(&parts.uri), flash })
    }

    pub(super) fn services(&self) -> &Services {
        &self.storefront.services
    }

    /// The customer; whoever is not signed in is sent to do so and comes back here.
    pub(super) fn customer(&self) -> Result<&Customer, Problem> {
        self.customer.as_ref().ok_or_else(Problem::unauthenticated)
    }

    /// Begins to read or write in this shop.
    pub(super) async fn begin(&self) -> Result<ShopTx, DbError> {
        self.services().db.begin(self.shop.id).await
    }

    pub(super) async fn frame(&self) -> Result<Arc<Frame>, Problem> {
        self.storefront.frames.of(self.services(), self.shop.id).await
    }

    /// A text of the catalogue in the visitor's language.
    pub(super) fn t(&self, key: &str) -> String {
        translate(self.lang, key, &[])
    }

    /// Leads on to a page that says something.
    pub(super) fn say(&self, to: SeeOther, kind: FlashKind, key: &str) -> Response {
        to.flash(self.services(), FlashTo::Shopper, kind, key).into_response()
    }

    /// Draws a page. Call it when no transaction is open.
    pub(super) async fn page(&self, template: &str, head: Head, own: &impl Serialize) -> Result<Response, Problem> {
        self.page_with(StatusCode::OK, template, head, own).await
    }

    /// As [`Visit::page`], with another status: a form that was refused.
    pub(super) async fn page_with(
        &self,
        status: StatusCode,
        template: &str,
        head: Head,
        own: &impl Serialize,
    ) -> Result<Response, Problem> {
        let frame = self.frame().await?;
        let cart_count = match (head.cart_count, &self.customer) {
            (Some(count), _) => count,
            (None, Some(customer)) => cart_count(self.services(), &self.shop, customer.id).await?,
            (None, None) => 0,
        };
        let name = &self.shop.name;
        let page = Page {
            shop: frame.sign(&self.shop),
            customer: self.customer.as_ref().map(|customer| Name { name: &customer.name }),
            cart_count,
            categories: &frame.categories,
            path: &self.path,
            title: if head.title.is_empty() { name.clone() } else { format!("{} · {name}", head.title) },
            description: &head.description,
            canonical: head.canonical.map(|place| format!("{}{place}", self.shop.url)),
            flash: self.flash.as_ref(),
            own,
        };
        let mut response = render(self.services(), template, self.lang, status, &page);
        if self.flash.is_some()
            && let Some(shown) = Flash::clear(self.services(), FlashTo::Shopper)
        {
            response.headers_mut().append(header::SET_COOKIE, shown);
        }
        Ok(response)
    }
}

impl FromRequestParts<Storefront> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, storefront: &Storefront) -> Result<Self, Problem> {
        Self::of(storefront, parts).await
    }
}

/// The beginning of a text, for a page's description: at most 155 letters, on one line, cut between words.
pub(super) fn summary(text: &str) -> String {
    const MOST: usize = 155;
    let mut short = String::new();
    for word in text.split_whitespace() {
        let room = MOST.saturating_sub(short.chars().count());
        if word.chars().count() + usize::from(!short.is_empty()) > room {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn a_description_is_cut_between_words() {
        assert_eq!(summary("Vải  lành,\n\ndáng thong dong"), "Vải lành, dáng thong dong");
        let long = summary(&"năm lá ".repeat(60));
        assert_eq!(long.chars().count(), 153);
        assert!(long.ends_with("năm lá"));
        assert_eq!(summary(&"x".repeat(200)), "");
    }
}
