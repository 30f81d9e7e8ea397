//! Wake-ups for those who follow a shop's event log, over Redis so that every server process hears them.
//!
//! A wake-up is a hint and carries nothing: the follower reads the log from its own cursor. A hint that is lost costs the time of
//! one slow poll, never an event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::Notify;

use super::Redis;
use crate::kernel::ShopId;

/// How long a follower waits at most before it looks into the log by itself.
pub const SLOW_POLL: Duration = Duration::from_secs(5);

/// Who waits for which shop.
#[derive(Debug, Clone)]
pub struct Live {
    waiting: Arc<Mutex<HashMap<ShopId, Arc<Notify>>>>,
    redis: Redis,
}

impl Live {
    /// A switchboard over this Redis.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self { waiting: Arc::default(), redis }
    }

    /// Waits until the shop's log may have grown, at most [`SLOW_POLL`].
    pub async fn changed(&self, shop: ShopId) {
        let notify = self.bell(shop);
        // A time-out is the slow poll: it means "look", as a wake-up does.
        drop(tokio::time::timeout(SLOW_POLL, notify.notified()).await);
    }

    fn bell(&self, shop: ShopId) -> Arc<Notify> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() > 10_000 {
            waiting.retain(|_, bell| Arc::strong_count(bell) > 1);
        }
        waiting.entry(shop).or_default().clone()
    }

    fn ring(&self, shop: ShopId) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = waiting.get(&shop) {
            bell.notify_waiters();
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
