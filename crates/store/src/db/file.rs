//! Which file the database is. A running program keeps the file it opened, also where somebody has put
//! another in its place or removed it: it would then answer from, and write into, what nobody keeps.

use std::path::{Path, PathBuf};

use crate::StoreError;

/// The file that was opened.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    path: PathBuf,
    identity: Option<Identity>,
}

/// Device and inode.
type Identity = (u64, u64);

impl Opened {
    /// The file at `path`, which is there now.
    pub(crate) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(path),
        }
    }

    /// Whether it is still the one at its path.
    pub(crate) fn stands(&self) -> Result<(), StoreError> {
        if self.identity.is_none() || identity(&self.path) == self.identity {
            return Ok(());
        }
        Err(StoreError::Replaced {
            path: self.path.display().to_string(),
        })
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}
