//! Where facts come from when no person grants them: connectors, by name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::name::ParseTextError;

/// The most letters in a name. It is kept inline, because a million facts may carry one.
const MOST: usize = 22;

/// Words for Portcullis, its parts and its own connectors, which name no source. All parts are here:
/// a test compares.
const RESERVED: [&str; 14] = [
    "anonymous",
    "connector",
    "demo",
    "email",
    "external",
    "import",
    "operator",
    "policy",
    "portcullis",
    "sign_in",
    "source",
    "system",
    "time",
    "user",
];

/// The name of a connector: what reads or writes an outside system, or a file. 1 to 22 lower-case
/// letters, digits, `.`, `-` or `_`, beginning with a letter or digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorId {
    bytes: [u8; MOST],
    len: u8,
}

impl ConnectorId {
    /// Files that describe an organisation, unless they are given another name.
    pub const IMPORT: Self = Self::known("import");
    /// Files that say what decisions are made from, unless they are given another name.
    pub const POLICY: Self = Self::known("policy");
    /// Verified e-mail addresses, as identities.
    pub const EMAIL: Self = Self::known("email");
    /// An outside system of which nothing more is known.
    pub const EXTERNAL: Self = Self::known("external");

    const fn known(name: &str) -> Self {
        let (from, mut bytes, mut at) = (name.as_bytes(), [0; MOST], 0);
        while at < from.len() {
            bytes[at] = from[at];
            at += 1;
        }
        Self {
            bytes,
            len: from.len() as u8,
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    /// [`ParseTextError`] with the sentence to show.
    pub fn parse(text: &str) -> Result<Self, ParseTextError> {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = !text.is_empty()
            && text.len() <= MOST
            && text
                .bytes()
                .all(|byte| word(byte) || b".-_".contains(&byte))
            && text.bytes().next().is_some_and(word);
        if fits {
            return Ok(Self::known(text));
        }
        Err(ParseTextError(format!(
            "`{text}` cannot name a connector; use 1 to {MOST} lower-case letters, digits, dots, hyphens and underscores"
        )))
    }

    /// Reads the name of a source that somebody chose: none that reads like a part of Portcullis,
    /// or like nobody, in the log and on pages.
    ///
    /// # Errors
    /// [`ParseTextError`] with the sentence to show.
    pub fn parse_source(text: &str) -> Result<Self, ParseTextError> {
        if RESERVED.contains(&text) {
            return Err(ParseTextError(format!(
                "`{text}` is a word for a part of Portcullis; choose another name for the source"
            )));
        }
        Self::parse(text)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.len.into()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for ConnectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for ConnectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ConnectorId {
    type Err = ParseTextError;
    fn from_str(text: &str) -> Result<Self, ParseTextError> {
        Self::parse(text)
    }
}

impl Serialize for ConnectorId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ConnectorId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}
