//! `plan.json`: the plan for programs, and whether it may still be applied.

use std::fmt;

use portcullis_model::{Expiry, Timestamp};
use portcullis_rules::strict;
use serde::Deserialize;

use super::shape::{Digests, FlagCode, Plan, SCHEMA};

/// Why a file is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPlan(pub String);

impl fmt::Display for NotAPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAPlan {}

/// Why a plan is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Flags block it.
    Blocked(Vec<FlagCode>),
    /// It does not say of what it was made, so that nobody can see whether that moved.
    NoDigests,
    /// Something else is published by now.
    BaseMoved,
    /// It was made of another head.
    HeadMoved,
    /// The directory says something else by now.
    DirectoryMoved,
    /// Something has ended by itself since.
    Outdated(Timestamp),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked(codes) => {
                let codes: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
                write!(f, "the plan is blocked: {}", codes.join(", "))
            }
            Self::NoDigests => f.write_str("the plan does not say what it was made of; plan again"),
            Self::BaseMoved => f.write_str("something else is published by now; plan again"),
            Self::HeadMoved => {
                f.write_str("the plan was made of another state of the files; plan again")
            }
            Self::DirectoryMoved => f.write_str("the directory has changed since; plan again"),
            Self::Outdated(at) => write!(
                f,
                "something ended at {at}, after the plan was made; plan again"
            ),
        }
    }
}

impl std::error::Error for Refused {}

#[derive(Deserialize)]
struct Version {
    schema: u64,
}

impl Plan {
    /// The plan as JSON: the same plan, the same bytes.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads what [`Plan::json`] wrote. A key that is unknown or written twice is refused.
    ///
    /// # Errors
    /// Where it is something else, or of another version.
    pub fn read(bytes: &[u8]) -> Result<Self, NotAPlan> {
        let wrong = |wrong: &dyn fmt::Display| NotAPlan(format!("this is no plan: {wrong}"));
        let version: Version = strict::from_slice(bytes).map_err(|it| wrong(&it))?;
        if version.schema != u64::from(SCHEMA) {
            let message = format!(
                "its version is {}, and {SCHEMA} is read here",
                version.schema
            );
            return Err(wrong(&message));
        }
        strict::from_slice(bytes).map_err(|it| wrong(&it))
    }

    /// Whether the plan may be applied to what there is at `now`.
    ///
    /// Who applies plans again and compares first: what stands in a file may have been written by anybody.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn may_apply(&self, there: &Digests, now: Timestamp) -> Result<(), Refused> {
        let blocking = self.blocking();
        if !blocking.is_empty() {
            return Err(Refused::Blocked(blocking));
        }
        let planned = &self.digests;
        if planned.head.is_none() {
            return Err(Refused::NoDigests);
        }
        if planned.base != there.base {
            return Err(Refused::BaseMoved);
        }
        if planned.head != there.head {
            return Err(Refused::HeadMoved);
        }
        if planned.directory != there.directory {
            return Err(Refused::DirectoryMoved);
        }
        match self.valid_until {
            Some(until) if Expiry::at(until).is_past(now) => Err(Refused::Outdated(until)),
            _ => Ok(()),
        }
    }
}
