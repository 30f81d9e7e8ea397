use std::sync::LazyLock;
use std::time::Duration;

use axum::http::StatusCode;
use redis::Script;

use super::Problem;
use crate::platform::{Limits, ShopRedis};

/// A limit on how often somebody may do something.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// What is limited; part of the Redis key.
    pub name: &'static str,
    /// How many times in a window.
    pub quota: u32,
    /// The window.
    pub window: Duration,
}

/// Counts attempts over all server processes, in Redis. Without Redis there is no limit: a shop goes on selling.
#[derive(Debug)]
pub struct RateLimit;

/// Counts one attempt; answers (attempts in this window, seconds until it ends).
static COUNT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local n = redis.call('INCR', KEYS[1])
         if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
         return {n, redis.call('TTL', KEYS[1])}",
    )
});

impl RateLimit {
    /// Counts an attempt of `who`.
    ///
    /// # Errors
    /// 429 when there were too many in this window.
    pub async fn count(limits: Limits, redis: &ShopRedis, limit: Limit, who: &str) -> Result<(), Problem> {
        if limits == Limits::Off {
            return Ok(());
        }
        let id = format!("{}:{who}", limit.name);
        match redis.run::<(u32, i64)>(&COUNT, &[("limit", &id)], &[limit.window.as_secs().to_string()]).await {
            Ok((attempts, left)) if attempts > limit.quota => {
                let seconds = u32::try_from(left.max(1)).unwrap_or(1);
                Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").with("seconds", seconds).retry_after(seconds))
            }
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, limit = limit.name, "limit not counted");
                Ok(())
            }
        }
    }
}
