//! What a file says: an organisation, or what decisions are made from.

mod org;
mod policy;

use portcullis_model::{FieldError, name::ParseTextError};

pub use org::{Org, Person, Repo, Team};
pub use policy::{Policy, PolicyGroup, PolicyResource, Subject};

use crate::{grants, sync::Said};

/// The value, or a note of what is wrong with it.
fn good<T>(
    faults: &mut Vec<FieldError>,
    at: impl Into<String>,
    read: Result<T, ParseTextError>,
) -> Option<T> {
    read.map_err(|bad| faults.push(FieldError::new(at, bad.0)))
        .ok()
}

/// As a file says it: until it no longer does.
fn said(at: impl Into<String>) -> Said {
    Said {
        at: at.into(),
        until: None,
        reason: grants::reason("as the imported file says"),
    }
}
