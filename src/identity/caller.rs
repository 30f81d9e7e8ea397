use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum_extra::extract::CookieJar;

use super::permissions::{Permission, Requires};
use super::sessions::customer_of;
use super::tokens::{Access, SessionToken, read_access_token};
use super::{IdentityError, queries};
use crate::kernel::{CustomerId, SessionId, StaffId};
use crate::platform::http::Problem;
use crate::platform::{DbError, Services, ShopTx};
use crate::tenancy::{Shop, ShopInfo};

/// Who does something, as movements, timelines and idempotency keys record it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff.
    Staff {
        /// Who.
        id: StaffId,
        /// Their name.
        name: String,
    },
    /// A shopper.
    Customer {
        /// Who.
        id: CustomerId,
        /// Their name.
        name: String,
    },
    /// The server itself.
    System,
}

impl Actor {
    /// `staff`, `customer` or `system`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Staff { .. } => "staff",
            Self::Customer { .. } => "customer",
            Self::System => "system",
        }
    }

    /// Their id; the server has none.
    #[must_use]
    pub const fn id(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Staff { id, .. } => Some(id.uuid()),
            Self::Customer { id, .. } => Some(id.uuid()),
            Self::System => None,
        }
    }

    /// Their name; empty for the server.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Staff { name, .. } | Self::Customer { name, .. } => name,
            Self::System => "",
        }
    }

    /// What an idempotency key of theirs is filed under.
    #[must_use]
    pub fn key(&self) -> String {
        match self.id() {
            Some(id) => format!("{}:{id}", self.kind()),
            None => self.kind().to_owned(),
        }
    }
}

/// The cookie that keeps a browser signed in. One for shoppers, one for staff: a merchant may be both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserCookie {
    /// Sent to every page of the shop.
    Customer,
    /// Also sent to every page: the path of `/admin` alone would hide it from the admin API's event stream.
    Staff,
}

impl BrowserCookie {
    /// On an encrypted host the `__Host-` prefix holds the cookie to this very host.
    fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Customer, true) => "__Host-customer",
            (Self::Customer, false) => "customer",
            (Self::Staff, true) => "__Host-staff",
            (Self::Staff, false) => "staff",
        }
    }

    /// The header that sets it.
    #[must_use]
    pub fn set(self, services: &Services, value: &str) -> Option<HeaderValue> {
        self.header(services, value, 30 * 24 * 3600)
    }

    /// The header that removes it.
    #[must_use]
    pub fn clear(self, services: &Services) -> Option<HeaderValue> {
        self.header(services, "", 0)
    }

    fn header(self, services: &Services, value: &str, max_age: u32) -> Option<HeaderValue> {
        let https = services.is_https();
        let secure = if https { "; Secure" } else { "" };
        let name = self.name(https);
        HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")).ok()
    }

    fn read(self, services: &Services, headers: &HeaderMap) -> Option<String> {
        CookieJar::from_headers(headers).get(self.name(services.is_https())).map(|cookie| cookie.value().to_owned())
    }
}

/// The session a request speaks for, and how: by access token (`token`) or by cookie (`browser`).
fn session_of(
    parts: &Parts,
    services: &Services,
    shop: &ShopInfo,
    cookie: BrowserCookie,
) -> Result<Option<(SessionId, &'static str)>, Problem> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|v| v.strip_prefix("Bearer ").or_else(|| v.strip_prefix("bearer ")));
        let Some(token) = token else { return Err(Problem::unauthenticated()) };
        return match read_access_token(&services.access_key, shop.id, token.trim(), services.clock.now()) {
            Access::Good(session) => Ok(Some((session, "token"))),
            Access::Expired => Err(IdentityError::SessionExpired.into()),
            Access::Bad => Err(Problem::unauthenticated()),
        };
    }
    // A cookie speaks on pages, whose writes are held to their own origin, and on the APIs for reading only.
    let readable = matches!(parts.method, Method::GET | Method::HEAD) || !parts.uri.path().starts_with("/api/");
    let value = readable.then(|| cookie.read(services, &parts.headers)).flatten();
    let token = value.and_then(|value| SessionToken::read(&services.session_key, shop.id, &value));
    Ok(token.map(|token| (token.session, "browser")))
}

/// A member of staff who is signed in, whatever they may do.
#[derive(Debug, Clone)]
pub struct SignedInStaff {
    /// Who.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The code of their role.
    pub role: String,
    /// What they may do.
    pub permissions: Vec<Permission>,
    /// The session they speak through.
    pub session: SessionId,
}

impl SignedInStaff {
    /// Whether they may do this.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Them, as a record names who did something.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Staff { id: self.id, name: self.name.clone() }
    }
}

impl<S> FromRequestParts<S> for SignedInStaff
where
    S: Send + Sync,
    Services: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if let Some(staff) = parts.extensions.get::<Self>() {
            return Ok(staff.clone());
        }
        let services = Services::from_ref(state);
        let shop = Shop::from_request_parts(parts, state).await?;
        let (session, kind) = session_of(parts, &services, &shop, BrowserCookie::Staff)?.ok_or_else(Problem::unauthenticated)?;
        let mut tx = services.db.begin(shop.id).await?;
        let staff = queries::sessions::find_session_staff(&mut tx, session, Some(kind)).await?;
        let staff = staff.ok_or(IdentityError::SessionExpired)?;
        parts.extensions.insert(staff.clone());
        Ok(staff)
    }
}

/// Them as they are now, for what outlives one request: `None` once they signed out or their session or account ended.
///
/// # Errors
/// When the database gives no answer.
pub async fn still_signed_in(tx: &mut ShopTx, who: &SignedInStaff) -> Result<Option<SignedInStaff>, DbError> {
    queries::sessions::find_session_staff(tx, who.session, None).await
}

/// Staff with a permission: the right, in the handler's signature.
#[derive(Debug, Clone)]
pub struct Staff<P> {
    /// Who.
    pub who: SignedInStaff,
    permission: PhantomData<P>,
}

impl<P> std::ops::Deref for Staff<P> {
    type Target = SignedInStaff;
    fn deref(&self) -> &SignedInStaff {
        &self.who
    }
}

impl<S, P> FromRequestParts<S> for Staff<P>
where
    S: Send + Sync,
    P: Requires,
    Services: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let who = SignedInStaff::from_request_parts(parts, state).await?;
        if who.may(P::PERMISSION) {
            Ok(Self { who, permission: PhantomData })
        } else {
            Err(Problem::new(StatusCode::FORBIDDEN, "forbidden").with("permission", P::PERMISSION.as_str()))
        }
    }
}

/// A shopper who is signed in.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Who.
    pub id: CustomerId,
    /// Their name.
    pub name: String,
    /// The session they speak through.
    pub session: SessionId,
}

impl Customer {
    /// Them, as a record names who did something.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Customer { id: self.id, name: self.name.clone() }
    }
}

impl<S> FromRequestParts<S> for Customer
where
    S: Send + Sync,
    Services: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let services = Services::from_ref(state);
        let shop = Shop::from_request_parts(parts, state).await?;
        let (session, kind) = session_of(parts, &services, &shop, BrowserCookie::Customer)?.ok_or_else(Problem::unauthenticated)?;
        let customer = customer_of(&services, shop.id, session, kind).await?.ok_or(IdentityError::SessionExpired)?;
        Ok(Self { id: customer.id, name: customer.name, session })
    }
}

/// A shopper, signed in or not: what pages draw for both.
#[derive(Debug, Clone)]
pub struct MaybeCustomer(pub Option<Customer>);

impl<S> FromRequestParts<S> for MaybeCustomer
where
    S: Send + Sync,
    Services: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Customer::from_request_parts(parts, state).await {
            Ok(customer) => Ok(Self(Some(customer))),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Ok(Self(None)),
            Err(problem) => Err(problem),
        }
    }
}
