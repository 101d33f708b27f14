//! The document form of rules, which loading reads back.

use serde::{Serialize, Serializer};
use serde_json::json;

use super::{Condition, ConditionSet, Operand, Rule, RuleList, SlugSet, Slugs};
use crate::value::Value;

impl RuleList {
    /// The document that reads back as this list.
    ///
    /// A lone [`ConditionSet::Leaf`] as the whole condition reads back as an `And` of one; operands for
    /// which [`Operand::is_writable`] is false do not read back, and [`RuleList::validate`] names them.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.0.iter().map(Rule::to_json).collect()
    }
}

impl Rule {
    /// The document form of this rule.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let mut rule = json!({
            "access": self.effect.as_str(),
            "where": {
                "rsrc_type": self.types.to_json(),
                "action": self.actions.to_json(),
                "rsrc_match": self.condition.to_json_root(),
            },
        });
        if let (Some(meta), Some(map)) = (&self.meta, rule.as_object_mut()) {
            map.insert("$meta".to_owned(), meta.clone());
        }
        rule
    }
}

impl SlugSet {
    fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Any => json!("*"),
            // A lone "*" outside a list is the wildcard, so the name "*" must stay in one.
            Self::Only(names) if names.as_slice() == ["*".into()] => json!(["*"]),
            Self::Only(names) => names.to_json(),
            Self::Except(names) => json!({ "$not": names.to_json() }),
        }
    }
}

impl Slugs {
    fn to_json(&self) -> serde_json::Value {
        match self.as_slice() {
            [name] => json!(name),
            names => json!(names),
        }
    }
}

impl ConditionSet {
    /// The document form as the whole of a rule's match, where a lone condition needs a list around it.
    fn to_json_root(&self) -> serde_json::Value {
        match self {
            Self::Leaf(condition) => json!([condition.to_json()]),
            Self::And(items) => items.iter().map(Self::to_json).collect(),
            Self::Or(_) => self.to_json(),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        match self {
            // Always the map form: a bare list is refused when empty inside `$or`, and one with three
            // items would lean on the reader's rule for telling it from a condition.
            Self::And(items) => {
                json!({ "$and": items.iter().map(Self::to_json).collect::<Vec<_>>() })
            }
            Self::Or(items) => {
                json!({ "$or": items.iter().map(Self::to_json).collect::<Vec<_>>() })
            }
            Self::Leaf(condition) => condition.to_json(),
        }
    }
}

impl Condition {
    /// The document form of this condition.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        json!([self.left.to_json(), self.op.sign(), self.right.to_json()])
    }
}

impl Operand {
    fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Attribute(name) => json!(format!("@{name}")),
            Self::Literal(Value::String(text)) if text.starts_with('@') => {
                json!(format!("\\{text}"))
            }
            Self::Literal(value) => value.to_json(),
        }
    }
}

impl Serialize for RuleList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
