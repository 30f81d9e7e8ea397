use std::time::Duration as StdDuration;

use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;

use super::tokens::{ACCESS_TTL, SessionToken, access_token};
use super::{IdentityError, StaffView, queries};
use crate::kernel::{CustomerId, SessionId, ShopId, StaffId};
use crate::platform::{Services, ShopTx};

/// How long a session lasts from its last refresh.
const SESSION_TTL: Duration = Duration::days(30);

/// Tokens of a signed-in API client.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Goes into `Authorization: Bearer`.
    pub access_token: String,
    /// Buys the next pair of tokens, once.
    pub refresh_token: String,
    /// Seconds the access token is good.
    pub expires_in: i64,
}

/// Tokens of signed-in staff, and who they are.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffSessionView {
    /// The tokens.
    #[serde(flatten)]
    pub session: SessionView,
    /// Who signed in, and what they may do.
    pub staff: StaffView,
}

/// Whose session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Staff(StaffId),
    Customer(CustomerId),
}

/// Opens a session for an API client and gives its first tokens.
pub(super) async fn open_token_session(services: &Services, tx: &mut ShopTx, owner: Owner) -> Result<SessionView, IdentityError> {
    let id = tx.new_id::<SessionId>();
    queries::sessions::insert_session(tx, id, owner, "token", tx.now() + SESSION_TTL).await?;
    tokens(services, tx, SessionToken { session: id, generation: 0 })
}

/// Opens the owner's first session, in a shop that is just being made.
///
/// # Errors
/// When the database gives no answer.
pub async fn open_owner_session(services: &Services, tx: &mut ShopTx, owner: StaffId) -> Result<SessionView, IdentityError> {
    open_token_session(services, tx, Owner::Staff(owner)).await
}

/// Opens a session for a browser and gives the cookie's value.
///
/// # Errors
/// When the database gives no answer.
pub async fn open_browser_session(services: &Services, tx: &mut ShopTx, owner: impl Into<BrowserOwner>) -> Result<String, IdentityError> {
    let id = tx.new_id::<SessionId>();
    queries::sessions::insert_session(tx, id, owner.into().0, "browser", tx.now() + SESSION_TTL).await?;
    Ok(SessionToken { session: id, generation: 0 }.write(&services.session_key, tx.shop_id()))
}

/// Whose browser it is.
#[derive(Debug, Clone, Copy)]
pub struct BrowserOwner(Owner);

impl From<StaffId> for BrowserOwner {
    fn from(id: StaffId) -> Self {
        Self(Owner::Staff(id))
    }
}

impl From<CustomerId> for BrowserOwner {
    fn from(id: CustomerId) -> Self {
        Self(Owner::Customer(id))
    }
}

fn tokens(services: &Services, tx: &ShopTx, token: SessionToken) -> Result<SessionView, IdentityError> {
    let access_token = access_token(&services.access_key, tx.shop_id(), token.session, tx.now())
        .ok_or_else(|| IdentityError::Hashing("an access token could not be signed".to_owned()))?;
    Ok(SessionView {
        access_token,
        refresh_token: token.write(&services.session_key, tx.shop_id()),
        expires_in: ACCESS_TTL.whole_seconds(),
    })
}

/// What became of a refresh token.
#[derive(Debug)]
pub(super) enum Refreshed {
    /// The next pair of tokens.
    Tokens(SessionView, Owner),
    /// The token was used before: somebody has a copy. The session is ended; commit, then refuse.
    Reused(SessionId),
}

/// Exchanges a refresh token for the next pair. Each is good once: the generation in the row moves on under the row's lock, so of
/// two exchanges of one token the second sees a token used before.
pub(super) async fn refresh(services: &Services, tx: &mut ShopTx, token: &str, kind: OwnerKind) -> Result<Refreshed, IdentityError> {
    let token = SessionToken::read(&services.session_key, tx.shop_id(), token).ok_or(IdentityError::SessionExpired)?;
    let row = queries::sessions::lock_session(tx, token.session).await?.ok_or(IdentityError::SessionExpired)?;
    let owner = row.owner().filter(|owner| kind.is(*owner)).ok_or(IdentityError::SessionExpired)?;
    if row.kind != "token" || row.revoked_at.is_some() || row.expires_at <= tx.now() {
        return Err(IdentityError::SessionExpired);
    }
    if row.generation != token.generation {
        queries::sessions::revoke(tx, token.session).await?;
        return Ok(Refreshed::Reused(token.session));
    }
    let next = SessionToken { generation: token.generation + 1, ..token };
    let expires_at = tx.now() + SESSION_TTL;
    queries::sessions::advance(tx, next.session, next.generation, expires_at).await?;
    Ok(Refreshed::Tokens(tokens(services, tx, next)?, owner))
}

/// Which of the two audiences a refresh is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OwnerKind {
    Staff,
    Customer,
}

impl OwnerKind {
    fn is(self, owner: Owner) -> bool {
        matches!((self, owner), (Self::Staff, Owner::Staff(_)) | (Self::Customer, Owner::Customer(_)))
    }
}

/// Ends a session in the database; after the commit, [`forget_session`] ends it for those who remember it.
///
/// # Errors
/// When the database gives no answer.
pub async fn revoke_session(tx: &mut ShopTx, session: SessionId) -> Result<(), IdentityError> {
    Ok(queries::sessions::revoke(tx, session).await?)
}

/// How long a customer's session is remembered in Redis before the database is asked again.
const REMEMBERED: StdDuration = StdDuration::from_secs(60);
/// What stands in Redis for a session that was ended; a slower reader cannot overwrite it.
const ENDED: &str = "ended";

/// Marks a session as ended for every server process. Without Redis nothing is remembered and the database is asked each time.
///
/// Best effort: without Redis no session is remembered, so there is nothing to forget.
pub async fn forget_session(services: &Services, shop: ShopId, session: SessionId) {
    let keep = REMEMBERED * 2;
    if let Err(error) = services.redis.shop(shop).set("session", session, ENDED, keep).await {
        tracing::warn!(%error, session.id = %session, "an ended session may be remembered for a minute");
    }
}

/// A customer as a request needs one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RememberedCustomer {
    pub(super) id: CustomerId,
    pub(super) name: String,
}

/// The customer of a session, from Redis where it is remembered.
pub(super) async fn customer_of(
    services: &Services,
    shop: ShopId,
    session: SessionId,
    kind: &str,
) -> Result<Option<RememberedCustomer>, IdentityError> {
    let redis = services.redis.shop(shop);
    let remembered = redis.get("session", session).await;
    match &remembered {
        Ok(Some(text)) if text == ENDED => return Ok(None),
        Ok(Some(text)) => {
            // A browser's session is not opened by an access token, nor the other way round.
            if let Some((of, json)) = text.split_once(' ')
                && let Ok(customer) = serde_json::from_str(json)
            {
                return Ok((of == kind).then_some(customer));
            }
        }
        Ok(None) | Err(_) => {}
    }
    let mut tx = services.db.begin(shop).await?;
    let Some(customer) = queries::sessions::find_session_customer(&mut tx, session, kind).await? else { return Ok(None) };
    if remembered.is_ok()
        && let Ok(json) = serde_json::to_string(&customer)
        && let Err(error) = redis.set_if_absent("session", session, &format!("{kind} {json}"), REMEMBERED).await
    {
        tracing::debug!(%error, "session not remembered");
    }
    Ok(Some(customer))
}
