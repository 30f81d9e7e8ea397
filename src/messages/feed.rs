use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse;
use futures_util::{Stream, stream};
use time::OffsetDateTime;

use super::enrich::read_events;
use crate::identity::{Permission, SignedInStaff, still_signed_in};
use crate::kernel::ShopId;
use crate::platform::events::{self, Event};
use crate::platform::live::Follower;
use crate::platform::{DbError, Services};

/// Events read at a time.
const BATCH: i64 = 100;
/// How often it is asked whether the follower still may follow.
const CHECK_EVERY: time::Duration = time::Duration::seconds(20);
/// How long a wake-up waits for company: a rush of orders is read a few times a second, not once an order.
const GATHER: Duration = Duration::from_millis(100);

/// One follower of a shop's log. Holds no connection to the database while it waits.
pub(super) struct Feed {
    services: Services,
    shop: ShopId,
    who: SignedInStaff,
    cursor: i64,
    follower: Follower,
    ready: VecDeque<Event>,
    checked: OffsetDateTime,
}

/// What reading the log came to.
enum Read {
    /// What there is, is in `ready`.
    Done,
    /// The follower was signed out, or lost the permission.
    Over,
}

impl Feed {
    /// Begins after a cursor; without one, at the newest event.
    pub(super) async fn open(services: Services, shop: ShopId, who: SignedInStaff, cursor: Option<i64>) -> Result<Self, DbError> {
        // Followed before it is read: what is appended in between is heard.
        let follower = services.live.follow(shop);
        let cursor = match cursor {
            Some(cursor) => cursor,
            None => events::newest(&mut services.db.begin(shop).await?).await?,
        };
        let checked = services.clock.now();
        Ok(Self { services, shop, who, cursor, follower, ready: VecDeque::new(), checked })
    }

    /// The events as they happen, until the right to see them ends or the server goes down.
    pub(super) fn stream(self) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        // The first word opens the stream at once, and says how soon to come back when it breaks.
        let hello = sse::Event::default().comment("open").retry(Duration::from_secs(2));
        let events = stream::unfold(self, |mut feed| async move {
            let event = feed.next().await?;
            Some((Ok(written(&event)), feed))
        });
        futures_util::StreamExt::chain(stream::iter([Ok(hello)]), events)
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.cursor = event.seq;
                return Some(event);
            }
            match self.read().await {
                Ok(Read::Over) => return None,
                Ok(Read::Done) if !self.ready.is_empty() => continue,
                Ok(Read::Done) => {}
                Err(error) => tracing::debug!(%error, "the event log cannot be read now; the feed waits"),
            }
            tokio::select! {
                () = self.follower.changed() => tokio::time::sleep(GATHER).await,
                () = self.services.shutdown.begun() => return None,
            }
        }
    }

    async fn read(&mut self) -> Result<Read, DbError> {
        let mut tx = self.services.db.begin(self.shop).await?;
        // Either way: a clock that was set back must not put the question off.
        if (tx.now() - self.checked).abs() >= CHECK_EVERY {
            match still_signed_in(&mut tx, &self.who).await?.filter(|who| who.may(Permission::EventsRead)) {
                Some(who) => (self.who, self.checked) = (who, tx.now()),
                None => return Ok(Read::Over),
            }
        }
        self.ready = read_events(&mut tx, self.cursor, BATCH, self.who.may(Permission::OrdersRead)).await?.into();
        Ok(Read::Done)
    }
}

fn written(event: &Event) -> sse::Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    sse::Event::default().id(event.seq.to_string()).event(&event.kind).data(data)
}
