//! What JavaScript calls: the rule engine with texts going in and texts or numbers coming out.
//!
//! Names, objects and errors fit for people are made in `lib/api.js`; nothing outside that file calls this.
//! Everything structured crosses as JSON text, which costs less than building objects across the border.

mod attributes;
mod filter;

use std::collections::BTreeSet;

use portcullis_rules::analysis::{diff, lint};
use portcullis_rules::{
    ConditionSet, Decision, Engine, LoadError, Operand, Redaction, RuleList, Style, cases, strict,
};
use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::wasm_bindgen;

use attributes::Given;
use filter::Residual;

/// A compiled rule list.
#[wasm_bindgen]
pub struct Compiled(Engine);

#[wasm_bindgen]
impl Compiled {
    /// Loads and compiles a document; the error is JSON with every diagnostic.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Self, String> {
        let list = RuleList::from_json_str(text).map_err(|error| diagnostics(&error).to_string())?;
        let engine = Engine::compile(&list).map_err(|error| {
            json!({"message": error.to_string(), "diagnostics": [], "omitted": 0}).to_string()
        })?;
        Ok(Self(engine))
    }

    /// 0 when no rule matched, `n` when rule `n - 1` allowed, `-n` when it denied.
    pub fn decide(&self, action: &str, kind: &str, attributes: &str) -> Result<i32, String> {
        let given = Given::read(attributes)?;
        let decision = self.0.decide(action, kind, &given);
        Ok(encoded(decision.map_err(|error| error.to_string())?))
    }

    /// `{"named": {action: answer}, "other": answer}` with answers as in `decide`.
    pub fn which_actions(&self, kind: &str, attributes: &str) -> Result<String, String> {
        let given = Given::read(attributes)?;
        let answers = self.0.which_actions(kind, &given);
        let answers = answers.map_err(|error| error.to_string())?;
        let named: serde_json::Map<String, Json> = answers
            .named
            .iter()
            .map(|(action, decision)| (action.to_string(), encoded(*decision).into()))
            .collect();
        Ok(json!({"named": named, "other": encoded(answers.other)}).to_string())
    }

    /// `{"explanation": …, "text": …}`; `show` and `hide` are JSON lists of attribute names, or empty.
    pub fn explain(
        &self,
        action: &str,
        kind: &str,
        attributes: &str,
        show: &str,
        hide: &str,
    ) -> Result<String, String> {
        let given = Given::read(attributes)?;
        let redaction = match (names(show)?, names(hide)?) {
            (None, None) => Redaction::ShowAll,
            (None, Some(hidden)) => Redaction::Hide(hidden),
            (Some(shown), hidden) => Redaction::ShowOnly(&shown - &hidden.unwrap_or_default()),
        };
        let why = self.0.explain(action, kind, &given, &redaction);
        let why = why.map_err(|error| error.to_string())?;
        let text = why.render(Style::Plain);
        Ok(json!({"explanation": why.to_json(), "text": text}).to_string())
    }

    /// The findings as a JSON list.
    pub fn lint(&self) -> String {
        json!(lint::lint(self.0.rules())).to_string()
    }

    /// Requests that the other list answers differently, as JSON; attributes as text, where every digit counts.
    pub fn diff(&self, other: &Self) -> String {
        let diff = diff::diff(self.0.rules(), other.0.rules());
        let differences: Vec<Json> = diff
            .differences
            .iter()
            .map(|difference| {
                let attributes: serde_json::Map<String, Json> = difference
                    .attributes
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_json()))
                    .collect();
                json!({
                    "action": difference.action,
                    "type": difference.resource_type,
                    "attributes": Json::from(attributes).to_string(),
                    "before": encoded(difference.before),
                    "after": encoded(difference.after),
                    "text": difference.to_string(),
                })
            })
            .collect();
        json!({"differences": differences, "exhaustive": diff.exhaustive}).to_string()
    }

    /// What the rules ask of resources of a type; `complete` is a JSON list of prefixes of names.
    pub fn filter(
        &self,
        action: &str,
        kind: &str,
        known: &str,
        complete: &str,
    ) -> Result<Residual, String> {
        Residual::new(self.0.rules(), action, kind, known, complete)
    }

    /// Runs a suite of cases, whose own `rules` are not looked at; the report as JSON.
    pub fn test(&self, suite: &str) -> Result<String, String> {
        let suite: cases::Suite = strict::from_str(suite).map_err(|error| error.to_string())?;
        let report = cases::run(self.0.rules(), &suite);
        let results: Vec<Json> = report
            .results
            .iter()
            .map(|result| json!({"name": result.name, "failure": result.failure}))
            .collect();
        let undecided: Vec<usize> = report.undecided_rules().collect();
        Ok(json!({
            "passed": report.passed(),
            "results": results,
            "undecidedRules": undecided,
            "summary": report.to_string(),
        })
        .to_string())
    }

    /// What identifies the list's content, 32 hexadecimal digits.
    pub fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// How many rules there are.
    pub fn size(&self) -> usize {
        self.0.rules().0.len()
    }

    /// The document that reads back as this list.
    pub fn document(&self) -> String {
        self.0.rules().to_json().to_string()
    }

    /// The attributes that the rules mention, as a JSON list: a decision asks for no other.
    pub fn mentioned(&self) -> String {
        let mut found = BTreeSet::new();
        for rule in &self.0.rules().0 {
            mention(&rule.condition, &mut found);
        }
        json!(found).to_string()
    }
}

fn mention<'r>(set: &'r ConditionSet, found: &mut BTreeSet<&'r str>) {
    match set {
        ConditionSet::And(items) | ConditionSet::Or(items) => {
            items.iter().for_each(|item| mention(item, found));
        }
        ConditionSet::Leaf(condition) => {
            for operand in [&condition.left, &condition.right] {
                if let Operand::Attribute(name) = operand {
                    found.insert(name);
                }
            }
        }
    }
}

fn encoded(decision: Decision) -> i32 {
    // Loading takes no more than 100,000 rules.
    let number = decision.rule.map_or(0, |rule| rule as i32 + 1);
    if decision.is_allow() { number } else { -number }
}

fn names(list: &str) -> Result<Option<BTreeSet<String>>, String> {
    if list.is_empty() {
        return Ok(None);
    }
    strict::from_str(list)
        .map(Some)
        .map_err(|error| error.to_string())
}

fn diagnostics(error: &LoadError) -> Json {
    let diagnostics: Vec<Json> = error
        .diagnostics()
        .iter()
        .map(|diagnostic| {
            json!({
                "code": diagnostic.code.as_str(),
                "path": diagnostic.path,
                "line": diagnostic.position.map(|at| at.line),
                "column": diagnostic.position.map(|at| at.column),
                "message": diagnostic.message,
            })
        })
        .collect();
    json!({"message": error.to_string(), "diagnostics": diagnostics, "omitted": error.omitted()})
}
