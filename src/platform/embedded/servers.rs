//! Both servers together, and the order in which processes that share them come and go.

use std::{fs::File, path::Path};

use super::{
    error::EmbeddedError,
    folder::DataFolder,
    postgres::Postgres,
    redis::Redis,
    watchdog::{Watchdog, Watched},
};

/// Which private servers are needed: those for which no URL is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// A private PostgreSQL.
    pub postgres: bool,
    /// A private Redis.
    pub redis: bool,
}

/// Whether the servers' data outlives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What PostgreSQL answered is on the disk; Redis writes once a second.
    Production,
    /// Nothing is kept: faster, and servers and files are gone with the process that started them, even after a `kill -9`. Needs a
    /// data folder of its own, used by one process.
    Test,
}

/// Private servers that answer, in use by this process. End the use with [`stop`](Self::stop); dropping it leaves the servers
/// running for the next start to take over.
#[derive(Debug)]
pub struct PrivateServers {
    data: DataFolder,
    postgres: Option<Postgres>,
    redis: Option<Redis>,
    /// A shared lock: as long as any process holds it, the servers stay.
    in_use: File,
    watchdog: Option<Watchdog>,
}

impl PrivateServers {
    /// Starts what is wanted under the data folder `dir`, which is made if need be, and waits until it answers. Servers that live
    /// there already, in use by another process or left by a killed one, are used as they are, whatever `mode` says.
    ///
    /// # Errors
    /// When programs are missing, the folder cannot be used, or a server does not become ready; the message says what to do.
    pub async fn start(dir: &Path, want: Want, mode: Durability) -> Result<Self, EmbeddedError> {
        let data = DataFolder::open(dir)?;
        let turn = data.take_turn().await?;
        if mode == Durability::Test {
            data.claim_for_tests()?;
        }
        let in_use = data.enter()?;
        let mut servers = Self { data, postgres: None, redis: None, in_use, watchdog: None };
        let started = servers.start_wanted(want, mode).await;
        drop(turn);
        match started {
            Ok(()) => Ok(servers),
            Err(problem) => {
                // What did start must not stay behind; why the other did not is the news.
                if let Err(second) = servers.stop().await {
                    tracing::warn!("could not stop the private servers again: {second}");
                }
                Err(problem)
            }
        }
    }

    /// Uses the servers that another process runs, or left running, under the data folder `dir`; `None` when none answers.
    ///
    /// # Errors
    /// When the folder's locks or the running server's programs cannot be used.
    pub async fn join(dir: &Path) -> Result<Option<Self>, EmbeddedError> {
        let Some(data) = DataFolder::find(dir) else { return Ok(None) };
        let turn = data.take_turn().await?;
        let postgres = Postgres::find(&data).await?;
        let redis = Redis::find(&data).await;
        if postgres.is_none() && redis.is_none() {
            return Ok(None);
        }
        let in_use = data.enter()?;
        drop(turn);
        Ok(Some(Self { data, postgres, redis, in_use, watchdog: None }))
    }

    /// URL of the database `shophouse` for the role that owns its tables: for migrations only.
    #[must_use]
    pub fn owner_url(&self) -> Option<String> {
        self.postgres.as_ref().map(Postgres::owner_url)
    }

    /// URL of the database `shophouse` for the role that owns nothing, as which everything else runs.
    #[must_use]
    pub fn app_url(&self) -> Option<String> {
        self.postgres.as_ref().map(Postgres::app_url)
    }

    /// URL of the database `postgres` for the superuser: for the tests, which make databases. Row-level security does not hold it.
    #[must_use]
    pub fn superuser_url(&self) -> Option<String> {
        self.postgres.as_ref().map(Postgres::superuser_url)
    }

    /// URL of Redis.
    #[must_use]
    pub fn redis_url(&self) -> Option<String> {
        self.redis.as_ref().map(Redis::url)
    }

    /// Ends this process's use. The servers are stopped in order when no other process uses them; else the last one stops them.
    /// Close pools and connections before.
    ///
    /// # Errors
    /// When a server does not stop; the other one is stopped all the same.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        let Self { data, postgres, redis, in_use, watchdog } = self;
        let turn = data.take_turn().await?;
        drop(in_use);
        if !data.is_empty()? {
            tracing::info!("leaving the private servers to another process that uses them");
            return Ok(());
        }
        let (first, second) = tokio::join!(stop_redis(redis, &data), stop_postgres(postgres, &data));
        if let Some(watchdog) = watchdog {
            watchdog.release().await?;
        }
        drop(turn);
        first.and(second)
    }

    async fn start_wanted(&mut self, want: Want, mode: Durability) -> Result<(), EmbeddedError> {
        if want.postgres {
            self.postgres = Some(Postgres::start(&self.data, mode).await?);
        }
        if want.redis {
            self.redis = Some(Redis::start(&self.data, mode).await?);
        }
        if mode == Durability::Test {
            let postgres = self.postgres.iter().map(Postgres::watched);
            let redis = self.redis.iter().map(Redis::watched);
            let watched: Vec<Watched> = postgres.chain(redis).collect();
            self.watchdog = Some(Watchdog::start(&self.data, &watched)?);
        }
        Ok(())
    }
}

/// The last one out also stops a server that only others used.
async fn stop_redis(ours: Option<Redis>, data: &DataFolder) -> Result<(), EmbeddedError> {
    let server = match ours {
        Some(ours) => Some(ours),
        None => Redis::find(data).await,
    };
    match server {
        Some(server) => server.stop().await,
        None => Ok(()),
    }
}

/// As [`stop_redis`].
async fn stop_postgres(ours: Option<Postgres>, data: &DataFolder) -> Result<(), EmbeddedError> {
    let server = match ours {
        Some(ours) => Some(ours),
        None => Postgres::find(data).await?,
    };
    match server {
        Some(server) => server.stop().await,
        None => Ok(()),
    }
}
