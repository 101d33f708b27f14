//! Where the data is.

use std::path::{Path, PathBuf};

use portcullis_store::redact_url;

use super::{
    secret::Secret,
    section::section,
    value::{Source, Sourced, Value, Written},
};

section! {
    /// Where the data is.
    Database, prefix "" {
        /// the SQLite file that holds everything; relative to the file that names it
        data: PathBuf = "portcullis.sqlite".into();
        /// instead of `data`: `sqlite:FILE` or `postgres://user@host/database`; may be written as a secret. [Over TLS](../how-to/deploy.md#a-managed-postgresql) with `sslmode=verify-full`
        database: Option<Address> => "–";
    }
}

/// The address of a database. It may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(Secret);

impl From<&str> for Address {
    fn from(url: &str) -> Self {
        Self(url.into())
    }
}

impl Value for Address {
    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        match Secret::parse(text, written)? {
            // Nothing goes on without the data.
            Secret::Missing(why) => Err(why),
            set @ Secret::Set(_) => Ok(Self(set)),
        }
    }

    fn shown(&self) -> String {
        redact_url(self.0.reveal())
    }
}

impl Database {
    /// `data` and `database` are two ways to say the same thing: what `layer` says wins over what
    /// stood before. An error is that it says both.
    pub(super) fn overlay_with(&mut self, layer: Self) -> Result<(), String> {
        let set = |source: &Source| *source != Source::Default;
        let (data, database) = (&layer.data.source, &layer.database.source);
        if set(data) && set(database) {
            return Err(format!(
                "{data} names `data` and {database} names `database`; keep one of them"
            ));
        }
        if set(data) || set(database) {
            *self = layer;
        }
        Ok(())
    }

    /// The way to say it that does not hold.
    pub(super) const fn unused(&self) -> &'static str {
        match self.database.value {
            Some(_) => "data",
            None => "database",
        }
    }

    /// Where the data is.
    pub(crate) fn place(&self) -> Sourced<Place> {
        match &self.database {
            Sourced {
                value: Some(url),
                source,
            } => Sourced {
                value: Place::Url(url.clone()),
                source: source.clone(),
            },
            _ => Sourced {
                value: Place::File(self.data.value.clone()),
                source: self.data.source.clone(),
            },
        }
    }
}

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// An address.
    Url(Address),
}

impl Place {
    /// The address the store opens. It may hold a password.
    pub(crate) fn url(&self) -> String {
        match self {
            // The store reads addresses: what means something in one is written out.
            Self::File(path) => {
                let path = path.to_string_lossy();
                let path = path
                    .replace('%', "%25")
                    .replace('?', "%3F")
                    .replace('#', "%23");
                format!("sqlite:{path}")
            }
            Self::Url(url) => url.0.reveal().to_owned(),
        }
    }

    /// The SQLite file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Url(url) => {
                let path = url.0.reveal().strip_prefix("sqlite:")?;
                let path = path.strip_prefix("//").unwrap_or(path);
                let path = path.split('?').next().unwrap_or(path);
                (!path.starts_with(':')).then(|| Path::new(path))
            }
        }
    }

    /// As it may be shown: without a password.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::File(path) => path.shown(),
            Self::Url(url) => url.shown(),
        }
    }
}
