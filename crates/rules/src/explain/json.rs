//! The JSON form of explanations, as documented at `to_json`.

use serde_json::{Map, Value as Json, json};

use super::{Change, ConditionTrace, Explanation, OperandTrace, Outcome, RuleTrace, Seen};
use crate::value::Truth;

impl Explanation {
    /// The explanation as JSON, in a form that changes only together with its `version`.
    ///
    /// In version 1 it is a map with
    /// `version`; `digest` of the list; `action`, `resource_type`; `effect`; `rule`, the number of the deciding
    /// rule or null; `meta`, its notes, if it has some; `rules`, the rules up to it; `rules_after`, how many
    /// there are after it; `change`, null if none was found, else a list of one or two maps with `attribute` and
    /// either `to` or `"remove": true`.
    /// Each of `rules` has `rule`, `effect`, `outcome` (`other_type`, `other_action`, `true`, `false`,
    /// `undecided`), `decides`, and, where they were evaluated, `conditions`: maps with `path` (as in load
    /// errors, from `rsrc_match`), `left`, `op`, `right`, `truth`. An operand is `{"literal": …}` or
    /// `{"attribute": name}` with one of `"value": …`, `"missing": true`, `"hidden": kind`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut map = json!({
            "version": 1,
            "digest": self.digest.to_string(),
            "action": self.action,
            "resource_type": self.resource_type,
            "effect": self.decision.effect.as_str(),
            "rule": self.decision.rule,
            "rules": self.rules.iter().map(RuleTrace::to_json).collect::<Vec<_>>(),
            "rules_after": self.rules_after,
            "change": Json::Null,
        });
        if !self.change.is_empty() {
            map["change"] = self.change.iter().map(Change::to_json).collect();
        }
        if let Some(meta) = &self.meta {
            map["meta"] = meta.clone();
        }
        map
    }
}

impl serde::Serialize for Explanation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl RuleTrace {
    fn to_json(&self) -> Json {
        let mut map = json!({
            "rule": self.rule,
            "effect": self.effect.as_str(),
            "outcome": match self.outcome {
                Outcome::OtherType => "other_type",
                Outcome::OtherAction => "other_action",
                Outcome::Conditions(truth) => word(truth),
            },
            "decides": self.decides,
        });
        if let Outcome::Conditions(_) = self.outcome {
            map["conditions"] = self
                .conditions
                .iter()
                .map(ConditionTrace::to_json)
                .collect();
        }
        map
    }
}

impl ConditionTrace {
    fn to_json(&self) -> Json {
        json!({
            "path": self.path,
            "left": self.left.to_json(),
            "op": self.op.sign(),
            "right": self.right.to_json(),
            "truth": word(self.truth),
        })
    }
}

impl OperandTrace {
    fn to_json(&self) -> Json {
        let mut map = Map::new();
        match self {
            Self::Literal(value) => {
                map.insert("literal".to_owned(), value.to_json());
            }
            Self::Attribute(name, seen) => {
                map.insert("attribute".to_owned(), json!(name));
                let (key, value) = match seen {
                    Seen::Missing => ("missing", Json::Bool(true)),
                    Seen::Value(value) => ("value", value.to_json()),
                    Seen::Hidden(kind) => ("hidden", json!(kind)),
                };
                map.insert(key.to_owned(), value);
            }
        }
        Json::Object(map)
    }
}

impl Change {
    fn to_json(&self) -> Json {
        match &self.to {
            Some(value) => json!({"attribute": self.attribute, "to": value.to_json()}),
            None => json!({"attribute": self.attribute, "remove": true}),
        }
    }
}

pub(super) fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Undecided => "undecided",
    }
}
