use std::path::Path;

use crate::platform::config::Config;
use crate::platform::embedded::{Durability, PrivateServers, Want};

/// PostgreSQL and Redis: the managed ones named by the settings, private ones under the data folder for those that are not.
#[derive(Debug)]
pub struct Backing {
    /// The database, as the role that serves.
    pub database_url: String,
    /// The database, as the role that owns the schema; `None` when this process may not migrate.
    pub owner_url: Option<String>,
    /// Redis.
    pub redis_url: String,
    private: Option<PrivateServers>,
}

impl Backing {
    /// Starts (or joins) what is private and gives the addresses of all.
    ///
    /// # Errors
    /// When a private server cannot be started; the message says what is missing.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let want = Want { postgres: config.stores.database_url.is_none(), redis: config.stores.redis_url.is_none() };
        let private = if want.postgres || want.redis {
            std::fs::create_dir_all(&config.server.data_dir)?;
            Some(PrivateServers::start(&config.server.data_dir, want, Durability::Production).await?)
        } else {
            None
        };
        let of_private = |url: fn(&PrivateServers) -> Option<String>| private.as_ref().and_then(url);
        let database_url = config.stores.database_url.clone().or_else(|| of_private(PrivateServers::app_url));
        let owner_url = config.stores.migration_database_url.clone().or_else(|| of_private(PrivateServers::owner_url));
        let redis_url = config.stores.redis_url.clone().or_else(|| of_private(PrivateServers::redis_url));
        match (database_url, redis_url) {
            (Some(database_url), Some(redis_url)) => Ok(Self { database_url, owner_url, redis_url, private }),
            _ => anyhow::bail!("no database or no Redis to work with under {}", shown(&config.server.data_dir)),
        }
    }

    /// Ends this process's use of the private servers.
    ///
    /// # Errors
    /// When one of them does not stop.
    pub async fn stop(self) -> anyhow::Result<()> {
        if let Some(private) = self.private {
            private.stop().await?;
        }
        Ok(())
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
