//! A list of rules that members of a group are judged by.

use std::{borrow::Cow, sync::Arc};

use portcullis_rules::RuleList;
use serde::{Deserialize, Serialize};

use super::{Conferred, Kind, Member, Members, Takes};
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

impl Conferred for Rules {
    fn label(&self) -> &str {
        &self.name
    }

    fn rules(&self) -> Cow<'_, RuleList> {
        Cow::Borrowed(&self.rules)
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn cases(&self) -> &[serde_json::Value] {
        &self.cases
    }

    fn place(&self, rule: usize) -> String {
        format!("rule {} of the list `{}`", rule + 1, self.name)
    }

    fn gives_less_than(&self, was: &Self) -> bool {
        self.rules.0.len() < was.rules.0.len()
    }
}

impl Kind for Rules {
    const NOUN: &'static str = "a list of rules";
    const MEMBERS: &'static [Member] = &[
        Member {
            name: "list",
            takes: Takes::Text(255),
            label: "Name",
            about: "The name of the list of rules.",
        },
        Member {
            name: "priority",
            takes: Takes::Number,
            label: "Priority",
            about: "Lists of higher priority are asked first; 0 if not given.",
        },
        Member {
            name: "rules",
            takes: Takes::Rules,
            label: "Rules",
            about: "The rules, in order: the list, or its text.",
        },
        Member {
            name: "cases",
            takes: Takes::Objects,
            label: "Cases",
            about: "Cases that must come out as they say whenever the list is saved.",
        },
    ];
    const EXAMPLE: &'static str = r#"{
        "list": "Drafts", "priority": 5,
        "rules": [{"access": "allow", "where": {"rsrc_type": "document", "action": "edit", "rsrc_match": [["@status", "=", "draft"]]}}],
        "cases": [{"name": "published", "action": "edit", "type": "document", "expect": "deny"}]
    }"#;

    fn read(members: &mut Members<'_>) -> Option<Self> {
        let (name, priority) = (members.required("list"), members.or_default("priority"));
        let (rules, cases) = (members.rules("rules"), members.each("cases"));
        Some(Self {
            name: name?,
            priority: priority?,
            rules: Arc::new(rules?),
            cases: cases?,
        })
    }
}
