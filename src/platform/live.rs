//! Wake-ups for those who follow a shop's event log, over Redis so that every server process hears them.
//!
//! A wake-up is a hint and carries nothing: the follower reads the log from its own cursor. A hint that is lost costs the time of
//! one slow poll, never an event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;

use super::Redis;
use crate::kernel::ShopId;

/// How long a follower waits at most before it looks into the log by itself.
pub const SLOW_POLL: Duration = Duration::from_secs(5);

/// Who waits for which shop.
#[derive(Debug, Clone)]
pub struct Live {
    bells: Arc<Mutex<HashMap<ShopId, watch::Sender<()>>>>,
    redis: Redis,
}

/// One follower of a shop's log. It hears of every change since it last asked, so that a change while it was reading is not missed.
#[derive(Debug)]
pub struct Follower {
    heard: watch::Receiver<()>,
}

impl Follower {
    /// Waits until the shop's log may have grown, at most [`SLOW_POLL`].
    pub async fn changed(&mut self) {
        // A time-out is the slow poll: it means "look", as a wake-up does. A bell that is gone leaves the slow poll alone.
        if let Ok(Err(_)) = tokio::time::timeout(SLOW_POLL, self.heard.changed()).await {
            tokio::time::sleep(SLOW_POLL).await;
        }
    }
}

impl Live {
    /// A switchboard over this Redis.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self { bells: Arc::default(), redis }
    }

    /// Begins to follow a shop's log. Read the log after this, then wait for [`Follower::changed`].
    #[must_use]
    pub fn follow(&self, shop: ShopId) -> Follower {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if bells.len() > 10_000 {
            bells.retain(|_, bell| bell.receiver_count() > 0);
        }
        Follower { heard: bells.entry(shop).or_default().subscribe() }
    }

    fn ring(&self, shop: ShopId) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(&shop) {
            bell.send_replace(());
        }
    }

    /// Wakes the followers here at once, those in other processes through Redis.
    pub(in crate::platform) fn wake(&self, shop: ShopId) {
        self.ring(shop);
        let redis = self.redis.shop(shop);
        #[expect(clippy::disallowed_methods, reason = "a hint after the commit: the answer to the shopper does not wait for it")]
        tokio::spawn(async move {
            if let Err(error) = redis.announce_events().await {
                tracing::debug!(%error, "wake-up not announced");
            }
        });
    }

    /// Hears other processes' wake-ups until the task is dropped; reconnects by itself.
    pub async fn listen(&self) {
        loop {
            match self.redis.hear_events().await {
                Ok(mut pubsub) => {
                    let mut messages = pubsub.on_message();
                    while let Some(message) = messages.next().await {
                        if let Some(shop) = Redis::shop_of_channel(message.get_channel_name()) {
                            self.ring(shop);
                        }
                    }
                    tracing::warn!("lost Redis: live updates fall back to the slow poll");
                }
                Err(error) => tracing::debug!(%error, "cannot hear wake-ups"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
