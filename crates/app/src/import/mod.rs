//! What a file says: an organisation, or what decisions are made from.

mod org;
mod policy;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use portcullis_model::{FieldError, Reason, name::ParseTextError};

pub use org::{Org, Person, Repo, Team};
pub use policy::{Policy, PolicyGroup, PolicyResource, Subject};

use crate::{
    grants,
    sync::{At, Said},
};

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
fn said(at: impl Into<At>) -> Said {
    static WHY: LazyLock<Reason> = LazyLock::new(|| grants::reason("as the imported file says"));
    Said {
        at: at.into(),
        until: None,
        reason: WHY.clone(),
    }
}

/// Names of one kind, each of which stands in a file once, however it is written there.
#[derive(Default)]
struct Once(HashMap<String, (Arc<str>, String)>);

impl Once {
    /// Takes the name `called`, compared by `key`, which stands at the pointer `at`.
    ///
    /// # Errors
    /// The fault that it stands elsewhere too.
    fn insert(
        &mut self,
        key: String,
        called: impl Into<Arc<str>>,
        at: impl Into<String>,
    ) -> Result<(), FieldError> {
        let (called, at) = (called.into(), at.into());
        if let Some((other, there)) = self.0.get(&key) {
            let message = if *other == called {
                format!("`{called}` stands here twice, also at {there}; keep one")
            } else {
                format!("`{called}` is the same name as `{other}` at {there}; keep one")
            };
            return Err(FieldError::new(at, message));
        }
        self.0.insert(key, (called, at));
        Ok(())
    }

    /// How it is written there.
    fn get(&self, key: &str) -> Option<&Arc<str>> {
        self.0.get(key).map(|(called, _)| called)
    }
}
