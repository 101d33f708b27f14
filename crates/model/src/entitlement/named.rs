//! A named permission, in all environments or some: what is asked for by name, and how that is said
//! in rules.

use std::collections::BTreeSet;

use portcullis_rules::{Condition, ConditionSet, Operand, Operator, Rule, Value};
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

/// The type that permissions have as resources.
pub const PERMISSION_TYPE: &str = "permission";
/// The action by which a permission is asked for.
pub const PERMISSION_ACTION: &str = "use";
/// The attribute that says in which environment a permission is asked for.
pub const ENVIRONMENT: &str = "environment";

impl Permission {
    /// The rule that confers it: its holders may `use` the `permission` with its name as id, where
    /// it is limited to environments only with one of them as `environment`.
    #[must_use]
    pub fn rule(&self) -> Rule {
        let named = Condition::new(Operand::attribute("id"), Operator::Equal, &*self.name);
        let conditions = if self.environments.is_empty() {
            ConditionSet::from(named)
        } else {
            let names: Vec<Value> = self
                .environments
                .iter()
                .map(|e| Value::from(&**e))
                .collect();
            let inside = Condition::new(Operand::attribute(ENVIRONMENT), Operator::In, names);
            ConditionSet::all([named, inside])
        };
        Rule::allow()
            .on_types([PERMISSION_TYPE])
            .actions([PERMISSION_ACTION])
            .when(conditions)
    }

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
