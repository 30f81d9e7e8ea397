//! What can go wrong with a private server, in words that say what to do about it.

use std::{io, path::PathBuf};

/// Why a private server could not be started, joined or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// A server's programs are not on this machine, or too old.
    #[error("{program} {least} or newer is not installed: {}", install_hint(.program))]
    Missing {
        /// What is missing.
        program: &'static str,
        /// The oldest major version that will do.
        least: u32,
    },
    /// The database's files were made by a major version whose programs are gone; PostgreSQL cannot read another version's files.
    #[error("{folder} was made by PostgreSQL {major}, whose programs are not installed: install them, or move the data with pg_upgrade")]
    OtherVersion {
        /// The database's folder.
        folder: PathBuf,
        /// The major version that made it.
        major: u32,
    },
    /// Started by root, the servers run as another user, who must get through every folder above the data folder.
    #[error(
        "the private servers run as user {user}, who cannot pass through {folder}: choose a data folder elsewhere \
         (SHOPHOUSE_DATA_DIR, for example /var/lib/shophouse), or allow it with: chmod o+x {folder}"
    )]
    Unreachable {
        /// The user the servers would run as.
        user: String,
        /// The first folder from the root that is closed.
        folder: PathBuf,
    },
    /// Another process has been starting or stopping the servers of this folder for too long.
    #[error("another process{} is still starting or stopping the private servers in {folder}", holder(.pid.as_deref()))]
    Busy {
        /// The data folder.
        folder: PathBuf,
        /// The other process, as it wrote itself down.
        pid: Option<String>,
    },
    /// Servers without durability are deleted with the process that started them, so they only go where nothing can be lost.
    #[error("{folder} holds lasting data; servers for tests need a folder of their own")]
    NotThrowaway {
        /// The data folder.
        folder: PathBuf,
    },
    /// A file or folder could not be read or made.
    #[error("cannot {act} {path}: {source}")]
    File {
        /// What was tried, as a verb.
        act: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A program could not be run at all.
    #[error("cannot run {program}: {source}")]
    Run {
        /// The program.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A server ended while starting, or was not ready in time.
    #[error("{server} did not start: {why}; the end of {log}:\n{tail}", log = .log.display())]
    NotStarted {
        /// Which server.
        server: &'static str,
        /// What was seen.
        why: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of that log.
        tail: String,
    },
    /// A server was still there after being asked, and then told, to end.
    #[error("{server} (process {pid}) did not stop")]
    NotStopped {
        /// Which server.
        server: &'static str,
        /// Its process.
        pid: u32,
    },
    /// The roles or the database could not be made.
    #[error("cannot prepare the roles and the database of the private PostgreSQL: {0}")]
    Prepare(#[from] sqlx::Error),
}

impl EmbeddedError {
    /// For `map_err`: names the act and the path of a failed file operation.
    pub(super) fn file(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }
}

fn install_hint(program: &str) -> &'static str {
    match (program, cfg!(target_os = "macos")) {
        ("PostgreSQL", true) => "brew install postgresql@17",
        ("PostgreSQL", false) => "on Debian or Ubuntu, apt-get install postgresql; elsewhere, the distribution's PostgreSQL server package",
        (_, true) => "brew install redis",
        (_, false) => "on Debian or Ubuntu, apt-get install redis-server; elsewhere, the distribution's Redis package",
    }
}

fn holder(pid: Option<&str>) -> String {
    pid.map(|pid| format!(" ({pid})")).unwrap_or_default()
}
