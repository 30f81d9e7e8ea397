use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::task::JoinHandle;

use super::{Backing, router};
use crate::kernel::Clock;
use crate::ordering::CartCopier;
use crate::platform::config::Config;
use crate::platform::crypto::{MasterKey, random_bytes};
use crate::platform::live::Live;
use crate::platform::media::Media;
use crate::platform::templates::Templates;
use crate::platform::{Db, Passwords, Redis, Services, Shutdown, WriteBehind};

/// A server ready to take requests: services, routes and the work behind them.
pub struct App {
    /// What the slices stand on.
    pub services: Services,
    router: Router,
    background: Vec<JoinHandle<()>>,
    carts: Option<CartCopier>,
}

impl App {
    /// Builds the services from the settings. Connects to nothing yet.
    ///
    /// # Errors
    /// When the key file cannot be read or written, or a template is broken.
    pub fn build(config: &Config, backing: &Backing, clock: Clock) -> anyhow::Result<Self> {
        let passwords = Passwords::new(config.security.password_memory_kib, config.security.password_passes)?;
        let redis = Redis::connect(&backing.redis_url).context("SHOPHOUSE_REDIS_URL")?;
        let live = Live::new(redis.clone());
        let db = Db::connect(&backing.database_url, config.stores.database_connections, clock.clone(), live.clone())
            .context("SHOPHOUSE_DATABASE_URL")?;
        let made;
        let master = if let Some(key) = &config.security.master_key {
            key
        } else {
            made = master_key(&config.server.data_dir)?;
            &made
        };
        let services = Services {
            db,
            redis,
            live,
            clock,
            passwords,
            access_key: master.derive("access tokens 1"),
            session_key: master.derive("session tokens 1"),
            templates: Arc::new(Templates::load()?),
            media: Media::new(&config.server.data_dir),
            behind: WriteBehind::default(),
            shutdown: Shutdown::default(),
            limits: config.security.limits,
            base_url: config.server.base_url.as_str().into(),
            base_host: config.server.base_host.clone(),
        };
        let router = router::street(services.clone());
        Ok(Self { services, router, background: Vec::new(), carts: None })
    }

    /// Starts the work behind the requests: live updates heard from other processes, copies of carts.
    pub fn start(&mut self) {
        let live = self.services.live.clone();
        #[expect(clippy::disallowed_methods, reason = "background work starts here and ends with `stop`")]
        self.background.push(tokio::spawn(async move { live.listen().await }));
        self.carts = Some(CartCopier::spawn(self.services.clone()));
    }

    /// All routes, under all hosts.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Ends the background work, writes what waits for it, and closes the database.
    pub async fn stop(self) {
        for task in &self.background {
            task.abort();
        }
        if let Some(carts) = &self.carts {
            carts.flush().await;
        }
        if tokio::time::timeout(Duration::from_secs(5), self.services.db.close()).await.is_err() {
            tracing::warn!("the database pool took more than 5 s to close");
        }
    }
}

/// The key of an installation without `SHOPHOUSE_MASTER_KEY`: made once, kept under the data folder, readable by nobody else.
fn master_key(data_dir: &Path) -> anyhow::Result<MasterKey> {
    let path = data_dir.join("master.key");
    let shown = path.display();
    std::fs::create_dir_all(data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
    let mut options = std::fs::OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            let text = hex::encode(random_bytes::<32>()?);
            std::io::Write::write_all(&mut file, text.as_bytes()).with_context(|| format!("cannot write {shown}"))?;
            file.sync_all()?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot write {shown}")),
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {shown}"))?;
    MasterKey::parse(&text).map_err(|why| anyhow::anyhow!("{shown} {why}"))
}
