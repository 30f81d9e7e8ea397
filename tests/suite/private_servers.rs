//! Private servers start, keep their data, and survive each way a process can end.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use shophouse::platform::embedded::{Durability, EmbeddedError, PrivateServers, Want};
use sqlx::{Connection, PgConnection};

const BOTH: Want = Want { postgres: true, redis: true };

/// A new data folder that is removed at the end, whatever was left running in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self::named("data")
    }

    fn named(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let above = std::env::temp_dir().join(format!("private-servers-{}-{number}", std::process::id()));
        fs::create_dir_all(&above).unwrap();
        Self(above.join(name))
    }

    fn pid(&self, file: &str) -> Option<u32> {
        fs::read_to_string(self.0.join(file)).ok()?.lines().next()?.trim().parse().ok()
    }

    fn postgres_pid(&self) -> Option<u32> {
        self.pid("postgres/data/postmaster.pid")
    }

    fn redis_pid(&self) -> Option<u32> {
        self.pid("redis/redis.pid")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for pid in [self.postgres_pid(), self.redis_pid()].into_iter().flatten() {
            if pid != std::process::id() {
                kill(pid);
            }
        }
        fs::remove_dir_all(self.0.parent().unwrap()).ok();
    }
}

fn kill(pid: u32) {
    Command::new("sh").args(["-c", "kill -9 \"$1\"", "sh", &pid.to_string()]).status().unwrap();
}

fn lives(pid: u32) -> bool {
    // A zombie waits to be collected; it is not alive.
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn start(folder: &Folder) -> PrivateServers {
    PrivateServers::start(&folder.0, BOTH, Durability::Production).await.unwrap()
}

async fn postgres(url: Option<String>) -> PgConnection {
    PgConnection::connect(&url.unwrap()).await.unwrap()
}

async fn answer(connection: &mut PgConnection, question: &'static str) -> String {
    sqlx::query_scalar(question).fetch_one(connection).await.unwrap()
}

async fn redis<T: redis::FromRedisValue>(servers: &PrivateServers, words: &[&str]) -> T {
    let client = redis::Client::open(servers.redis_url().unwrap()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.query_async(&mut connection).await.unwrap()
}

/// Leaves something to find again in both servers.
async fn remember(servers: &PrivateServers) {
    let mut owner = postgres(servers.owner_url()).await;
    sqlx::raw_sql("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('lụa')").execute(&mut owner).await.unwrap();
    redis::<()>(servers, &["SET", "kept", "mây"]).await;
}

async fn assert_remembered(servers: &PrivateServers) {
    let mut owner = postgres(servers.owner_url()).await;
    assert_eq!(answer(&mut owner, "SELECT word FROM kept").await, "lụa");
    assert_eq!(redis::<String>(servers, &["GET", "kept"]).await, "mây");
}

/// Runs [`keeper_process`] in a process of its own, and waits until its servers answer.
async fn keeper(folder: &Folder, mode: &str) -> Child {
    let test = format!("{}::keeper_process", module_path!().split_once("::").unwrap().1);
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &test, "--ignored", "--nocapture"])
        .env("KEEPER_FOLDER", &folder.0)
        .env("KEEPER_MODE", mode)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let ready = folder.0.with_extension("ready");
    eventually("the keeper's servers answer", || ready.exists()).await;
    child
}

/// Not a test: the process that the tests kill.
#[tokio::test]
#[ignore = "run by the other tests of this file, with a folder"]
#[expect(clippy::disallowed_methods, reason = "how the tests talk to this process")]
async fn keeper_process() {
    let Some(folder) = std::env::var_os("KEEPER_FOLDER") else { return };
    let mode = match std::env::var("KEEPER_MODE").as_deref() {
        Ok("test") => Durability::Test,
        _ => Durability::Production,
    };
    let folder = PathBuf::from(folder);
    let servers = PrivateServers::start(&folder, BOTH, mode).await.unwrap();
    remember(&servers).await;
    fs::write(folder.with_extension("ready"), "").unwrap();
    tokio::time::sleep(Duration::from_mins(10)).await;
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn a_fresh_folder_gets_servers_that_only_their_sockets_reach() {
    let folder = Folder::new();
    let servers = start(&folder).await;

    let mut superuser = postgres(servers.superuser_url()).await;
    assert_eq!(answer(&mut superuser, "SHOW listen_addresses").await, "");
    assert_eq!(answer(&mut superuser, "SHOW fsync").await, "on");
    assert_eq!(answer(&mut superuser, "SHOW server_encoding").await, "UTF8");
    assert_eq!(redis::<Vec<String>>(&servers, &["CONFIG", "GET", "port"]).await, ["port", "0"]);
    assert_eq!(redis::<Vec<String>>(&servers, &["CONFIG", "GET", "appendonly"]).await, ["appendonly", "yes"]);
    for home in ["postgres", "redis", "logs"] {
        let found = fs::metadata(folder.0.join(home)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o700, "{home}");
    }

    servers.stop().await.unwrap();
}

#[tokio::test]
async fn the_app_role_owns_nothing_and_cannot_pass_row_level_security() {
    const POWERS: &str = "SELECT concat_ws(' ', rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin)
        FROM pg_roles WHERE rolname = current_user";
    let folder = Folder::new();
    let servers = start(&folder).await;

    let mut owner = postgres(servers.owner_url()).await;
    let mut app = postgres(servers.app_url()).await;
    assert_eq!(answer(&mut owner, POWERS).await, "f f f f t");
    assert_eq!(answer(&mut app, POWERS).await, "f f f f t");
    assert_eq!(answer(&mut owner, "SELECT current_user::text").await, "shophouse_owner");
    assert_eq!(answer(&mut app, "SELECT current_user::text").await, "shophouse_app");
    assert_eq!(answer(&mut app, "SHOW statement_timeout").await, "10s");
    assert_eq!(answer(&mut app, "SHOW lock_timeout").await, "3s");
    assert_eq!(answer(&mut app, "SHOW idle_in_transaction_session_timeout").await, "15s");
    assert!(sqlx::raw_sql("CREATE TABLE mine ()").execute(&mut app).await.is_err());
    sqlx::raw_sql("CREATE TABLE ours ()").execute(&mut owner).await.unwrap();

    servers.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_start_is_fast_and_keeps_the_data() {
    let folder = Folder::new();
    let servers = start(&folder).await;
    remember(&servers).await;
    let (postgres_pid, redis_pid) = (folder.postgres_pid().unwrap(), folder.redis_pid().unwrap());
    servers.stop().await.unwrap();
    assert!(!lives(postgres_pid) && !lives(redis_pid));
    assert_eq!((folder.postgres_pid(), folder.redis_pid()), (None, None));

    let before = Instant::now();
    let servers = start(&folder).await;
    assert!(before.elapsed() < Duration::from_secs(10), "took {:?}", before.elapsed());
    assert_remembered(&servers).await;
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn servers_outlive_a_killed_process_and_the_next_one_takes_them_over() {
    let folder = Folder::new();
    let mut keeper = keeper(&folder, "production").await;
    keeper.kill().unwrap();
    keeper.wait().unwrap();
    let (postgres_pid, redis_pid) = (folder.postgres_pid().unwrap(), folder.redis_pid().unwrap());

    let servers = start(&folder).await;
    assert_eq!((folder.postgres_pid(), folder.redis_pid()), (Some(postgres_pid), Some(redis_pid)));
    assert_remembered(&servers).await;

    servers.stop().await.unwrap();
    assert!(!lives(postgres_pid) && !lives(redis_pid));
}

#[tokio::test]
async fn what_a_killed_machine_left_is_replaced_even_when_its_process_numbers_are_in_use_again() {
    let folder = Folder::new();
    let mut keeper = keeper(&folder, "production").await;
    // Redis writes once a second.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let (postgres_pid, redis_pid) = (folder.postgres_pid().unwrap(), folder.redis_pid().unwrap());
    keeper.kill().unwrap();
    keeper.wait().unwrap();
    kill(postgres_pid);
    kill(redis_pid);
    eventually("both servers are dead", || !lives(postgres_pid) && !lives(redis_pid)).await;
    for file in ["postgres/data/postmaster.pid", "redis/redis.pid"] {
        let path = folder.0.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let (_, rest) = text.split_once('\n').unwrap();
        fs::write(&path, format!("{}\n{rest}", std::process::id())).unwrap();
    }

    let servers = start(&folder).await;
    assert_remembered(&servers).await;
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_no_longer_answers_is_replaced() {
    let folder = Folder::new();
    let mut keeper = keeper(&folder, "production").await;
    keeper.kill().unwrap();
    keeper.wait().unwrap();
    let redis_pid = folder.redis_pid().unwrap();
    Command::new("sh").args(["-c", "kill -STOP \"$1\"", "sh", &redis_pid.to_string()]).status().unwrap();

    let servers = start(&folder).await;
    assert_ne!(folder.redis_pid(), Some(redis_pid));
    assert_remembered(&servers).await;
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn whoever_leaves_last_stops_the_servers() {
    let folder = Folder::new();
    assert!(PrivateServers::join(&folder.0).await.unwrap().is_none());
    let first = start(&folder).await;
    remember(&first).await;

    let joined = PrivateServers::join(&folder.0).await.unwrap().unwrap();
    assert_remembered(&joined).await;
    joined.stop().await.unwrap();
    assert_remembered(&first).await;

    let second = start(&folder).await;
    first.stop().await.unwrap();
    assert_remembered(&second).await;
    let (postgres_pid, redis_pid) = (folder.postgres_pid().unwrap(), folder.redis_pid().unwrap());
    second.stop().await.unwrap();
    assert!(!lives(postgres_pid) && !lives(redis_pid));
    assert!(PrivateServers::join(&folder.0).await.unwrap().is_none());
}

#[tokio::test]
async fn two_starts_at_once_share_one_pair_of_servers() {
    let folder = Folder::new();
    let (first, second) = tokio::join!(start(&folder), start(&folder));
    remember(&first).await;
    assert_remembered(&second).await;
    first.stop().await.unwrap();
    second.stop().await.unwrap();
}

#[tokio::test]
async fn only_what_is_wanted_is_started() {
    let folder = Folder::new();
    let want = Want { postgres: false, redis: true };
    let servers = PrivateServers::start(&folder.0, want, Durability::Production).await.unwrap();
    assert_eq!((servers.owner_url(), servers.app_url(), servers.superuser_url()), (None, None, None));
    assert_eq!(redis::<String>(&servers, &["PING"]).await, "PONG");
    servers.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_with_a_long_name_and_odd_letters_works() {
    let folder = Folder::named(&format!("a \"long\" lụa {}", "x".repeat(150)));
    let servers = start(&folder).await;
    remember(&servers).await;
    let socket_folder = |server: &str| fs::read_to_string(folder.0.join(server).join("socket-folder")).unwrap();
    for server in ["postgres", "redis"] {
        let found = fs::metadata(socket_folder(server)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o700, "{server}");
    }
    servers.stop().await.unwrap();

    let servers = start(&folder).await;
    assert_remembered(&servers).await;
    servers.stop().await.unwrap();
    for server in ["postgres", "redis"] {
        fs::remove_dir_all(socket_folder(server)).unwrap();
    }
}

#[tokio::test]
async fn servers_for_tests_and_their_files_go_with_the_process_that_started_them() {
    let folder = Folder::new();
    let mut keeper = keeper(&folder, "test").await;
    let (postgres_pid, redis_pid) = (folder.postgres_pid().unwrap(), folder.redis_pid().unwrap());
    keeper.kill().unwrap();
    keeper.wait().unwrap();
    eventually("servers and files are gone", || !lives(postgres_pid) && !lives(redis_pid) && !folder.0.exists()).await;

    let servers = PrivateServers::start(&folder.0, BOTH, Durability::Test).await.unwrap();
    let mut superuser = postgres(servers.superuser_url()).await;
    assert_eq!(answer(&mut superuser, "SHOW fsync").await, "off");
    drop(superuser);
    servers.stop().await.unwrap();
    assert!(!folder.0.exists());
}

#[tokio::test]
async fn servers_for_tests_refuse_a_folder_with_lasting_data() {
    let folder = Folder::new();
    start(&folder).await.stop().await.unwrap();
    let refused = PrivateServers::start(&folder.0, BOTH, Durability::Test).await;
    assert!(matches!(refused, Err(EmbeddedError::NotThrowaway { .. })));
    assert!(folder.0.join("postgres/data/PG_VERSION").exists());
}

#[tokio::test]
async fn root_is_told_which_folder_is_closed_to_the_servers_user() {
    let folder = Folder::new();
    let above = folder.0.parent().unwrap();
    if fs::metadata(above).unwrap().uid() != 0 {
        return; // Only root hands the servers to another user.
    }
    fs::set_permissions(above, fs::Permissions::from_mode(0o700)).unwrap();
    let refused = PrivateServers::start(&folder.0, BOTH, Durability::Production).await;
    let Err(EmbeddedError::Unreachable { folder: named, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(named, Path::new(above));
    assert_eq!(fs::metadata(above).unwrap().permissions().mode() & 0o777, 0o700);
}
