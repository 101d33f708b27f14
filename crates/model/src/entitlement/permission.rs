//! A named permission, in all environments or some.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::name::{Environment, PermissionName};

/// A named permission, such as `repo:acme/site:write`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Its name.
    #[serde(rename = "permission")]
    pub name: PermissionName,
    /// Where it holds; empty means everywhere.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<Environment>,
}

impl Permission {
    /// Whether it holds in `environment`; asking without one asks whether it holds anywhere.
    #[must_use]
    pub fn holds_in(&self, environment: Option<&str>) -> bool {
        match environment {
            None => true,
            Some(environment) => {
                self.environments.is_empty() || self.environments.contains(environment)
            }
        }
    }
}
