//! Makes servers for tests end with the test process, however that ends.

use std::{io, path::PathBuf, process::Stdio};

use tokio::process::Child;

use super::{error::EmbeddedError, folder::DataFolder, process};

/// Reads a pipe that only our process holds, so it wakes at our end, `kill -9` included. Then it stops exactly the processes it was
/// told of, if they still are who they were, and removes their files. Arguments: data folder, then pid, its pid file, its socket
/// folder, the signal that means “now” to it, for each server.
const SCRIPT: &str = r#"
    while read -r nothing; do :; done
    folder=$1
    shift
    while [ $# -ge 4 ]; do
        if [ "$(head -n 1 "$2" 2>/dev/null)" = "$1" ]; then
            kill -"$4" "$1" 2>/dev/null
            tries=0
            while kill -0 "$1" 2>/dev/null && [ $tries -lt 50 ]; do
                tries=$((tries + 1))
                [ $tries -lt 30 ] || kill -KILL "$1" 2>/dev/null
                sleep 0.1
            done
        fi
        rm -rf "$3"
        shift 4
    done
    rm -rf "$folder/postgres" "$folder/redis" "$folder/logs" "$folder/servers.lock" "$folder/users.lock" "$folder/throwaway"
    rmdir "$folder" 2>/dev/null
"#;

/// A process that outlives ours only to clean up after it.
#[derive(Debug)]
pub(super) struct Watchdog {
    shell: Child,
}

/// A server to stop: its pid file and its socket.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) pid_file: PathBuf,
    pub(super) socket: PathBuf,
    /// As `kill` names it.
    pub(super) end_now: &'static str,
}

impl Watchdog {
    pub(super) fn start(data: &DataFolder, servers: &[Watched]) -> Result<Self, EmbeddedError> {
        let mut shell = process::command("/bin/sh".as_ref(), None);
        shell.args(["-c", SCRIPT, "shophouse-watchdog"]).arg(data.path()).current_dir("/");
        for server in servers {
            if let (Some(pid), Some(folder)) = (process::pid_in(&server.pid_file), server.socket.parent()) {
                shell.arg(pid.to_string()).arg(&server.pid_file).arg(folder).arg(server.end_now);
            }
        }
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let shell = shell.spawn().map_err(|source| EmbeddedError::Run { program: "/bin/sh".to_owned(), source })?;
        Ok(Self { shell })
    }

    /// Lets it clean up now.
    pub(super) async fn release(mut self) -> Result<(), EmbeddedError> {
        drop(self.shell.stdin.take());
        let done: io::Result<_> = self.shell.wait().await;
        done.map(|_| ()).map_err(|source| EmbeddedError::Run { program: "/bin/sh".to_owned(), source })
    }
}
