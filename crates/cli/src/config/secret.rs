//! Secrets: written as they are, or as where to find them. Never printed.

use std::{collections::BTreeMap, fmt, path::Path};

use portcullis_web::SigningKey;

/// A text that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("set (not shown)")
    }
}

impl Secret {
    /// The secret that `text` is or leads to: `env:NAME`, `file:PATH` (beside `folder`), or itself.
    /// An error names where it was looked for, and nothing of the secret.
    pub(super) fn read(
        text: &str,
        folder: &Path,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let found = if let Some(name) = text.strip_prefix("env:") {
            let value = environment.get(name).cloned();
            value.ok_or_else(|| {
                format!("the environment has no `{name}`; set it, or write where the secret is")
            })?
        } else if let Some(path) = text.strip_prefix("file:") {
            let path = folder.join(path);
            let read = std::fs::read_to_string(&path).map_err(|error| {
                format!(
                    "`{}` cannot be read: {error}; put the secret there",
                    path.display()
                )
            })?;
            warn_if_others_read(&path);
            read.trim().to_owned()
        } else {
            text.to_owned()
        };
        Ok(Self(found))
    }

    /// The signing key it makes; `None` where it is too short for one.
    pub(crate) fn signing_key(&self) -> Option<SigningKey> {
        SigningKey::new(self.0.as_bytes())
    }
}

#[cfg(unix)]
fn warn_if_others_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map(|data| data.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        eprintln!(
            "warning: `{0}` holds a secret and others may read it; `chmod 600 {0}`",
            path.display()
        );
    }
}

#[cfg(not(unix))]
fn warn_if_others_read(_: &Path) {}
