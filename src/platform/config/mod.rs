//! Settings: the one place that reads the environment. All mistakes are reported together, each by its setting's name.
//!
//! A setting comes from the environment, else from the file named by `SHOPHOUSE_CONFIG_FILE` or `--config` (lines `NAME=value`),
//! else from its default. To add one: a field with a doc that names its variable and default, a line in [`Config::read`], its name
//! in [`KNOWN`], a line in `.env.example` (a test holds the last two together).

mod source;

use std::net::SocketAddr;
use std::path::PathBuf;

pub use source::{KNOWN, Source};

use super::Limits;
use super::crypto::MasterKey;
use super::http::HostName;

/// Everything the server can be told.
#[derive(Debug)]
pub struct Config {
    /// Where to listen, and how the outside sees us.
    pub server: ServerConfig,
    /// PostgreSQL and Redis.
    pub stores: StoreConfig,
    /// Keys and limits.
    pub security: SecurityConfig,
    /// `SHOPHOUSE_DEMO`: apply the shops in `tenants/` at start. Default: only with a private database.
    pub demo: bool,
    /// `SHOPHOUSE_LOG`: what to log, as `RUST_LOG`. Default `info,sqlx=warn`.
    pub log: String,
}

/// Where to listen, and how the outside sees us.
#[derive(Debug)]
pub struct ServerConfig {
    /// `SHOPHOUSE_LISTEN`, default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// `SHOPHOUSE_BASE_URL`, default `http://localhost:8080`; without a slash at its end.
    pub base_url: String,
    /// The name in `base_url`.
    pub base_host: HostName,
    /// `SHOPHOUSE_METRICS_LISTEN`, off when not set.
    pub metrics_listen: Option<SocketAddr>,
    /// `SHOPHOUSE_DATA_DIR`, default `data`: private servers, pictures, keys.
    pub data_dir: PathBuf,
}

/// PostgreSQL and Redis.
#[derive(Debug)]
pub struct StoreConfig {
    /// `SHOPHOUSE_DATABASE_URL`: managed PostgreSQL; a private one when not set.
    pub database_url: Option<String>,
    /// `SHOPHOUSE_MIGRATION_DATABASE_URL`: the role that owns the schema. `serve` migrates with it when it is set.
    pub migration_database_url: Option<String>,
    /// `SHOPHOUSE_REDIS_URL`: managed Redis; a private one when not set.
    pub redis_url: Option<String>,
    /// `SHOPHOUSE_DATABASE_CONNECTIONS`, default 16: connections to PostgreSQL a process.
    pub database_connections: u32,
}

/// Keys and limits.
#[derive(Debug)]
pub struct SecurityConfig {
    /// `SHOPHOUSE_MASTER_KEY`: 64 hexadecimal digits; made under the data folder when not set.
    pub master_key: Option<MasterKey>,
    /// `SHOPHOUSE_LIMITS`: `on` (default) or `off`.
    pub limits: Limits,
    /// Memory of Argon2id in KiB: OWASP's 19 MiB. Not a setting; tests take less.
    pub password_memory_kib: u32,
    /// Passes of Argon2id: OWASP's 2. Not a setting; tests take less.
    pub password_passes: u32,
}

impl Config {
    /// Reads all settings.
    ///
    /// # Errors
    /// Every mistake, one a line, each with the setting's name and what it should be.
    pub fn read(source: &Source) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let listen = source.parsed(&mut mistakes, "SHOPHOUSE_LISTEN", "an address and port, e.g. 127.0.0.1:8080");
        let listen = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let base_url = source.get("SHOPHOUSE_BASE_URL").unwrap_or_else(|| "http://localhost:8080".to_owned());
        let base_url = base_url.trim_end_matches('/').to_owned();
        let base_host = base_host(&base_url);
        if base_host.is_none() {
            mistakes.add("SHOPHOUSE_BASE_URL", "must be http:// or https:// and a host, without a path, e.g. http://localhost:8080");
        }
        let metrics_listen = source.parsed(&mut mistakes, "SHOPHOUSE_METRICS_LISTEN", "an address and port, e.g. 127.0.0.1:9090");
        let database_url = source.url(&mut mistakes, "SHOPHOUSE_DATABASE_URL", &["postgres", "postgresql"]);
        let migration_database_url = source.url(&mut mistakes, "SHOPHOUSE_MIGRATION_DATABASE_URL", &["postgres", "postgresql"]);
        let redis_url = source.url(&mut mistakes, "SHOPHOUSE_REDIS_URL", &["redis", "redis+unix", "unix"]);
        let connections = source.parsed(&mut mistakes, "SHOPHOUSE_DATABASE_CONNECTIONS", "a number from 2 to 500").unwrap_or(16_u32);
        if !(2..=500).contains(&connections) {
            mistakes.add("SHOPHOUSE_DATABASE_CONNECTIONS", "must be a number from 2 to 500");
        }
        let security = SecurityConfig {
            master_key: master_key(source, &mut mistakes),
            limits: limits(source, &mut mistakes, listen),
            password_memory_kib: 19 * 1024,
            password_passes: 2,
        };
        let demo = source.flag(&mut mistakes, "SHOPHOUSE_DEMO").unwrap_or(database_url.is_none());
        let log = source.get("SHOPHOUSE_LOG").unwrap_or_else(|| "info,sqlx=warn".to_owned());
        let data_dir = PathBuf::from(source.get("SHOPHOUSE_DATA_DIR").unwrap_or_else(|| "data".to_owned()));
        match base_host {
            Some(base_host) if mistakes.is_empty() => Ok(Self {
                server: ServerConfig { listen, base_url, base_host, metrics_listen, data_dir },
                stores: StoreConfig { database_url, migration_database_url, redis_url, database_connections: connections },
                security,
                demo,
                log,
            }),
            _ => Err(mistakes),
        }
    }
}

fn base_host(base_url: &str) -> Option<HostName> {
    let rest = base_url.strip_prefix("http://").or_else(|| base_url.strip_prefix("https://"))?;
    HostName::parse(rest)
}

fn master_key(source: &Source, mistakes: &mut Mistakes) -> Option<MasterKey> {
    match MasterKey::parse(&source.get("SHOPHOUSE_MASTER_KEY")?) {
        Ok(key) => Some(key),
        Err(why) => {
            mistakes.add("SHOPHOUSE_MASTER_KEY", why);
            None
        }
    }
}

fn limits(source: &Source, mistakes: &mut Mistakes, listen: SocketAddr) -> Limits {
    match source.get("SHOPHOUSE_LIMITS").as_deref() {
        None | Some("on") => Limits::On,
        Some("off") if listen.ip().is_loopback() => Limits::Off,
        Some("off") => {
            mistakes.add("SHOPHOUSE_LIMITS", "may be off only while SHOPHOUSE_LISTEN is a loopback address");
            Limits::On
        }
        Some(_) => {
            mistakes.add("SHOPHOUSE_LIMITS", "must be on or off");
            Limits::On
        }
    }
}

/// All that is wrong with the settings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mistakes(Vec<String>);

impl Mistakes {
    fn add(&mut self, name: &str, what: &str) {
        self.0.push(format!("{name} {what}"));
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the settings cannot be used:")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl std::error::Error for Mistakes {}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(pairs: &[(&str, &str)]) -> Source {
        Source::of(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = Config::read(&source(&[])).unwrap();
        assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.server.base_url, "http://localhost:8080");
        assert!(config.demo);
    }

    #[test]
    fn all_mistakes_are_reported_at_once_by_name() {
        let mistakes = Config::read(&source(&[
            ("SHOPHOUSE_LISTEN", "here"),
            ("SHOPHOUSE_BASE_URL", "localhost"),
            ("SHOPHOUSE_DATABASE_URL", "mysql://x"),
            ("SHOPHOUSE_MASTER_KEY", "short"),
            ("SHOPHOUSE_DEMO", "maybe"),
        ]))
        .unwrap_err();
        let text = mistakes.to_string();
        for name in ["SHOPHOUSE_LISTEN", "SHOPHOUSE_BASE_URL", "SHOPHOUSE_DATABASE_URL", "SHOPHOUSE_MASTER_KEY", "SHOPHOUSE_DEMO"] {
            assert_eq!(text.matches(name).count(), 1, "{name} in {text}");
        }
    }

    #[test]
    fn limits_may_be_off_on_loopback_only() {
        assert!(Config::read(&source(&[("SHOPHOUSE_LIMITS", "off")])).is_ok());
        assert!(Config::read(&source(&[("SHOPHOUSE_LIMITS", "off"), ("SHOPHOUSE_LISTEN", "0.0.0.0:8080")])).is_err());
    }

    #[test]
    fn a_managed_database_starts_empty() {
        assert!(!Config::read(&source(&[("SHOPHOUSE_DATABASE_URL", "postgres://x/y")])).unwrap().demo);
    }
}
