//! Why nothing was proved, in sentences for whoever tried. None holds a token, a code or a secret.

use crate::http::HttpError;

/// Why somebody was not let through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The provider cannot be used: it is down, or answers what it must not. A gateway's error.
    #[error("the identity provider cannot be used: {why}")]
    Down {
        /// What it did.
        why: String,
    },
    /// The provider did not answer in time. A gateway's error.
    #[error("the identity provider did not answer in time; try again")]
    Slow,
    /// The provider or the person said no.
    #[error("{why}")]
    Refused {
        /// What was said.
        why: String,
    },
    /// What was handed in proves nothing.
    #[error("{why}")]
    Protocol {
        /// What is wrong with it.
        why: String,
    },
}

impl Fault {
    pub(crate) fn down(why: impl Into<String>) -> Self {
        Self::Down { why: why.into() }
    }

    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }

    pub(crate) fn protocol(why: impl Into<String>) -> Self {
        Self::Protocol { why: why.into() }
    }
}

impl From<HttpError> for Fault {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Late { .. } => Self::Slow,
            // Why it cannot be read may quote it.
            HttpError::Unreadable { origin, .. } => {
                Self::down(format!("`{origin}` answered what cannot be read"))
            }
            other => Self::down(other.to_string()),
        }
    }
}
