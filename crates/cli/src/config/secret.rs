//! Secrets: written as they are, or as where to find them. Never printed.

use std::{fmt, path::Path};

use toml::de::DeValue;

use super::value::{Value, Written};

/// A text that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    Set(String),
    /// It is not where the configuration says; why. What needs it does not run, and all else does.
    Missing(String),
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::Set(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "set (not shown)",
            Self::Missing(_) => "missing",
        })
    }
}

impl Secret {
    /// The text itself, for its one use; nothing where it is missing.
    pub(super) fn reveal(&self) -> &str {
        match self {
            Self::Set(text) => text,
            Self::Missing(_) => "",
        }
    }

    pub(super) const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    fn of_file(path: &str, written: &Written<'_>) -> Self {
        let path = written.folder.join(path);
        match std::fs::read_to_string(&path) {
            Ok(read) => {
                warn_if_others_read(&path);
                read.trim().into()
            }
            Err(error) => Self::Missing(format!(
                "`{}` cannot be read: {error}; put the secret there",
                path.display()
            )),
        }
    }
}

/// `env:NAME`, `file:PATH`, or the secret itself. An error names where it was looked for, and
/// nothing of the secret.
impl Value for Secret {
    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        Ok(if let Some(name) = text.strip_prefix("env:") {
            let missing =
                || format!("the environment has no `{name}`; set it, or write where the secret is");
            let value = written.environment.get(name);
            value.map_or_else(|| Self::Missing(missing()), Self::from)
        } else if let Some(path) = text.strip_prefix("file:") {
            Self::of_file(path, written)
        } else {
            text.into()
        })
    }

    fn missing(&self) -> Option<&str> {
        match self {
            Self::Set(_) => None,
            Self::Missing(why) => Some(why),
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

    fn missing(&self) -> Option<&str> {
        self.0.iter().find_map(Secret::missing)
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
        Ok(Self(Secret::of_file(text, written)))
    }

    fn missing(&self) -> Option<&str> {
        self.0.missing()
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
