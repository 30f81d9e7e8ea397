//! The way from the sign-up on the base host into the new shop's back office: a cookie of one host does not reach the other, so a
//! ticket in the address does. It is signed, good for a minute, in one shop, once.

use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use redis::Script;
use uuid::Uuid;

use crate::identity::{BrowserCookie, open_browser_session};
use crate::kernel::{ShopId, StaffId};
use crate::platform::Services;
use crate::platform::crypto::random_token;
use crate::platform::http::{FlashKind, FlashTo, Problem};
use crate::platform::pages::{Asked, SeeOther};
use crate::tenancy::Shop;

/// A redirect takes no longer.
const GOOD_FOR: Duration = Duration::from_secs(60);
const KIND: &str = "ticket";

/// Takes the mark of a ticket that was not used yet.
static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new("return redis.call('DEL', KEYS[1])"));

/// Who a ticket lets in.
struct Ticket {
    staff: StaffId,
    /// Names the mark that says it was not used yet.
    mark: String,
    /// Seconds since 1970.
    until: i64,
}

impl Ticket {
    fn message(&self, shop: ShopId) -> String {
        format!("ticket {shop} {} {} {}", self.staff, self.mark, self.until)
    }

    fn write(&self, services: &Services, shop: ShopId) -> String {
        let signature = hex::encode(services.session_key.sign(self.message(shop).as_bytes()));
        format!("{}.{}.{}.{signature}", self.staff, self.mark, self.until)
    }

    fn read(services: &Services, shop: ShopId, text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let staff: Uuid = parts.next()?.parse().ok()?;
        let (mark, until) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
        let signature = hex::decode(parts.next()?).ok()?;
        let ticket = Self { staff: staff.into(), mark, until };
        let good = services.session_key.verifies(ticket.message(shop).as_bytes(), &signature);
        (good && services.clock.now().unix_timestamp() < until).then_some(ticket)
    }
}

/// A ticket for the owner of a shop that was just opened. `None` without Redis: nothing would hold it to a single use.
pub(super) async fn ticket_for(services: &Services, shop: ShopId, staff: StaffId) -> Option<String> {
    let until = services.clock.now().unix_timestamp() + i64::try_from(GOOD_FOR.as_secs()).ok()?;
    let ticket = Ticket { staff, mark: random_token::<16>().ok()?, until };
    match services.redis.shop(shop).set(KIND, &ticket.mark, "", GOOD_FOR).await {
        Ok(()) => Some(ticket.write(services, shop)),
        Err(error) => {
            tracing::warn!(%error, "no ticket without Redis: the owner signs in");
            None
        }
    }
}

/// The door of a shop's back office that tickets open.
pub(in crate::app) fn enter_routes() -> Router<Services> {
    Router::new().route("/admin/enter", get(enter))
}

async fn enter(State(services): State<Services>, method: Method, shop: Shop, asked: Asked) -> Response {
    // Only who goes in uses it up, not who asks about the door.
    let ticket = if method == Method::GET { Ticket::read(&services, shop.id, asked.get("ticket")) } else { None };
    let Some(ticket) = ticket else { return SeeOther::to("/admin").into_response() };
    match open(&services, &shop, &ticket).await {
        Ok(Some(value)) => SeeOther::to("/admin")
            .cookie(BrowserCookie::Staff.set(&services, &value))
            .flash(&services, FlashTo::Staff, FlashKind::Good, "admin.flash.shop_opened")
            .into_response(),
        Ok(None) => SeeOther::to("/admin").into_response(),
        Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => SeeOther::to("/admin/sign-in").into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// A browser's session for the ticket's bearer; `None` for one that was used before.
async fn open(services: &Services, shop: &Shop, ticket: &Ticket) -> Result<Option<String>, Problem> {
    let unused: i64 = services.redis.shop(shop.id).run(&TAKE, &[(KIND, &ticket.mark)], &[]).await?;
    if unused != 1 {
        return Ok(None);
    }
    let mut tx = services.db.begin(shop.id).await?;
    let value = open_browser_session(services, &mut tx, ticket.staff).await?;
    tx.commit().await?;
    Ok(Some(value))
}
