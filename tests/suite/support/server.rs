use std::path::PathBuf;

use shophouse::app::{App, Backing, serve};
use shophouse::kernel::Clock;
use shophouse::platform::config::{Config, Source};
use shophouse::platform::embedded::{Durability, PrivateServers, Want};
use shophouse::platform::{Services, migrate, telemetry};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, oneshot};
use tokio::task::JoinHandle;

/// Both servers of a test process share it, so that a token of one is good at the other.
const MASTER_KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// Where a server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) port: u16,
}

impl Place {
    /// The base host with its port, as a `Host` header has it.
    pub(crate) fn base_host(self) -> String {
        format!("localhost:{}", self.port)
    }

    /// A shop's host with its port.
    pub(crate) fn shop_host(self, handle: &str) -> String {
        format!("{handle}.localhost:{}", self.port)
    }
}

/// The server that all tests of the process share.
pub(crate) struct Server {
    pub(crate) place: Place,
    pub(crate) services: Services,
    pub(crate) stores: Stores,
    runtime: Handle,
}

/// Where PostgreSQL and Redis are.
#[derive(Debug, Clone)]
pub(crate) struct Stores {
    pub(crate) superuser_url: String,
    pub(crate) owner_url: String,
    pub(crate) app_url: String,
    pub(crate) redis_url: String,
    /// The data folder of the servers.
    pub(crate) folder: PathBuf,
}

/// Beginning of the names of the folders of this and earlier runs.
const FOLDERS: &str = "shophouse-suite-";

static SERVER: OnceCell<Server> = OnceCell::const_new();

/// The server of this process, started at the first call.
pub(crate) async fn server() -> &'static Server {
    SERVER
        .get_or_init(|| async {
            let (ready, started) = oneshot::channel();
            std::thread::Builder::new().name("server".to_owned()).spawn(|| run(ready)).unwrap();
            started.await.expect("the server starts; its own message is above")
        })
        .await
}

/// Runs for as long as the process: private servers for tests go with the process that started them, and their files too.
fn run(ready: oneshot::Sender<Server>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        // What the server holds for an error is one in a test too; it is printed whether or not the test fails.
        telemetry::start_logs("off,shophouse=error").unwrap();
        let folder = std::env::temp_dir().join(format!("{FOLDERS}{}", std::process::id()));
        sweep();
        let both = Want { postgres: true, redis: true };
        let private = PrivateServers::start(&folder, both, Durability::Test).await.unwrap();
        let superuser_url = private.superuser_url().unwrap();
        let stores = Stores {
            // The one the servers give is for making databases; ours is the one the app has.
            superuser_url: format!("{}/shophouse", superuser_url.strip_suffix("/postgres").unwrap()),
            owner_url: private.owner_url().unwrap(),
            app_url: private.app_url().unwrap(),
            redis_url: private.redis_url().unwrap(),
            // Inside, so that it goes when the servers go.
            folder: folder.join("shophouse"),
        };
        migrate(&stores.owner_url).await.unwrap();
        let (listener, config) = listen(&stores).await;
        let mut app = build(&config, Clock::system()).await;
        app.start();
        let place = Place { port: config.server.listen.port() };
        let server = Server { place, services: app.services.clone(), stores, runtime: Handle::current() };
        if ready.send(server).is_ok() {
            serve(&app, listener, std::future::pending()).await.unwrap();
        }
    });
}

/// Removes what earlier runs left: pictures, say, which the servers' own clean-up does not know of.
fn sweep() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let alive = |pid: &str| std::path::Path::new("/proc").join(pid).exists() || !std::path::Path::new("/proc/self").exists();
        if name.strip_prefix(FOLDERS).is_some_and(|pid| !alive(pid)) {
            // Another run may be sweeping too.
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

/// A socket, and the settings of a server on it.
async fn listen(stores: &Stores) -> (TcpListener, Config) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let settings = [
        ("SHOPHOUSE_LISTEN", format!("127.0.0.1:{port}")),
        ("SHOPHOUSE_BASE_URL", format!("http://localhost:{port}")),
        ("SHOPHOUSE_DATA_DIR", stores.folder.display().to_string()),
        ("SHOPHOUSE_DATABASE_URL", stores.app_url.clone()),
        ("SHOPHOUSE_MIGRATION_DATABASE_URL", stores.owner_url.clone()),
        ("SHOPHOUSE_REDIS_URL", stores.redis_url.clone()),
        ("SHOPHOUSE_MASTER_KEY", MASTER_KEY.to_owned()),
        ("SHOPHOUSE_LIMITS", "off".to_owned()),
        ("SHOPHOUSE_DEMO", "0".to_owned()),
    ];
    let source = Source::of(settings.map(|(name, value)| (name.to_owned(), value)));
    let mut config = Config::read(&source).unwrap();
    config.security.password_memory_kib = 8;
    config.security.password_passes = 1;
    (listener, config)
}

async fn build(config: &Config, clock: Clock) -> App {
    let backing = Backing::start(config).await.unwrap();
    let app = App::build(config, &backing, clock).unwrap();
    app.services.db.check_role().await.unwrap();
    app
}

/// Runs a future on the shared server's runtime: the connections of its pool live there, and one made on a test's own runtime would
/// end with the test.
pub(crate) async fn on_server<T, F>(work: impl FnOnce(Services) -> F) -> T
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let server = server().await;
    server.runtime.spawn(work(server.services.clone())).await.unwrap()
}

/// A server of the test's own beside the shared one, on the same database and (unless told otherwise) the same Redis. Ends with the
/// test's runtime, or by [`stop`](Self::stop).
pub(crate) struct OwnServer {
    pub(crate) place: Place,
    pub(crate) services: Services,
    /// Its clock, to be moved.
    pub(crate) clock: Clock,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl OwnServer {
    /// Starts one with the settings of the shared one.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts one that finds no Redis.
    pub(crate) async fn without_redis() -> Self {
        // Port 1 is nobody's, and refuses at once.
        Self::with(|config| config.stores.redis_url = Some("redis://127.0.0.1:1".to_owned())).await
    }

    /// Starts one with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let (listener, mut config) = listen(&server().await.stores).await;
        change(&mut config);
        let clock = Clock::system();
        let mut app = build(&config, clock.clone()).await;
        app.start();
        let (stop, stopped) = oneshot::channel::<()>();
        let services = app.services.clone();
        let serving = tokio::spawn(async move {
            let end = async {
                // Dropped without a word: the test is over.
                stopped.await.ok();
            };
            serve(&app, listener, end).await.unwrap();
            app.stop().await;
        });
        Self { place: Place { port: config.server.listen.port() }, services, clock, stop: Some(stop), serving }
    }

    /// Stops it as a signal would: what it accepted is finished.
    pub(crate) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        (&mut self.serving).await.unwrap();
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
