//! Why something was not done. Transport-free: only `web` knows status codes.

use crate::{Action, MembershipKind, Timestamp};

/// One thing wrong with what was sent, told where it was found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The field, as a JSON pointer or a form field's name; empty for the whole.
    pub field: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

impl FieldError {
    /// A fault in `field`.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// Why a change or a question was refused. Each variant exists because a caller acts on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was named does not exist, or the actor may not know of it.
    #[error("there is no {what} `{key}`; look it up in the list of {what}s")]
    NotFound {
        /// `group`, `user`, …
        what: &'static str,
        /// As it was given.
        key: String,
    },
    /// The actor lacks the standing the action needs.
    #[error("{sentence}; {next}")]
    NotAllowed {
        /// What was tried.
        action: Action,
        /// What is missing.
        sentence: String,
        /// Who could do it instead.
        next: String,
    },
    /// What was sent cannot be understood or breaks a rule of form; all faults at once.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// A rule of the house stands against it (a tag, a name taken, the last admin, a cycle …).
    #[error("{sentence}; {next}")]
    Rule {
        /// A stable code, such as `last_admin`.
        code: &'static str,
        /// The rule, in a sentence.
        sentence: String,
        /// What to do instead.
        next: String,
    },
    /// The world moved: what the change was based on is no longer so.
    #[error("{sentence}; {next}")]
    Conflict {
        /// A stable code, such as `already_resolved`.
        code: &'static str,
        /// What is different now.
        sentence: String,
        /// What to do instead.
        next: String,
    },
}

impl Refusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::NotAllowed { .. } => "not_allowed",
            Self::Invalid(_) => "invalid",
            Self::Rule { code, .. } | Self::Conflict { code, .. } => code,
        }
    }

    /// One fault in one field.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// A rule of the house.
    #[must_use]
    pub fn rule(code: &'static str, sentence: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Rule {
            code,
            sentence: sentence.into(),
            next: next.into(),
        }
    }

    /// The world moved.
    #[must_use]
    pub fn conflict(
        code: &'static str,
        sentence: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::Conflict {
            code,
            sentence: sentence.into(),
            next: next.into(),
        }
    }

    /// Nothing by that name.
    #[must_use]
    pub fn not_found(what: &'static str, key: impl std::fmt::Display) -> Self {
        Self::NotFound {
            what,
            key: key.to_string(),
        }
    }

    /// An end that has already passed.
    #[must_use]
    pub fn past_end(kind: MembershipKind, end: Timestamp) -> Self {
        Self::invalid(
            "until",
            format!(
                "the {} would end at {end}, which has passed; choose a time to come",
                kind.noun()
            ),
        )
    }
}

fn sentences(faults: &[FieldError]) -> String {
    let all: Vec<_> = faults
        .iter()
        .map(|fault| {
            if fault.field.is_empty() {
                fault.message.clone()
            } else {
                format!("{}: {}", fault.field, fault.message)
            }
        })
        .collect();
    all.join("; ")
}
