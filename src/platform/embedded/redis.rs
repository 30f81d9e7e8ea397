//! The private Redis: started, taken over, or replaced, and stopped.

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
    locate, process,
    servers::Durability,
    watchdog::Watched,
};

const SERVER: &str = "Redis";
const SOCKET: &str = "redis.sock";
/// Reading a large append-only file back takes a while; it is still a bound.
const START_LIMIT: Duration = Duration::from_mins(1);
/// A living server that does not answer for this long is replaced.
const TAKE_OVER_LIMIT: Duration = Duration::from_secs(10);
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Answers are given before the disk has them, at most a second before: nothing sold, paid or promised is only here.
const LASTING: &str = "appendonly yes\nappendfsync everysec\n";
const THROWAWAY: &str = "appendonly no\n";

/// A private Redis that answers.
#[derive(Debug)]
pub(super) struct Redis {
    home: PathBuf,
    log: PathBuf,
    socket: PathBuf,
    account: Option<Account>,
    /// Ours, unless another process started it.
    child: Option<Child>,
}

impl Redis {
    /// Starts the server, or takes over one that lives.
    pub(super) async fn start(data: &DataFolder, mode: Durability) -> Result<Self, EmbeddedError> {
        let account = Account::for_server(&["redis"], &data.home("redis")).await?;
        let home = data.prepare("redis", account.as_ref())?;
        let socket = data.socket("redis", SOCKET, account.as_ref())?;
        let mut server = Self { home, log: data.log("redis"), socket, account, child: None };
        if !server.take_over().await? {
            let program = locate::redis().await?;
            server.write_settings(mode)?;
            server.launch(&program)?;
            server.wait_until_ready().await?;
        }
        Ok(server)
    }

    /// A server that another process started here, if it answers.
    pub(super) async fn find(data: &DataFolder) -> Option<Self> {
        let socket = data.known_socket("redis", SOCKET)?;
        let found = Self { home: data.home("redis"), log: data.log("redis"), socket, account: None, child: None };
        found.ping().await.is_ok().then_some(found)
    }

    pub(super) fn url(&self) -> String {
        format!("redis+unix://{}", url_part(&self.socket, true))
    }

    /// The file that holds the server's process, as long as it lives.
    fn pid_file(&self) -> PathBuf {
        self.home.join("redis.pid")
    }

    /// What the watchdog of a test run needs to know.
    pub(super) fn watched(&self) -> Watched {
        Watched { pid_file: self.pid_file(), socket: self.socket.clone(), end_now: "TERM" }
    }

    /// Asks the server to write out what it has and end; a server that does not is killed.
    pub(super) async fn stop(mut self) -> Result<(), EmbeddedError> {
        let pid = process::pid_in(&self.pid_file());
        // The answer to this request is that the connection breaks; whether it worked shows below.
        if let Err(problem) = self.ask("SHUTDOWN").await {
            tracing::debug!("the private Redis ends: {problem}");
        }
        if let Some(pid) = pid {
            let settings = self.settings();
            let gone = async || !process::runs(pid, &settings).await;
            if !process::wait_until(STOP_LIMIT, gone).await {
                process::signal(pid, "KILL").await?;
                if !process::wait_until(STOP_LIMIT, gone).await {
                    return Err(EmbeddedError::NotStopped { server: SERVER, pid });
                }
            }
        }
        process::reap(self.child.as_mut()).await;
        Ok(())
    }

    /// True when a server that lives here lets us in. One that does not is killed; what a dead one left is cleared away.
    async fn take_over(&self) -> Result<bool, EmbeddedError> {
        let settings = self.settings();
        if let Some(pid) = process::pid_in(&self.pid_file())
            && process::runs(pid, &settings).await
        {
            let mut answered = false;
            process::wait_until(TAKE_OVER_LIMIT, async || {
                answered = self.ping().await.is_ok();
                answered || !process::runs(pid, &settings).await
            })
            .await;
            if answered {
                tracing::info!(server.pid = pid, "took over the private Redis of an earlier process");
                return Ok(true);
            }
            process::signal(pid, "KILL").await?;
            if !process::wait_until(STOP_LIMIT, async || !process::runs(pid, &settings).await).await {
                return Err(EmbeddedError::NotStopped { server: SERVER, pid });
            }
        }
        remove_file_if_there(&self.socket)?;
        remove_file_if_there(&self.pid_file())?;
        Ok(false)
    }

    fn settings(&self) -> PathBuf {
        self.home.join("redis.conf")
    }

    /// Written anew at each start: what is in it is decided here. The process keeps its command line (`set-proc-title`), by which
    /// it is known again.
    fn write_settings(&self, mode: Durability) -> Result<(), EmbeddedError> {
        let text = format!(
            "# Written by shophouse at each start.\nport 0\nunixsocket {}\nunixsocketperm 700\ndir {}\npidfile {}\ndaemonize no\n\
             set-proc-title no\nlogfile \"\"\nsave \"\"\nmaxmemory-policy noeviction\n{}",
            quoted(&self.socket),
            quoted(&self.home),
            quoted(&self.pid_file()),
            if mode == Durability::Test { THROWAWAY } else { LASTING },
        );
        let path = self.settings();
        fs::write(&path, text).map_err(EmbeddedError::file("write", &path))?;
        self.account.as_ref().map_or(Ok(()), |account| account.own(&path))
    }

    fn launch(&mut self, program: &Path) -> Result<(), EmbeddedError> {
        let mut server = process::command(program, self.account.as_ref());
        server.arg(self.settings()).current_dir("/");
        self.child = Some(process::launch(server, &self.log)?);
        Ok(())
    }

    async fn wait_until_ready(&mut self) -> Result<(), EmbeddedError> {
        let mut ended = None;
        let mut last = String::new();
        process::wait_until(START_LIMIT, async || {
            match self.ping().await {
                Ok(()) => {
                    last.clear();
                    return true;
                }
                Err(problem) => last = problem.to_string(),
            }
            ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            ended.is_some()
        })
        .await;
        let why = match ended {
            Some(status) => format!("it ended with {status}"),
            None if last.is_empty() => return Ok(()),
            None => {
                if let Some(pid) = self.child.as_ref().and_then(Child::id) {
                    process::signal(pid, "KILL").await?;
                }
                format!("not ready after {} s, {last}", START_LIMIT.as_secs())
            }
        };
        Err(EmbeddedError::NotStarted { server: SERVER, why, log: self.log.clone(), tail: process::tail(&self.log) })
    }

    async fn ping(&self) -> redis::RedisResult<()> {
        self.ask("PING").await
    }

    async fn ask(&self, what: &str) -> redis::RedisResult<()> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd(what).query_async(&mut connection).await
    }
}

/// A path as Redis reads it from its settings file.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
