//! The data folder: who may enter it, where its sockets are, and who is at work on it.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{account::Account, error::EmbeddedError, process};

/// A unix socket's whole path must fit into 108 bytes on Linux, 104 on macOS, the closing zero included.
const SOCKET_PATH_LIMIT: usize = 103;
/// How long one process waits for another that starts or stops the servers; a start may include PostgreSQL's crash recovery.
const TURN: Duration = Duration::from_secs(200);
/// Marks a folder whose servers are deleted with the process that started them.
const THROWAWAY: &str = "throwaway";

/// A data folder that exists, by its absolute path.
#[derive(Debug, Clone)]
pub(super) struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Makes the folder when it is not there.
    pub(super) fn open(dir: &Path) -> Result<Self, EmbeddedError> {
        DirBuilder::new().recursive(true).mode(0o711).create(dir).map_err(EmbeddedError::file("make", dir))?;
        let path = dir.canonicalize().map_err(EmbeddedError::file("find", dir))?;
        Ok(Self { path })
    }

    /// The folder, when it is there and a private server was once started in it.
    pub(super) fn find(dir: &Path) -> Option<Self> {
        let path = dir.canonicalize().ok()?;
        path.join("servers.lock").is_file().then_some(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn home(&self, server: &str) -> PathBuf {
        self.path.join(server)
    }

    pub(super) fn log(&self, server: &str) -> PathBuf {
        self.path.join("logs").join(server).with_extension("log")
    }

    /// Marks a new folder as throwaway, and refuses one that holds lasting data.
    pub(super) fn claim_for_tests(&self) -> Result<(), EmbeddedError> {
        let mark = self.path.join(THROWAWAY);
        if mark.exists() {
            return Ok(());
        }
        if self.home("postgres").exists() || self.home("redis").exists() {
            return Err(EmbeddedError::NotThrowaway { folder: self.path.clone() });
        }
        fs::write(&mark, "").map_err(EmbeddedError::file("write", mark))
    }

    /// Makes a server's sub-folder and the log folder: the first for that server's account alone, the second for us alone.
    pub(super) fn prepare(&self, server: &str, account: Option<&Account>) -> Result<PathBuf, EmbeddedError> {
        if let Some(account) = account {
            open_to_passers(&self.path)?;
            account.check_reach(&self.path)?;
        }
        closed_folder(&self.path.join("logs"), None)?;
        let home = self.home(server);
        closed_folder(&home, account)?;
        Ok(home)
    }

    /// Where a server's socket file `name` is or was, if that folder is still there and nobody else's.
    pub(super) fn known_socket(&self, server: &str, name: &str) -> Option<PathBuf> {
        let home = self.home(server);
        let folder = match fs::read_to_string(home.join("socket-folder")) {
            Ok(elsewhere) => PathBuf::from(elsewhere),
            Err(_) => home.join("sock"),
        };
        let found = fs::symlink_metadata(&folder).ok()?;
        let owner = fs::metadata(&home).ok()?.uid();
        let ours = found.is_dir() && found.uid() == owner && found.permissions().mode() & 0o777 == 0o700;
        ours.then(|| folder.join(name))
    }

    /// The folder for a server's socket: in its home, or, when that path is too long for a socket, a closed one under `/tmp` that is
    /// remembered in its home.
    pub(super) fn socket(&self, server: &str, name: &str, account: Option<&Account>) -> Result<PathBuf, EmbeddedError> {
        if let Some(known) = self.known_socket(server, name) {
            return Ok(known);
        }
        let near = self.home(server).join("sock");
        let remembered = self.home(server).join("socket-folder");
        // PostgreSQL adds `.lock` to the socket's own path.
        if near.join(name).as_os_str().len() + ".lock".len() <= SOCKET_PATH_LIMIT {
            closed_folder(&near, account)?;
            remove_file_if_there(&remembered)?;
            return Ok(near.join(name));
        }
        let far = new_short_folder(server)?;
        if let Some(account) = account {
            account.own(&far)?;
        }
        fs::write(&remembered, far.as_os_str().as_encoded_bytes()).map_err(EmbeddedError::file("write", remembered))?;
        Ok(far.join(name))
    }

    /// Waits for the right to start or stop servers here; it ends when the file is dropped, and with our process.
    pub(super) async fn take_turn(&self) -> Result<File, EmbeddedError> {
        let path = self.path.join("servers.lock");
        let mut file = open_lock(&path)?;
        let mut failed = None;
        let taken = process::wait_until(TURN, async || match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(problem)) => {
                failed = Some(problem);
                true
            }
        })
        .await;
        if let Some(problem) = failed {
            return Err(EmbeddedError::file("lock", path)(problem));
        }
        if !taken {
            let pid = process::pid_in(&path).map(|pid| pid.to_string());
            return Err(EmbeddedError::Busy { folder: self.path.clone(), pid });
        }
        // Only for the message of whoever waits too long; nothing is decided by it.
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(EmbeddedError::file("write", path))?;
        Ok(file)
    }

    /// Says that we use the servers, until the file is dropped. To be called in one's turn.
    pub(super) fn enter(&self) -> Result<File, EmbeddedError> {
        let path = self.path.join("users.lock");
        let file = open_lock(&path)?;
        file.lock_shared().map_err(EmbeddedError::file("lock", path))?;
        Ok(file)
    }

    /// Whether nobody uses the servers any more. To be called in one's turn, after dropping what `enter` gave.
    pub(super) fn is_empty(&self) -> Result<bool, EmbeddedError> {
        let path = self.path.join("users.lock");
        match open_lock(&path)?.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(problem)) => Err(EmbeddedError::file("lock", path)(problem)),
        }
    }
}

fn open_lock(path: &Path) -> Result<File, EmbeddedError> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    options.open(path).map_err(EmbeddedError::file("open", path))
}

/// Lets others pass through the data folder itself, not list it; the folders above are their owner's business.
fn open_to_passers(path: &Path) -> Result<(), EmbeddedError> {
    let mode = fs::metadata(path).map_err(EmbeddedError::file("look at", path))?.mode() & 0o7777;
    if mode & 0o001 == 0 {
        fs::set_permissions(path, Permissions::from_mode(mode | 0o001)).map_err(EmbeddedError::file("open", path))?;
    }
    Ok(())
}

fn closed_folder(path: &Path, account: Option<&Account>) -> Result<(), EmbeddedError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(EmbeddedError::file("make", path))?;
    fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(EmbeddedError::file("close", path))?;
    account.map_or(Ok(()), |account| account.own(path))
}

/// A new folder of ours alone under `/tmp`, which is short and open to every account; never one that somebody else put there.
fn new_short_folder(server: &str) -> Result<PathBuf, EmbeddedError> {
    let mut tried = 0_u32;
    loop {
        let path = PathBuf::from(format!("/tmp/shophouse-{server}-{}-{tried}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(problem) if problem.kind() == io::ErrorKind::AlreadyExists && tried < 1_000 => tried += 1,
            Err(problem) => return Err(EmbeddedError::file("make", path)(problem)),
        }
    }
}

/// Removes a file; one that is not there is as good.
pub(super) fn remove_file_if_there(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(path) {
        Err(problem) if problem.kind() != io::ErrorKind::NotFound => Err(EmbeddedError::file("remove", path)(problem)),
        _ => Ok(()),
    }
}

/// A path as a part of a URL: everything but unreserved letters, and the slash if asked, percent-encoded.
pub(super) fn url_part(path: &Path, keep_slash: bool) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || (keep_slash && byte == b'/') {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::url_part;

    #[test]
    fn a_path_is_encoded_as_a_host_or_kept_as_a_path() {
        assert_eq!(url_part(Path::new("/srv/my shop"), false), "%2Fsrv%2Fmy%20shop");
        assert_eq!(url_part(Path::new("/srv/lụa-1.0_~"), true), "/srv/l%E1%BB%A5a-1.0_~");
    }
}
