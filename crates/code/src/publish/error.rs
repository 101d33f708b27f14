//! Why nothing is published.

use portcullis_model::Timestamp;

/// Why nothing can be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The environment cannot be part of a path.
    #[error("`{0}` is no name of an environment; use a-z, 0-9 and `-`")]
    Environment(String),
    /// A text of the manifest that every language would not write alike.
    #[error(
        "`{0}` cannot stand in a manifest; use printable ASCII without spaces, quotes and `<>&\\`"
    )]
    Text(String),
    /// Two keys have one file where disks do not tell case.
    #[error("`{0}` and `{1}` would be one file on disks that do not tell case; keep one")]
    SameFile(String, String),
    /// The published manifest is another environment's.
    #[error(
        "the published manifest is for `{found}`, not for `{expected}`; see where it is published to"
    )]
    OtherEnvironment {
        /// What it says.
        found: String,
        /// What is to be published.
        expected: String,
    },
    /// What is published rests on a later answer of the directory.
    #[error("the directory was read at {new}, and what is published rests on {old}; read it again")]
    OlderDirectory {
        /// When the directory was read for this publication.
        new: Timestamp,
        /// When it was read for what is published.
        old: Timestamp,
    },
    /// The published manifest is signed and there is no key.
    #[error(
        "the published manifest is signed by `{0}` and there is no key to sign with; give the key"
    )]
    NoKey(String),
    /// The key would not sign.
    #[error("the manifest cannot be signed: {0}")]
    Sign(String),
}
