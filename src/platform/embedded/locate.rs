//! Finds the servers' programs where packages put them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{error::EmbeddedError, process};

/// The oldest PostgreSQL that has what the schema uses (`security_invoker` views came with 15).
const LEAST_POSTGRES: u32 = 15;
/// The oldest Redis whose append-only files and scripts behave as the gate expects.
const LEAST_REDIS: u32 = 7;

/// One installed PostgreSQL.
#[derive(Debug, Clone)]
pub(super) struct PostgresPrograms {
    bin: PathBuf,
    major: u32,
}

impl PostgresPrograms {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// The newest PostgreSQL here, or exactly the one that made the files in `data`, when there are any.
pub(super) async fn postgres(data: &Path) -> Result<PostgresPrograms, EmbeddedError> {
    let made_by = fs::read_to_string(data.join("PG_VERSION")).ok().and_then(|version| leading_number(&version));
    let mut found: Vec<PostgresPrograms> = Vec::new();
    for bin in postgres_folders() {
        let complete = ["postgres", "initdb", "pg_ctl"].iter().all(|name| bin.join(name).is_file());
        if complete && let Some(major) = version_of(&bin.join("postgres")).await {
            found.push(PostgresPrograms { bin, major });
        }
    }
    if let Some(major) = made_by {
        let exact = found.into_iter().find(|programs| programs.major == major);
        return exact.ok_or_else(|| EmbeddedError::OtherVersion { folder: data.to_path_buf(), major });
    }
    found
        .into_iter()
        .filter(|programs| programs.major >= LEAST_POSTGRES)
        // Of two alike the first, which is where a package put it, not a link to it.
        .reduce(|best, next| if next.major > best.major { next } else { best })
        .ok_or(EmbeddedError::Missing { program: "PostgreSQL", least: LEAST_POSTGRES })
}

/// A Redis server that is new enough.
pub(super) async fn redis() -> Result<PathBuf, EmbeddedError> {
    for folder in search_path() {
        let program = folder.join("redis-server");
        if program.is_file() && version_of(&program).await.is_some_and(|major| major >= LEAST_REDIS) {
            return Ok(program);
        }
    }
    Err(EmbeddedError::Missing { program: "Redis", least: LEAST_REDIS })
}

/// Where packages put PostgreSQL: Debian and Ubuntu, the PostgreSQL project's own packages, Homebrew, and the search path.
fn postgres_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let parents = ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt"];
    for parent in parents {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let fits = parent == "/usr/lib/postgresql" || name.starts_with("pgsql-") || name.starts_with("postgresql");
            if fits {
                folders.push(entry.path().join("bin"));
            }
        }
    }
    folders.extend(search_path());
    folders
}

/// The folders of `PATH`, and those that a service manager's short `PATH` may lack.
#[expect(clippy::disallowed_methods, reason = "PATH is no setting of ours: it says where this machine keeps its programs")]
fn search_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    for usual in ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"] {
        if !folders.iter().any(|folder| folder == Path::new(usual)) {
            folders.push(PathBuf::from(usual));
        }
    }
    folders
}

/// The major version a program prints, as in `postgres (PostgreSQL) 15.18` or `Redis server v=7.0.15 sha=…`.
async fn version_of(program: &Path) -> Option<u32> {
    let output = process::command(program, None).arg("--version").output().await.ok()?;
    first_version(&String::from_utf8_lossy(&output.stdout))
}

fn first_version(text: &str) -> Option<u32> {
    text.split_whitespace().map(|word| word.trim_start_matches("v=")).find_map(leading_number)
}

fn leading_number(text: &str) -> Option<u32> {
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    text.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::first_version;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        assert_eq!(first_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(first_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(first_version("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"), Some(7));
        assert_eq!(first_version("no number at all"), None);
    }
}
