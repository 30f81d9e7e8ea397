use std::fmt::Display;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisError, Script};

use crate::kernel::ShopId;

/// Redis gave no answer, or a wrong one. Callers go on without it where they can: it holds nothing that is not elsewhere too.
#[derive(Debug, thiserror::Error)]
#[error("redis: {0}")]
pub struct RedisFault(#[from] RedisError);

/// The connection to Redis. Made at the first use and remade by itself after a loss.
#[derive(Clone)]
pub struct Redis {
    manager: ConnectionManager,
    client: Client,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redis")
    }
}

impl Redis {
    /// Prepares a connection that is made when it is first needed. Needs a running tokio.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn connect(url: &str) -> Result<Self, RedisFault> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(500)))
            .set_response_timeout(Some(Duration::from_millis(500)))
            // Callers go on without Redis, so an attempt that fails says so at once; the next use attempts it again.
            .set_number_of_retries(0);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        Ok(Self { manager, client })
    }

    /// The part of Redis that is one shop's.
    #[must_use]
    pub fn shop(&self, shop: ShopId) -> ShopRedis {
        ShopRedis { manager: self.manager.clone(), prefix: prefix(shop) }
    }

    /// The part that is nobody's shop: limits on sign-up and the like.
    #[must_use]
    pub fn platform(&self) -> ShopRedis {
        ShopRedis { manager: self.manager.clone(), prefix: "{platform}:".to_owned() }
    }

    /// Asks Redis for an answer.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn ping(&self) -> Result<(), RedisFault> {
        let mut manager = self.manager.clone();
        redis::cmd("PING").query_async::<String>(&mut manager).await?;
        Ok(())
    }

    /// What Redis does when it is full: `noeviction`, or it would drop what we keep there.
    ///
    /// # Errors
    /// When Redis gives no answer, or does not tell.
    pub async fn eviction_policy(&self) -> Result<String, RedisFault> {
        let mut command = redis::cmd("CONFIG");
        command.arg("GET").arg("maxmemory-policy");
        let (_, policy): (String, String) = command.query_async(&mut self.manager.clone()).await?;
        Ok(policy)
    }

    /// A connection of its own that hears what is said on every shop's event channel, as (shop, message).
    ///
    /// # Errors
    /// When no connection is to be had.
    pub(in crate::platform) async fn hear_events(&self) -> Result<redis::aio::PubSub, RedisFault> {
        let mut pubsub = self.client.get_async_pubsub().await?;
        pubsub.psubscribe(EVENT_PATTERN).await?;
        Ok(pubsub)
    }

    /// The shop an event channel belongs to.
    pub(in crate::platform) fn shop_of_channel(channel: &str) -> Option<ShopId> {
        channel.strip_prefix('{')?.strip_suffix(EVENT_SUFFIX)?.parse().ok()
    }
}

const EVENT_PATTERN: &str = "{*}:events";
const EVENT_SUFFIX: &str = "}:events";

/// The braces are Redis Cluster's hash tag: all keys of a shop lie in one slot.
fn prefix(shop: ShopId) -> String {
    format!("{{{shop}}}:")
}

/// One shop's part of Redis: the one place where keys are built, so no key can lack its shop's prefix.
#[derive(Clone)]
pub struct ShopRedis {
    manager: ConnectionManager,
    prefix: String,
}

impl ShopRedis {
    fn key(&self, kind: &str, id: impl Display) -> String {
        format!("{}{kind}:{id}", self.prefix)
    }

    /// Reads a value.
    ///
    /// # Errors
    /// When Redis gives no answer.
    pub async fn get(&self, kind: &str, id: impl Display) -> Result<Option<String>, RedisFault> {
        Ok(self.manager.clone().get(self.key(kind, id)).await?)
    }

    /// Writes a value that goes away after `ttl`.
    ///
    /// # Errors
    /// When Redis gives no answer.
    pub async fn set(&self, kind: &str, id: impl Display, value: &str, ttl: Duration) -> Result<(), RedisFault> {
        Ok(self.manager.clone().set_ex(self.key(kind, id), value, ttl.as_secs().max(1)).await?)
    }

    /// Writes a value that goes away after `ttl`, unless there is one already.
    ///
    /// # Errors
    /// When Redis gives no answer.
    pub async fn set_if_absent(&self, kind: &str, id: impl Display, value: &str, ttl: Duration) -> Result<(), RedisFault> {
        let mut command = redis::cmd("SET");
        command.arg(self.key(kind, id)).arg(value).arg("EX").arg(ttl.as_secs().max(1)).arg("NX");
        command.query_async::<Option<String>>(&mut self.manager.clone()).await?;
        Ok(())
    }

    /// Removes a value.
    ///
    /// # Errors
    /// When Redis gives no answer.
    pub async fn remove(&self, kind: &str, id: impl Display) -> Result<(), RedisFault> {
        Ok(self.manager.clone().del(self.key(kind, id)).await?)
    }

    /// Runs a script on one key of this shop (and its further keys), loading it if Redis does not know it.
    ///
    /// # Errors
    /// When Redis gives no answer or another kind of answer.
    pub async fn run<T: redis::FromRedisValue>(&self, script: &Script, keys: &[(&str, &str)], args: &[String]) -> Result<T, RedisFault> {
        let mut call = script.prepare_invoke();
        for (kind, id) in keys {
            call.key(self.key(kind, id));
        }
        for arg in args {
            call.arg(arg);
        }
        Ok(call.invoke_async(&mut self.manager.clone()).await?)
    }

    /// Tells every server process that this shop's event log grew.
    ///
    /// # Errors
    /// When Redis gives no answer.
    pub(in crate::platform) async fn announce_events(&self) -> Result<(), RedisFault> {
        let channel = format!("{}events", self.prefix);
        Ok(self.manager.clone().publish(channel, "").await?)
    }
}
