use std::sync::Arc;

use super::crypto::Key;
use super::http::HostName;
use super::live::Live;
use super::media::Media;
use super::templates::Templates;
use super::{Db, Passwords, Redis, Shutdown, WriteBehind};
use crate::kernel::Clock;

/// Whether limits on attempts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// As a public server needs it.
    On,
    /// Lifted for load tests; refused unless the server listens on loopback.
    Off,
}

/// What a handler may need, cheap to clone. Built once, by `app`.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// Redis.
    pub redis: Redis,
    /// Wake-ups of the event log.
    pub live: Live,
    /// What time it is.
    pub clock: Clock,
    /// Password hashes.
    pub passwords: Passwords,
    /// Signs access tokens.
    pub access_key: Key,
    /// Authenticates refresh tokens and browser sessions.
    pub session_key: Key,
    /// Pages, mails and their files.
    pub templates: Arc<Templates>,
    /// Pictures.
    pub media: Media,
    /// What was written to Redis and waits for its copy in the database.
    pub behind: WriteBehind,
    /// Says when the server goes down; what runs for long ends then.
    pub shutdown: Shutdown,
    /// Whether limits are kept.
    pub limits: Limits,
    /// The base host as browsers see it, without a slash at its end: `http://localhost:8080`.
    pub base_url: Arc<str>,
    /// The name in `base_url`.
    pub base_host: HostName,
}

impl Services {
    /// A shop's address as browsers see it: `http://demo.localhost:8080`.
    #[must_use]
    pub fn shop_url(&self, handle: &str) -> String {
        match self.base_url.split_once("://") {
            Some((scheme, rest)) => format!("{scheme}://{handle}.{rest}"),
            None => format!("http://{handle}.{}", self.base_url),
        }
    }

    /// Whether cookies can be kept to encrypted connections.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}
