//! Children that outlive a Ctrl-C in our terminal, and questions about processes that may not be our children.

use std::{
    fs::{self, OpenOptions},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use super::{account::Account, error::EmbeddedError};

/// A server's log is set aside when it is larger than this at a start.
const LOG_LIMIT: u64 = 10 * 1024 * 1024;
/// How much of a log goes into an error.
const TAIL: u64 = 2_000;

/// A command with an environment of its own: `PGDATA`, `PGPORT` and the like in ours must not reach a private server.
pub(super) fn command(program: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .process_group(0);
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command
}

/// Starts a server with its output going to `log`. It is not killed when the handle is dropped.
pub(super) fn launch(mut command: Command, log: &Path) -> Result<Child, EmbeddedError> {
    if fs::metadata(log).is_ok_and(|found| found.len() > LOG_LIMIT) {
        fs::rename(log, log.with_extension("log.1")).map_err(EmbeddedError::file("set aside", log))?;
    }
    let open = || OpenOptions::new().create(true).append(true).open(log).map_err(EmbeddedError::file("write", log));
    command.stdout(open()?).stderr(open()?);
    command.spawn().map_err(|source| EmbeddedError::Run { program: command.as_std().get_program().to_string_lossy().into_owned(), source })
}

/// Runs a helper program to its end, its output appended to `log`; true when it succeeded.
pub(super) async fn run(command: Command, log: &Path) -> Result<bool, EmbeddedError> {
    let mut child = launch(command, log)?;
    let status = child.wait().await.map_err(EmbeddedError::file("wait for the program that writes", log))?;
    Ok(status.success())
}

/// The last lines of a log, for an error.
pub(super) fn tail(log: &Path) -> String {
    let read = || {
        let mut file = fs::File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map(|_| bytes)
    };
    read().map_or_else(|problem| problem.to_string(), |bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// The number in the first line of a pid file.
pub(super) fn pid_in(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

/// Whether process `pid` lives and has `words` in its command line; a number that was given to another program since does not.
pub(super) async fn runs(pid: u32, words: &Path) -> bool {
    let line = if cfg!(target_os = "linux") {
        fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()
    } else {
        let mut ps = command(Path::new("ps"), None);
        ps.args(["-ww", "-o", "command=", "-p", &pid.to_string()]);
        ps.output().await.map(|output| output.stdout).unwrap_or_default()
    };
    String::from_utf8_lossy(&line).contains(words.to_string_lossy().as_ref())
}

/// Whether any process has `folder` as its working folder. PostgreSQL's processes do, and a killed postmaster's children may live on
/// for a moment. Answers no where the system does not tell.
pub(super) fn any_works_in(folder: &Path) -> bool {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|letter| letter.is_ascii_digit()))
        .any(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|at: PathBuf| at == folder))
}

/// Sends a signal, named as `kill` names it. A process that is gone is no error: that is what we want of it.
pub(super) async fn signal(pid: u32, name: &str) -> Result<(), EmbeddedError> {
    // The shell's own `kill`: the program of that name is missing on small systems.
    let status = command(Path::new("/bin/sh"), None)
        .args(["-c", "kill -\"$1\" \"$2\" 2>/dev/null || :", "sh", name, &pid.to_string()])
        .status()
        .await;
    status.map(|_| ()).map_err(|source| EmbeddedError::Run { program: "kill".to_owned(), source })
}

/// Collects a child that is ending, so that it does not stay behind as a zombie; the runtime collects one that takes longer.
pub(super) async fn reap(child: Option<&mut Child>) {
    if let Some(child) = child {
        wait_until(Duration::from_secs(5), async || !matches!(child.try_wait(), Ok(None))).await;
    }
}

/// Asks again and again until `done` says so; false when `limit` has passed.
pub(super) async fn wait_until(limit: Duration, mut done: impl AsyncFnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    loop {
        if done().await {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        sleep(Duration::from_millis(30)).await;
    }
}
