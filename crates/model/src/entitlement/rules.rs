//! A list of rules that members of a group are judged by.

use std::sync::Arc;

use portcullis_rules::RuleList;
use serde::{Deserialize, Serialize};

use crate::name::Name;

/// An ordered list of rules with a priority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Its name, unique in the group.
    #[serde(rename = "list")]
    pub name: Name,
    /// Lists of higher priority are asked first; inside one priority, denies come before allows.
    #[serde(default)]
    pub priority: i32,
    /// The rules, in order.
    pub rules: Arc<RuleList>,
    /// Cases that must come out as they say whenever the list is saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<serde_json::Value>,
}
