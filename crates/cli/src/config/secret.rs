//! Secrets: written as they are, or as where to find them. Never printed.

use std::{fmt, path::Path};

use toml::de::DeValue;

use super::value::{Value, Written};

/// A text that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

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
    /// The text itself, for its one use.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    fn of_file(path: &str, written: &Written<'_>) -> Result<Self, String> {
        let path = written.folder.join(path);
        let read = std::fs::read_to_string(&path).map_err(|error| {
            format!(
                "`{}` cannot be read: {error}; put the secret there",
                path.display()
            )
        })?;
        warn_if_others_read(&path);
        Ok(read.trim().into())
    }
}

/// `env:NAME`, `file:PATH`, or the secret itself. An error names where it was looked for, and
/// nothing of the secret.
impl Value for Secret {
    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("env:") {
            let value = written.environment.get(name);
            value.map(|value| value.as_str().into()).ok_or_else(|| {
                format!("the environment has no `{name}`; set it, or write where the secret is")
            })
        } else if let Some(path) = text.strip_prefix("file:") {
            Self::of_file(path, written)
        } else {
            Ok(text.into())
        }
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// Several secrets, each written as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Secrets(pub(super) Vec<Secret>);

impl Value for Secrets {
    const WANTED: &'static str = "a list of secrets, as in [\"env:NEW\", \"env:OLD\"]";

    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        let all = Vec::<String>::parse(text, written)?;
        let all = all.iter().map(|text| Secret::parse(text, written));
        all.collect::<Result<_, _>>().map(Self)
    }

    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        let all = Vec::<String>::of_toml(value, written)?;
        let read = |all: Vec<String>| {
            all.iter()
                .map(|text| Secret::parse(text, written))
                .collect()
        };
        Some(all.and_then(read).map(Self))
    }

    fn shown(&self) -> String {
        format!("{} set (not shown)", self.0.len())
    }
}

/// A secret that is in a file, written as the file's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretFile(pub(super) Secret);

impl Value for SecretFile {
    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        Secret::of_file(text, written).map(Self)
    }

    fn shown(&self) -> String {
        self.0.to_string()
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
