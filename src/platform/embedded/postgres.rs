//! The private PostgreSQL: made once, then started, taken over, or replaced, and stopped.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::process::Child;

use super::{
    account::Account,
    error::EmbeddedError,
    folder::{DataFolder, remove_file_if_there, url_part},
    locate::{self, PostgresPrograms},
    process, queries,
    servers::Durability,
    watchdog::Watched,
};

const SERVER: &str = "PostgreSQL";
/// The socket's name follows from the port, which is open to nobody.
const SOCKET: &str = ".s.PGSQL.5432";
/// Replaying what a crash left in the log can take a while; it is still a bound.
const START_LIMIT: Duration = Duration::from_secs(150);
/// A living server that does not let us in for this long is replaced.
const TAKE_OVER_LIMIT: Duration = Duration::from_secs(20);
/// A killed postmaster's children notice within moments, unless a statement keeps them.
const ORPHAN_LIMIT: Duration = Duration::from_secs(15);
const STOP_SECONDS: &str = "15";

/// Settings that hold in both modes. No network; queries of one shop are short, so compiling them costs more than it gives.
const ALWAYS: &[&str] = &[
    "listen_addresses=",
    "port=5432",
    "unix_socket_permissions=0700",
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] %q%u@%d ",
    "log_timezone=UTC",
    "timezone=UTC",
    "jit=off",
];
/// What is answered is on the disk.
const LASTING: &[&str] = &["fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=128MB", "max_connections=100"];
/// Nothing outlives the test run, so nothing needs to reach the disk; each test has a pool of its own.
const THROWAWAY: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=256MB",
    "max_connections=300",
    "autovacuum=off",
    "max_wal_size=2GB",
];

/// A private PostgreSQL that answers.
#[derive(Debug)]
pub(super) struct Postgres {
    files: PathBuf,
    log: PathBuf,
    socket: PathBuf,
    programs: PostgresPrograms,
    account: Option<Account>,
    /// Ours, unless another process started it.
    child: Option<Child>,
}

impl Postgres {
    /// Makes the server's files when there are none, and starts it or takes over one that lives.
    pub(super) async fn start(data: &DataFolder, mode: Durability) -> Result<Self, EmbeddedError> {
        let mut server = Self::prepare(data).await?;
        if !server.take_over().await? {
            server.make_files(mode).await?;
            server.launch(mode)?;
            server.wait_until_ready().await?;
        }
        queries::prepare(&server.superuser_url()).await?;
        Ok(server)
    }

    /// A server that another process started here, if it answers.
    pub(super) async fn find(data: &DataFolder) -> Result<Option<Self>, EmbeddedError> {
        let files = data.home("postgres").join("data");
        let Some(socket) = data.known_socket("postgres", SOCKET) else { return Ok(None) };
        if queries::answers(&url(&socket, "postgres", "postgres")).await.is_err() {
            return Ok(None);
        }
        let programs = locate::postgres(&files).await?;
        let account = Account::for_server(&["postgres"], &data.home("postgres")).await?;
        Ok(Some(Self { files, log: data.log("postgres"), socket, programs, account, child: None }))
    }

    pub(super) fn owner_url(&self) -> String {
        url(&self.socket, "shophouse_owner", "shophouse")
    }

    pub(super) fn app_url(&self) -> String {
        url(&self.socket, "shophouse_app", "shophouse")
    }

    pub(super) fn superuser_url(&self) -> String {
        url(&self.socket, "postgres", "postgres")
    }

    /// The file whose first line is the server's process, as long as it lives.
    fn pid_file(&self) -> PathBuf {
        self.files.join("postmaster.pid")
    }

    /// What the watchdog of a test run needs to know.
    pub(super) fn watched(&self) -> Watched {
        Watched { pid_file: self.pid_file(), socket: self.socket.clone(), end_now: "QUIT" }
    }

    /// Lets running transactions go and writes a checkpoint; when that takes too long, stops at once and leaves it to recovery.
    pub(super) async fn stop(mut self) -> Result<(), EmbeddedError> {
        let pid = process::pid_in(&self.pid_file());
        let asked = self.pg_ctl(&["-m", "fast", "-t", STOP_SECONDS, "stop"]).await?;
        if !asked && let Some(pid) = pid {
            self.pg_ctl(&["-m", "immediate", "-t", "5", "stop"]).await?;
            if process::runs(pid, &self.files).await {
                return Err(EmbeddedError::NotStopped { server: SERVER, pid });
            }
        }
        process::reap(self.child.as_mut()).await;
        Ok(())
    }

    async fn prepare(data: &DataFolder) -> Result<Self, EmbeddedError> {
        let files = data.home("postgres").join("data");
        let programs = locate::postgres(&files).await?;
        let account = Account::for_server(&["postgres"], &data.home("postgres")).await?;
        data.prepare("postgres", account.as_ref())?;
        let socket = data.socket("postgres", SOCKET, account.as_ref())?;
        Ok(Self { files, log: data.log("postgres"), socket, programs, account, child: None })
    }

    /// True when a server that lives on these files lets us in. One that does not is stopped; what a dead one left is cleared away.
    async fn take_over(&self) -> Result<bool, EmbeddedError> {
        if let Some(pid) = process::pid_in(&self.pid_file())
            && process::runs(pid, &self.files).await
        {
            let mut answered = false;
            process::wait_until(TAKE_OVER_LIMIT, async || {
                answered = queries::answers(&self.superuser_url()).await.is_ok();
                // It may also just be ending.
                answered || !process::runs(pid, &self.files).await
            })
            .await;
            if answered {
                tracing::info!(server.pid = pid, "took over the private PostgreSQL of an earlier process");
                return Ok(true);
            }
            self.pg_ctl(&["-m", "fast", "-t", STOP_SECONDS, "stop"]).await?;
            if process::runs(pid, &self.files).await && !self.pg_ctl(&["-m", "immediate", "-t", "5", "stop"]).await? {
                return Err(EmbeddedError::NotStopped { server: SERVER, pid });
            }
        }
        self.clear_remains().await?;
        Ok(false)
    }

    /// PostgreSQL itself replaces the pid files of a dead process, but takes a number that another process of the same user has now,
    /// or a zombie's, for a living server. They may go only when nobody works on the data any more; else PostgreSQL decides.
    async fn clear_remains(&self) -> Result<(), EmbeddedError> {
        if let Some(pid) = process::pid_in(&self.pid_file()) {
            tracing::info!(server.pid = pid, "the private PostgreSQL was not stopped in order the last time; it recovers now");
            if !process::wait_until(ORPHAN_LIMIT, async || !process::any_works_in(&self.files)).await {
                return Ok(());
            }
        }
        remove_file_if_there(&self.pid_file())?;
        remove_file_if_there(&self.socket)?;
        remove_file_if_there(&self.socket.with_file_name(format!("{SOCKET}.lock")))
    }

    /// `initdb` into a folder beside, then one rename: an interrupted one leaves nothing that looks complete.
    async fn make_files(&self, mode: Durability) -> Result<(), EmbeddedError> {
        if self.files.join("PG_VERSION").is_file() {
            return Ok(());
        }
        tracing::info!("making a private PostgreSQL in {}", self.files.display());
        let new = self.files.with_extension("new");
        if new.exists() {
            fs::remove_dir_all(&new).map_err(EmbeddedError::file("remove", &new))?;
        }
        let locale = if cfg!(target_os = "macos") { "--locale=C" } else { "--locale=C.UTF-8" };
        let mut initdb = self.command("initdb");
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-k", locale, "-D"]).arg(&new);
        if mode == Durability::Test {
            initdb.arg("-N");
        }
        if !process::run(initdb, &self.log).await? {
            return Err(self.not_started("initdb failed"));
        }
        // Nobody but who may enter the socket's folder gets in, and nobody over a network, even if it is started by hand.
        let access = new.join("pg_hba.conf");
        fs::write(&access, "local all all trust\n").map_err(EmbeddedError::file("write", access))?;
        fs::rename(&new, &self.files).map_err(EmbeddedError::file("put in place", new))
    }

    fn launch(&mut self, mode: Durability) -> Result<(), EmbeddedError> {
        let folder = self.socket.parent().unwrap_or(Path::new("/")).to_string_lossy().replace('"', "\"\"");
        let mut server = self.command("postgres");
        server.arg("-D").arg(&self.files).arg("-c").arg(format!("unix_socket_directories=\"{folder}\""));
        let rest = if mode == Durability::Test { THROWAWAY } else { LASTING };
        for setting in ALWAYS.iter().chain(rest) {
            server.args(["-c", setting]);
        }
        self.child = Some(process::launch(server, &self.log)?);
        Ok(())
    }

    async fn wait_until_ready(&mut self) -> Result<(), EmbeddedError> {
        let url = self.superuser_url();
        let mut ended = None;
        let mut last = String::new();
        let child = &mut self.child;
        process::wait_until(START_LIMIT, async || {
            match queries::answers(&url).await {
                Ok(()) => {
                    last.clear();
                    return true;
                }
                Err(problem) => last = problem.to_string(),
            }
            ended = child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            ended.is_some()
        })
        .await;
        match ended {
            Some(status) => Err(self.not_started(&format!("it ended with {status}"))),
            None if last.is_empty() => Ok(()),
            None => {
                self.pg_ctl(&["-m", "immediate", "-t", "5", "stop"]).await?;
                Err(self.not_started(&format!("not ready after {} s, {last}", START_LIMIT.as_secs())))
            }
        }
    }

    async fn pg_ctl(&self, arguments: &[&str]) -> Result<bool, EmbeddedError> {
        let mut command = self.command("pg_ctl");
        command.arg("-D").arg(&self.files).arg("-w").args(arguments);
        process::run(command, &self.log).await
    }

    fn command(&self, program: &str) -> tokio::process::Command {
        let mut command = process::command(&self.programs.program(program), self.account.as_ref());
        // The folder we were started in may be closed to the server's user.
        command.current_dir("/");
        command
    }

    fn not_started(&self, why: &str) -> EmbeddedError {
        EmbeddedError::NotStarted { server: SERVER, why: why.to_owned(), log: self.log.clone(), tail: process::tail(&self.log) }
    }
}

/// The form that sqlx takes: the socket's folder stands, percent-encoded, where a host would.
fn url(socket: &Path, role: &str, database: &str) -> String {
    let folder = socket.parent().unwrap_or(Path::new("/"));
    // The port is named so that a `PGPORT` in our environment changes nothing.
    format!("postgres://{role}@{}:5432/{database}", url_part(folder, false))
}
