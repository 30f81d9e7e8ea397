use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::enrich::read_events;
use super::feed::Feed;
use crate::identity::Staff;
use crate::identity::permissions::{EventsRead, Permission};
use crate::kernel::{Check, Flaw, Invalid};
use crate::platform::Services;
use crate::platform::events::Event;
use crate::platform::http::{Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

/// Routes of the admin API.
pub fn admin_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list_events)).routes(routes!(stream_events))
}

/// Events of one answer at most.
const MOST: i64 = 500;
/// How often an idle stream says that it is there, so that nobody in between closes it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Which events are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Those with a higher number than this; 0, the default, begins with the first.
    after: Option<i64>,
    /// At most so many, 1 to 500; 100 when not given.
    limit: Option<i64>,
}

/// A stretch of the event log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventList {
    /// The events, in order.
    data: Vec<Event>,
    /// What to give as `after` for the next stretch.
    cursor: i64,
}

/// The shop's numbered event log after a cursor.
#[utoipa::path(get, path = "/events", tag = "events", params(EventQuery), responses((status = 200, body = EventList)),
    security(("staff" = [])), extensions(("x-permission" = json!("events.read"))))]
async fn list_events(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<EventsRead>,
    QueryParams(query): QueryParams<EventQuery>,
) -> Result<Tagged<EventList>, Problem> {
    let (after, limit) = (query.after.unwrap_or(0), query.limit.unwrap_or(100));
    let mut check = Check::default();
    if after < 0 {
        check.flaw("/after", Flaw::new("too_small").with("min", 0));
    }
    if limit < 1 {
        check.flaw("/limit", Flaw::new("too_small").with("min", 1));
    }
    if limit > MOST {
        check.flaw("/limit", Flaw::new("too_large").with("max", MOST));
    }
    check.finish()?;
    let mut tx = services.db.begin(shop.id).await?;
    let data = read_events(&mut tx, after, limit, staff.may(Permission::OrdersRead)).await?;
    let cursor = data.last().map_or(after, |event| event.seq);
    Ok(Tagged(EventList { data, cursor }))
}

/// Where a stream begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// After the event with this number; at the newest when not given. `Last-Event-ID`, which a browser sends when it comes back,
    /// goes before it.
    after: Option<i64>,
}

/// The shop's events as they happen (Server-Sent Events): `id` is the number, `event` the kind, `data` the event.
#[utoipa::path(get, path = "/events/stream", tag = "events",
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "Resume after the event with this number")),
    responses((status = 200, content_type = "text/event-stream", body = String)),
    security(("staff" = [])), extensions(("x-permission" = json!("events.read"))))]
async fn stream_events(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<EventsRead>,
    QueryParams(query): QueryParams<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cursor = last_event_id(&headers)?.or(query.after);
    if cursor.is_some_and(|cursor| cursor < 0) {
        return Err(Invalid::at("/after", Flaw::new("too_small").with("min", 0)).into());
    }
    let feed = Feed::open(services, shop.id, staff.who.clone(), cursor).await?;
    Ok(Sse::new(feed.stream()).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Invalid> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| Invalid::at("/last-event-id", Flaw::new("malformed")))
}
