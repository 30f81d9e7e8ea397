use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
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

tokio::task_local! {
    /// What the limits of the request under way have left; told in the answer's headers.
    static LEFT: Arc<Mutex<Vec<Left>>>;
}

#[derive(Debug, Clone)]
struct Left {
    limit: Limit,
    attempts: u32,
    seconds: i64,
}

/// Runs a request and tells in its answer what its limits have left (`RateLimit` and `RateLimit-Policy`, as the IETF's draft
/// `draft-ietf-httpapi-ratelimit-headers` writes them).
pub(super) async fn tell_limits(answer: impl Future<Output = axum::response::Response>) -> axum::response::Response {
    let left = Arc::new(Mutex::new(Vec::new()));
    let mut response = LEFT.scope(Arc::clone(&left), answer).await;
    let left = left.lock().unwrap_or_else(PoisonError::into_inner);
    for one in left.iter() {
        one.tell(response.headers_mut());
    }
    response
}

/// Takes the request's limits along to a task of its own.
pub(super) async fn with_same_limits<T>(work: impl Future<Output = T>, limits: SameLimits) -> T {
    match limits.0 {
        Some(left) => LEFT.scope(left, work).await,
        None => work.await,
    }
}

/// The limits of the request under way.
pub(super) struct SameLimits(Option<Arc<Mutex<Vec<Left>>>>);

impl SameLimits {
    pub(super) fn of_this_request() -> Self {
        Self(LEFT.try_with(Arc::clone).ok())
    }
}

impl Left {
    fn tell(&self, headers: &mut HeaderMap) {
        let Limit { name, quota, window } = self.limit;
        let remaining = quota.saturating_sub(self.attempts);
        let policy = format!("\"{name}\";q={quota};w={}", window.as_secs());
        let state = format!("\"{name}\";r={remaining};t={}", self.seconds.max(0));
        for (header, text) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.append(header, value);
            }
        }
    }
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
        let counted = redis.run::<(u32, i64)>(&COUNT, &[("limit", &id)], &[limit.window.as_secs().to_string()]).await;
        if let Ok((attempts, seconds)) = counted {
            note(Left { limit, attempts, seconds });
        }
        match counted {
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

fn note(left: Left) {
    let noted = LEFT.try_with(|all| all.lock().unwrap_or_else(PoisonError::into_inner).push(left));
    if noted.is_err() {
        tracing::debug!("an attempt was counted outside a request");
    }
}
