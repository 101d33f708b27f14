//! The version of a package, from what changed since the last one.

use std::{collections::BTreeMap, fmt, str::FromStr};

use portcullis_rules::strict;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Keys, Names};

/// A version without anything behind it: `1.2.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// More of it where code that used the last version may not work any more.
    pub major: u64,
    /// More of it where there is more to use.
    pub minor: u64,
    /// More of it where only texts differ.
    pub patch: u64,
}

/// What changed, by what it asks of those who use the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Nothing; there is nothing to publish.
    None,
    /// Descriptions, or what a deprecation says.
    Patch,
    /// Keys were added or deprecated.
    Minor,
    /// Keys were removed, which a rename does too, or a name of the package's constants changed.
    Major,
}

/// Why what was published cannot be compared with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It is no such file.
    #[error("this is no list of published keys: {0}")]
    Form(String),
    /// It is of a later program.
    #[error(
        "the list of published keys has the format {0} and this program reads {FORMAT}; update it"
    )]
    Format(u64),
}

const FORMAT: u64 = 1;

/// What was published: `keys.json` of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    format: u64,
    keys: BTreeMap<String, PublishedKey>,
    names: [String; 3],
    version: Version,
}

/// One key of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedKey {
    deprecated: Option<String>,
    description: String,
}

impl Published {
    /// What is to be published.
    #[must_use]
    pub fn new(names: &Names, keys: &Keys, version: Version) -> Self {
        let keys = keys.iter().map(|(key, it)| {
            let published = PublishedKey {
                deprecated: it.deprecated.clone(),
                description: it.description.clone(),
            };
            (key.clone(), published)
        });
        Self {
            format: FORMAT,
            keys: keys.collect(),
            names: [names.array(), names.union(), names.guard()].map(str::to_owned),
            version,
        }
    }

    /// Reads `keys.json` of the last package.
    ///
    /// # Errors
    /// [`VersionError`]
    pub fn read(bytes: &[u8]) -> Result<Self, VersionError> {
        #[derive(Deserialize)]
        struct Formatted {
            format: u64,
        }
        let wrong = |why: String| VersionError::Form(why);
        let formatted: Formatted =
            serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if formatted.format != FORMAT {
            return Err(VersionError::Format(formatted.format));
        }
        strict::from_slice(bytes).map_err(|error| wrong(error.to_string()))
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        text + "\n"
    }

    /// Which version it is.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// What changed since, and the version that follows from it: the same one where nothing did.
    #[must_use]
    pub fn next(&self, names: &Names, keys: &Keys) -> (Change, Version) {
        let change = self.change(&Self::new(names, keys, self.version));
        (change, self.version.after(change))
    }

    fn change(&self, now: &Self) -> Change {
        let is_gone = |key: &String| !now.keys.contains_key(key);
        if self.names != now.names || self.keys.keys().any(is_gone) {
            return Change::Major;
        }
        let more = now.keys.iter().any(|(key, is)| {
            let was = self.keys.get(key);
            was.is_none_or(|was| was.deprecated.is_none() && is.deprecated.is_some())
        });
        match more {
            true => Change::Minor,
            false if self.keys == now.keys => Change::None,
            false => Change::Patch,
        }
    }
}

impl Version {
    /// The first one.
    pub const FIRST: Self = Self {
        major: 1,
        minor: 0,
        patch: 0,
    };

    /// The version after a change. From a `0.` version on, too, a breaking change makes the next whole one.
    #[must_use]
    pub const fn after(self, change: Change) -> Self {
        let Self {
            major,
            minor,
            patch,
        } = self;
        match change {
            Change::None => self,
            Change::Patch => Self {
                patch: patch.saturating_add(1),
                ..self
            },
            Change::Minor => Self {
                major,
                minor: minor.saturating_add(1),
                patch: 0,
            },
            Change::Major => Self {
                major: major.saturating_add(1),
                minor: 0,
                patch: 0,
            },
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let number = |part: &str| {
            let is =
                part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            is.then(|| part.parse().ok())?
        };
        let parts: Vec<Option<u64>> = text.split('.').map(number).collect();
        match parts[..] {
            [Some(major), Some(minor), Some(patch)] => Ok(Self {
                major,
                minor,
                patch,
            }),
            _ => Err(VersionError::Form(format!(
                "`{text}` is no version; write it as 1.2.0"
            ))),
        }
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
