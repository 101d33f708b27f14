//! What can go wrong with a call. No message has more of a URL than its origin.

use std::{error::Error as _, time::Duration};

use reqwest::Url;

use super::{address::NotPublic, origin::origin};

/// Why there is no answer, or not all of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The address is one of this machine or network, and the call may only leave it.
    #[error("`{origin}` is an address of this machine or its network, which is not allowed")]
    Private {
        /// Where the call would have gone.
        origin: String,
    },
    /// The URL is none that can be called.
    #[error("`{origin}` cannot be called; use http or https")]
    Scheme {
        /// What it is.
        origin: String,
    },
    /// The origin is asked no more for now: its budget is spent, or it asked to be left alone.
    #[error("`{origin}` is left alone for {} s more", after.as_secs().max(1))]
    HeldBack {
        /// Whose turn it is not.
        origin: String,
        /// How long.
        after: Duration,
    },
    /// Nothing was heard in time.
    #[error("`{origin}` did not answer in time")]
    Late {
        /// Who.
        origin: String,
    },
    /// The answer is longer than the caller takes.
    #[error("`{origin}` answered with more than {most} bytes")]
    TooLong {
        /// Who.
        origin: String,
        /// What was taken at most.
        most: usize,
    },
    /// The answer is not what was expected.
    #[error("`{origin}` answered what cannot be read: {why}")]
    Unreadable {
        /// Who.
        origin: String,
        /// Why not.
        why: String,
    },
    /// No connection, or one that broke.
    #[error("`{origin}`: {why}")]
    Broken {
        /// Who.
        origin: String,
        /// Why.
        why: String,
    },
    /// Sent elsewhere, to where the call may not go.
    #[error("`{origin}` sends elsewhere, which is not followed")]
    Redirected {
        /// Who.
        origin: String,
    },
}

impl HttpError {
    /// Whether the same call may succeed if it is made again at once.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Late { .. } | Self::Broken { .. })
    }

    pub(super) fn of(error: &reqwest::Error, url: &Url) -> Self {
        let origin = origin(url);
        let mut cause = error.source();
        let mut why = None;
        while let Some(inner) = cause {
            if inner.is::<NotPublic>() {
                return Self::Private { origin };
            }
            why = Some(inner.to_string());
            cause = inner.source();
        }
        if error.is_timeout() {
            return Self::Late { origin };
        }
        // The innermost cause is the system's or the handshake's own word; the outer ones hold the URL.
        let why = why.unwrap_or_else(|| "no connection".to_owned());
        Self::Broken { origin, why }
    }
}
