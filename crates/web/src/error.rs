//! How failures look: RFC 9457 problems for programs, a page with a way on for people. The one
//! place that knows status codes.

use std::{borrow::Cow, time::Duration};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_model::{FieldError, Refusal, RefusalCode, Scope};
use portcullis_store::{CommitError, NotYet, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::StepUp, http::request};

/// An RFC 9457 problem.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Identifies the kind of problem: `https://portcullis.dev/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// The status code of the answer.
    pub status: u16,
    /// What is wrong this time and what to do.
    pub detail: String,
    /// A stable code for programs.
    pub code: &'static str,
    /// The request's id, which the program's log names too: tell it to who runs the program.
    pub request_id: String,
    /// Everything that is wrong with what was sent, the first hundred of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<ProblemField>)]
    pub errors: Vec<FieldError>,
}

/// So many faults are listed; the sentence of the problem counts the rest.
const MOST_FAULTS: usize = 100;

/// One thing wrong with what was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// The field, as a JSON pointer or parameter name.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything that can go wrong in a handler.
#[derive(Debug)]
pub enum Failure {
    /// The model or the actor's rights stand against it.
    Refused(Refusal),
    /// Who is asking is not known.
    Unauthenticated,
    /// The token that was sent is none, or none any more.
    WrongToken,
    /// Who is asking is known and is nobody: an enforcement point asks for decisions only.
    DecisionsOnly,
    /// The token is not for that.
    Scope(Scope),
    /// Whoever it is has to prove anew who they are.
    StepUp(Box<StepUp>),
    /// The form came from another site or is too old.
    Csrf,
    /// The idempotency key was used for another request.
    KeyReused,
    /// What the client sent is of another kind than we read, too long, or a wrong method.
    Http(StatusCode, String),
    /// The caller asks too much; how long to wait.
    TooMany {
        /// Seconds, rounded up.
        seconds: u64,
    },
    /// Everything that takes long is taken.
    Busy,
    /// The store cannot be reached or written.
    Unavailable(String),
    /// The position asked for has not been reached.
    NotYet,
    /// What this process knows may no longer hold.
    Stale {
        /// How long ago it was last seen to.
        age: Duration,
        /// How long that may be.
        bound: Duration,
    },
    /// A fault of ours.
    Internal(String),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Refused(refusal) => Self::Refused(refusal),
            CommitError::KeyReused => Self::KeyReused,
            CommitError::Unavailable(error) => error.into(),
            CommitError::Busy => Self::Busy,
            CommitError::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<NotYet> for Failure {
    fn from(_: NotYet) -> Self {
        Self::NotYet
    }
}

impl Failure {
    /// The status code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.told().0
    }

    /// The status, a stable code, the kind of problem in a few words, and what to do.
    fn told(&self) -> (StatusCode, &'static str, &'static str, Cow<'_, str>) {
        use StatusCode as S;
        let (status, code, title, detail) = match self {
            Self::Refused(refusal) => {
                let (status, title) = match refusal {
                    Refusal::NotFound { .. } => (S::NOT_FOUND, "not found"),
                    Refusal::NotAllowed { .. } => (S::FORBIDDEN, "not allowed"),
                    Refusal::Invalid(_) => (S::BAD_REQUEST, "invalid input"),
                    Refusal::Rule {
                        code: RefusalCode::SignedOut,
                        ..
                    } => (S::UNAUTHORIZED, "not signed in any more"),
                    Refusal::Rule { .. } => (S::BAD_REQUEST, "against a rule"),
                    Refusal::Conflict { .. } => (S::CONFLICT, "conflict"),
                };
                return (status, refusal.code(), title, refusal.to_string().into());
            }
            Self::Http(status, detail) => {
                let title = status.canonical_reason().unwrap_or("not accepted");
                return (*status, "http", title, detail.into());
            }
            Self::TooMany { seconds } => {
                let (code, title) = ("too_many_requests", "too many requests");
                let wait = format!(
                    "that is more than one caller may ask for; wait {seconds} s and try again"
                );
                return (S::TOO_MANY_REQUESTS, code, title, wait.into());
            }
            Self::Stale { age, bound } => {
                let detail = format!(
                    "this server last saw the log of changes {} s ago, and answers for {} s without \
                     (`limits.stale_after`); see that the database runs and that `portcullis audit \
                     verify` can read it, and it goes on by itself",
                    age.as_secs(),
                    bound.as_secs()
                );
                let title = "the log cannot be read";
                return (S::SERVICE_UNAVAILABLE, "stale", title, detail.into());
            }
            Self::Scope(scope) => {
                let detail = format!(
                    "this token has not the scope `{}`; use one that has",
                    scope.as_str()
                );
                let title = "the token is not for that";
                return (S::FORBIDDEN, "insufficient_scope", title, detail.into());
            }
            Self::StepUp(_) => (
                S::UNAUTHORIZED,
                "insufficient_user_authentication",
                "sign in again",
                "this needs that you have signed in just now; sign in again, then repeat it",
            ),
            Self::Unauthenticated => (
                S::UNAUTHORIZED,
                "unauthenticated",
                "not signed in",
                "Authentication required: send a bearer token",
            ),
            Self::WrongToken => (
                S::UNAUTHORIZED,
                "invalid_token",
                "the token is not valid",
                "the token that was sent is not known, has ended, or was revoked; make another",
            ),
            Self::DecisionsOnly => (
                S::FORBIDDEN,
                "decisions_only",
                "not allowed",
                "this token may ask for decisions only; send the token of a user",
            ),
            Self::Csrf => (
                S::FORBIDDEN,
                "csrf",
                "form not accepted",
                "the form is too old or came from another site; load the page again and repeat",
            ),
            Self::KeyReused => (
                S::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "idempotency key reused",
                "this `Idempotency-Key` was used for another request; use a new one",
            ),
            Self::Busy => (
                S::SERVICE_UNAVAILABLE,
                "busy",
                "busy right now",
                "others wait for answers that take long; nothing was changed, try again in a moment",
            ),
            Self::Unavailable(_) => (
                S::SERVICE_UNAVAILABLE,
                "unavailable",
                "cannot be written right now",
                "the database does not answer; nothing was changed, try again in a moment",
            ),
            Self::NotYet => (
                S::SERVICE_UNAVAILABLE,
                "not_yet",
                "position not reached",
                "this server has not reached the position asked for; try again in a moment",
            ),
            Self::Internal(_) => (
                S::INTERNAL_SERVER_ERROR,
                "internal",
                "internal error",
                "something went wrong on our side, and the log says more; look before you repeat it",
            ),
        };
        (status, code, title, detail.into())
    }

    /// The problem, as programs get it.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (status, code, title, detail) = self.told();
        let errors = match self {
            Self::Refused(Refusal::Invalid(faults)) => {
                faults.iter().take(MOST_FAULTS).cloned().collect()
            }
            _ => Vec::new(),
        };
        Problem {
            kind: format!("https://portcullis.dev/problems/{code}"),
            title,
            status: status.as_u16(),
            detail: detail.into_owned(),
            code,
            request_id: request::id(),
            errors,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        // What the answer does not tell is for the log.
        if let Self::Unavailable(cause) | Self::Internal(cause) = &self {
            request::fails_by(cause);
        }
        let status = self.status();
        let mut response = (status, Json(self.problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // RFC 6750, 3: whoever sent nothing is told no error.
        let challenge = match &self {
            Self::Unauthenticated => Some("Bearer".to_owned()),
            Self::WrongToken => Some("Bearer error=\"invalid_token\"".to_owned()),
            Self::StepUp(step_up) => Some(challenge(step_up)),
            _ => None,
        };
        let challenge = challenge.and_then(|it| HeaderValue::from_str(&it).ok());
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Self::TooMany { seconds } = self {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // Pages take it from here and show it as a page.
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

/// What is asked for, as RFC 9470 writes it.
fn challenge(step_up: &StepUp) -> String {
    let mut challenge = format!(
        "Bearer error=\"insufficient_user_authentication\", max_age=\"{}\"",
        step_up.max_age
    );
    if !step_up.acr_values.is_empty() {
        let values = step_up.acr_values.join(" ");
        challenge.push_str(&format!(", acr_values=\"{values}\""));
    }
    challenge
}
