use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::server;

/// What a run of the program said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The lines for people of a run that must have succeeded.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<&str> {
        assert_eq!(self.code, Some(0), "{self}");
        self.out.lines().collect()
    }

    /// The last words of a run that must have failed.
    #[track_caller]
    pub(crate) fn failure(&self) -> &str {
        assert_eq!(self.code, Some(1), "{self}");
        &self.err
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {:?}\n{}\n{}", self.code, self.out, self.err)
    }
}

/// The program itself with no settings but these: no demo shops, and what ours has in its environment does not reach it.
pub(crate) fn program(arguments: &[&str], settings: &[(&str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shophouse"));
    command.env_clear().env("SHOPHOUSE_DEMO", "0").env("LC_ALL", "C");
    command.args(arguments).envs(settings.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Settings that lead to the database, the Redis and the data folder of this test process.
pub(crate) async fn stores() -> Vec<(&'static str, String)> {
    let stores = &server().await.stores;
    vec![
        ("SHOPHOUSE_DATABASE_URL", stores.app_url.clone()),
        ("SHOPHOUSE_REDIS_URL", stores.redis_url.clone()),
        ("SHOPHOUSE_DATA_DIR", stores.folder.display().to_string()),
    ]
}

/// Runs the program to its end.
pub(crate) async fn run(arguments: &[&str], settings: &[(&str, String)]) -> Ran {
    let output = program(arguments, settings).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A `serve` in a process of its own; it is killed when this is dropped.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) port: u16,
    pub(crate) log: Lines<BufReader<ChildStderr>>,
    out: Lines<BufReader<ChildStdout>>,
}

impl Serving {
    /// Starts one on a free port and waits until it says that it is open.
    pub(crate) async fn start(mut settings: Vec<(&str, String)>) -> Self {
        // Given back at once: the program binds it itself.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        settings.push(("SHOPHOUSE_LISTEN", format!("127.0.0.1:{port}")));
        settings.push(("SHOPHOUSE_BASE_URL", format!("http://localhost:{port}")));
        let mut child = program(&["serve"], &settings).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut serving = Self { child, port, log, out };
        while let Some(line) = serving.out.next_line().await.unwrap() {
            if line.contains("is open at") {
                return serving;
            }
        }
        let mut last = String::new();
        while let Some(line) = serving.log.next_line().await.unwrap() {
            last = line;
        }
        panic!("serve ended before it was open: {last}");
    }

    /// Waits for a line of the log that holds this.
    pub(crate) async fn logged(&mut self, text: &str) -> String {
        while let Some(line) = self.log.next_line().await.unwrap() {
            if line.contains(text) {
                return line;
            }
        }
        panic!("the log ended without {text}");
    }

    /// Sends it a signal, by the name `kill` knows.
    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, &pid]).status().await.unwrap();
        assert!(sent.success());
    }
}
