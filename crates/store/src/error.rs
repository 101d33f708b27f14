//! What can go wrong between a world in memory and its tables. A variant exists because a caller
//! acts on it: an operator corrects an address, a page says "try again", a client sends a new key.

use std::{borrow::Cow, sync::Arc};

use portcullis_model::{Position, Refusal};

/// Why the store could not answer. Cheap to clone, because one failed transaction answers a batch.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is none of ours.
    #[error(
        "`{url}` is no database this program knows; write sqlite:/path/to/file, sqlite::memory: or postgres://user@host/database"
    )]
    Url {
        /// As it was given, without its password.
        url: String,
    },
    /// A newer version of this program has been here.
    #[error(
        "the database has schema {found} and this program knows up to {known}; start the newer version again, or restore a backup"
    )]
    Newer {
        /// The schema found.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// The database is away, locked or slow. Nothing was written; trying again is right.
    #[error("the database does not answer: {0}; see that it runs and try again")]
    Database(#[source] Arc<sqlx::Error>),
    /// A uniqueness rule of the tables stands against a row.
    #[error("the rule `{0}` of the tables stands against it; load it again and look what is there")]
    Constraint(&'static str),
    /// What is stored cannot be what this program wrote.
    #[error(
        "the stored {what} cannot be read: {why}; run `portcullis audit verify` and restore a backup"
    )]
    Corrupt {
        /// Which table or row.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The log does not reach that far.
    #[error("the log ends at {head}, before {wanted}; ask for a position it has reached")]
    Beyond {
        /// The position asked for.
        wanted: Position,
        /// Where the log ends.
        head: Position,
    },
    /// The file is no longer the one that was opened.
    #[error(
        "the data file `{path}` was removed or replaced while the program runs; start the program again"
    )]
    Replaced {
        /// Which file.
        path: String,
    },
    /// This engine does it another way.
    #[error("{what}; {instead}")]
    Unsupported {
        /// What cannot be done here.
        what: Cow<'static, str>,
        /// What to do instead.
        instead: &'static str,
    },
    /// A file could not be written.
    #[error("`{path}` cannot be written: {source}; choose another place")]
    File {
        /// Which file.
        path: String,
        /// What the operating system says.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// The writer has ended, because the program is stopping.
    #[error("the writer has stopped; start the program again")]
    Stopped,
}

impl StoreError {
    pub(crate) fn corrupt(what: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Self::Corrupt {
            what: what.into(),
            why: format!("{why}"),
        }
    }

    /// What is wrong with what is stored, for whoever looks through all of it.
    ///
    /// # Errors
    /// The error, where it is about something else: then nothing is known of what is stored.
    pub fn unreadable(self) -> Result<String, Self> {
        match self {
            Self::Corrupt { what, why } => Ok(format!("{what}: {why}")),
            Self::Database(error) if is_of_a_value(&error) => Ok(error.to_string()),
            other => Err(other),
        }
    }

    /// Whether the error is about what was to be written, rather than about the database: then one
    /// proposal of a batch is to blame, and its neighbours can be written without it.
    pub(crate) fn is_about_data(&self) -> bool {
        match self {
            Self::Constraint(_) | Self::Corrupt { .. } => true,
            Self::Database(error) => refused_value(error).is_some(),
            _ => false,
        }
    }
}

/// Whether the database answered, and a value is of another type than its column's.
fn is_of_a_value(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)
    )
}

/// What the engine says of a value it cannot store, such as a text with a NUL on PostgreSQL.
pub(crate) fn refused_value(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    // SQLSTATE class 22: data exceptions. SQLite's codes are short numbers.
    let code = error.code().filter(|code| code.len() == 5)?;
    code.starts_with("22").then(|| error.message().to_owned())
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match crate::constraints::violated(&error) {
            Some(constraint) => Self::Constraint(constraint),
            None => Self::Database(Arc::new(error)),
        }
    }
}

/// Why a proposal was not committed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// The builder, the guard or a rule of the tables refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request; send a new key")]
    KeyReused,
    /// The database did not take it; nothing was written as far as is known, reads go on.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
    /// What has to be looked at first takes long, and others wait for the like; nothing was written.
    #[error("others wait for changes that take long; try again in a moment")]
    Busy,
    /// The builder or the guard has a bug; the details are in the program's own log.
    #[error("the change could not be made because of a bug: {0}; report it")]
    Internal(String),
}

impl CommitError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::KeyReused => "idempotency_key_reused",
            Self::Busy => "busy",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }
}

/// The position waited for was not reached in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("position {wanted} was not reached in time, only {reached}; try again")]
pub struct NotYet {
    /// The position asked for.
    pub wanted: Position,
    /// The position reached.
    pub reached: Position,
}
