//! Which user a private server runs as: ourselves, unless we are root.

use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::Path,
};

use super::{error::EmbeddedError, process};

/// A user without root's rights, to whom root hands a server and its sub-folder.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// `None` when we are not root: the server then runs as we do. As root: the owner of the files that are already there, else the
    /// first of `names` that exists, else `nobody`.
    pub(super) async fn for_server(names: &[&str], home: &Path) -> Result<Option<Self>, EmbeddedError> {
        if id(&["-u"]).await? != Some(0) {
            return Ok(None);
        }
        let owner = fs::metadata(home).ok().filter(|found| found.uid() != 0);
        for name in names.iter().copied().chain(["nobody"]) {
            if let (Some(uid), Some(gid)) = (id(&["-u", name]).await?, id(&["-g", name]).await?)
                && owner.as_ref().is_none_or(|owner| owner.uid() == uid)
            {
                return Ok(Some(Self { name: name.to_owned(), uid, gid }));
            }
        }
        let owner = owner.ok_or_else(|| EmbeddedError::Run {
            program: "the private servers as root".to_owned(),
            source: std::io::Error::other("this machine has no user `nobody` to hand them to"),
        })?;
        Ok(Some(Self { name: format!("number {}", owner.uid()), uid: owner.uid(), gid: owner.gid() }))
    }

    /// Gives one path to this user.
    pub(super) fn own(&self, path: &Path) -> Result<(), EmbeddedError> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(EmbeddedError::file("hand over", path))
    }

    /// Finds the first folder from the root down to `folder` that this user cannot pass through. Access lists beyond the classic
    /// permission bits are not looked at: a folder that they open is still named.
    pub(super) fn check_reach(&self, folder: &Path) -> Result<(), EmbeddedError> {
        let mut above: Vec<&Path> = folder.ancestors().collect();
        above.reverse();
        for folder in above {
            let found = fs::metadata(folder).map_err(EmbeddedError::file("look at", folder))?;
            let passable = if found.uid() == self.uid {
                0o100
            } else if found.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if found.mode() & passable == 0 {
                return Err(EmbeddedError::Unreachable { user: self.name.clone(), folder: folder.to_path_buf() });
            }
        }
        Ok(())
    }
}

/// What `id` answers; `None` for a name that this machine does not know. The standard library cannot say who we are.
async fn id(arguments: &[&str]) -> Result<Option<u32>, EmbeddedError> {
    let output = process::command(Path::new("id"), None)
        .args(arguments)
        .output()
        .await
        .map_err(|source| EmbeddedError::Run { program: "id".to_owned(), source })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok().filter(|_| output.status.success()))
}
