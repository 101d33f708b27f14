//! What a decision is told in: the same words on pages and on the command line.

use portcullis_model::{Entitlement, EntitlementKind, Group, World};
use portcullis_rules::{ConditionTrace, Effect, OperandTrace, Outcome, RuleTrace, Seen, Truth};
use serde::Serialize;

use super::Answer;

/// What decided: which group confers it, what it is and which of its rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecidedBy {
    /// The group.
    pub group: String,
    /// Which kind of entitlement.
    pub kind: EntitlementKind,
    /// Its name.
    pub entitlement: String,
    /// The rule's place in it, counted from 1.
    pub rule: usize,
    /// `allow` or `deny`.
    pub effect: &'static str,
    /// What its author noted beside the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<serde_json::Value>,
    #[serde(skip)]
    words: String,
}

impl DecidedBy {
    /// What decided `answer` in this world; nothing where no rule matched.
    #[must_use]
    pub fn of(world: &World, answer: &Answer) -> Option<Self> {
        let (entitlement, rule) = answer.decided_by.as_ref()?;
        let compiled = entitlement.grant.to_rules();
        let group = world.group(entitlement.group)?;
        Some(Self {
            group: group.name.to_string(),
            kind: entitlement.grant.kind(),
            entitlement: entitlement.grant.label().to_owned(),
            rule: *rule + 1,
            effect: if answer.allowed {
                Effect::Allow.as_str()
            } else {
                Effect::Deny.as_str()
            },
            meta: compiled.get(*rule).and_then(|rule| rule.meta.clone()),
            words: place(group, entitlement, *rule),
        })
    }

    /// In words: ``rule 2 of the list `Services` in `On-Call` ``.
    #[must_use]
    pub fn in_words(&self) -> &str {
        &self.words
    }
}

/// Where a rule of a trace stands, for the same sentence.
#[must_use]
pub fn place(group: &Group, entitlement: &Entitlement, rule: usize) -> String {
    format!("{} of `{}`", entitlement.grant.place(rule), group.name)
}

/// Notes beside a rule as one reads them: texts bare, members as `name: value`.
#[must_use]
pub fn notes(meta: &serde_json::Value) -> String {
    match meta {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Object(members) => {
            let members = members.iter();
            let told: Vec<_> = members
                .map(|(name, value)| format!("{name}: {}", notes(value)))
                .collect();
            told.join(" · ")
        }
        other => other.to_string(),
    }
}

/// What came of a rule that is about the question; nothing for one about other things.
#[must_use]
pub const fn outcome(rule: &RuleTrace) -> Option<&'static str> {
    let Outcome::Conditions(truth) = rule.outcome else {
        return None;
    };
    Some(match (truth, rule.effect) {
        (Truth::True, Effect::Allow) => "allows",
        (Truth::True, Effect::Deny) => "denies",
        (Truth::False, _) => "its conditions do not hold",
        (Truth::Undecided, Effect::Allow) => {
            "its conditions cannot be decided, so it does not allow"
        }
        (Truth::Undecided, Effect::Deny) => "its conditions cannot be decided, so it denies",
    })
}

/// A condition as it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// As it is written: `@environment = "production"`.
    pub text: String,
    /// What its attributes were.
    pub values: String,
    /// Whether it holds, in words.
    pub truth: &'static str,
}

impl Condition {
    /// The condition in words.
    #[must_use]
    pub fn of(trace: &ConditionTrace) -> Self {
        let name = |operand: &OperandTrace| match operand {
            OperandTrace::Literal(value) => value.to_string(),
            OperandTrace::Attribute(name, _) => format!("@{name}"),
        };
        let value = |operand: &OperandTrace| match operand {
            OperandTrace::Literal(_) => None,
            OperandTrace::Attribute(name, Seen::Missing) => Some(format!("@{name} is missing")),
            OperandTrace::Attribute(name, Seen::Value(value)) => {
                Some(format!("@{name} is {value}"))
            }
            OperandTrace::Attribute(name, Seen::Hidden(kind)) => {
                Some(format!("@{name} is {kind}, which only they and admins see"))
            }
        };
        let values = [&trace.left, &trace.right].into_iter().filter_map(value);
        Self {
            text: format!("{} {} {}", name(&trace.left), trace.op, name(&trace.right)),
            values: values.collect::<Vec<_>>().join(", "),
            truth: match trace.truth {
                Truth::True => "holds",
                Truth::False => "does not hold",
                Truth::Undecided => "undecided",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn notes_are_told_in_words() {
        let table = [
            (json!("agreed"), "agreed"),
            (
                json!({ "agreed": "2.3", "why": "books" }),
                "agreed: 2.3 · why: books",
            ),
            (json!(["a", 1]), "[\"a\",1]"),
        ];
        for (meta, told) in table {
            assert_eq!(notes(&meta), told);
        }
    }
}
