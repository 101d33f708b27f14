//! The files of a repository that mean something, and their digest.

use std::{fs, path::Path};

use anyhow::{Result, anyhow};
use portcullis_code::Content;
use portcullis_model::Digest;

/// The digest of some parts, each told from the next.
pub(super) fn sha256<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Digest {
    use sha2::Digest as _;
    let mut all = sha2::Sha256::new();
    for part in parts {
        all.update((part.len() as u64).to_be_bytes());
        all.update(part);
    }
    Digest(all.finalize().into())
}

/// Of files: their paths and contents. None where one could not be read: then there is nothing by which two
/// states could be told to be the same.
pub(super) fn digest(files: &[(String, Content)]) -> Option<Digest> {
    let mut all: Vec<_> = files.iter().collect();
    all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let mut parts = Vec::new();
    for (path, content) in all {
        parts.push(path.as_bytes());
        match content {
            Content::Bytes(bytes) => parts.push(bytes.as_slice()),
            Content::Link | Content::Unread(_) => return None,
        }
    }
    Some(sha256(parts))
}

/// Whether what stands at the top of a repository under that name, or below it, means something: in whatever
/// case it is written, so that a wrong one is told.
pub(super) fn means_something(name: &str) -> bool {
    ["access.yaml", "access.yml", "config"].contains(&&*name.to_lowercase())
}

/// The files that mean something: `access.yaml`, and all below `config`.
pub(super) fn files(top: &Path) -> Result<Vec<(String, Content)>> {
    let unread = |error| {
        anyhow!(
            "`{}` cannot be read: {error}; name the top of the repository",
            top.display()
        )
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(top).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if means_something(&name) {
            walk(&entry.path(), name, &mut files);
        }
    }
    Ok(files)
}

/// Nothing that stands in the way ends it: what cannot be read is told with all else.
fn walk(path: &Path, name: String, files: &mut Vec<(String, Content)>) {
    let unread = |error: std::io::Error| Content::Unread(error.to_string());
    let kind = match path.symlink_metadata() {
        Ok(found) => found.file_type(),
        Err(error) => return files.push((name, unread(error))),
    };
    if path.file_name().is_some_and(|name| name.to_str().is_none()) {
        let why = "its name is not UTF-8".to_owned();
        files.push((name, Content::Unread(why)));
    } else if kind.is_symlink() {
        files.push((name, Content::Link));
    } else if kind.is_dir() {
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        match entries {
            Ok(entries) => {
                for entry in entries {
                    let below = format!("{name}/{}", entry.file_name().to_string_lossy());
                    walk(&entry.path(), below, files);
                }
            }
            Err(error) => files.push((name, unread(error))),
        }
    } else if kind.is_file() {
        let content = fs::read(path).map_or_else(unread, Content::Bytes);
        files.push((name, content));
    } else {
        // Reading a pipe would wait for whoever writes to it.
        let why = "it is neither a file nor a folder".to_owned();
        files.push((name, Content::Unread(why)));
    }
}
