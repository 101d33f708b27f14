//! Compare two lists of rules.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use portcullis_model::Refusal;
use portcullis_rules::{
    Decision,
    analysis::{Effort, diff::diff_with},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::Rules;
use crate::{
    api::{Answer, Write, body, json},
    error::Failure,
};

/// Lists longer than this are not compared: every pair of rules is looked at.
const MOST_RULES: usize = 500;
/// Answers must come while somebody waits.
const EFFORT: Effort = Effort {
    steps: 10_000,
    total_steps: 1_000_000,
    rules: 256,
};

body! {
    /// What is to be compared.
    pub(crate) struct Pair {
        /// The rules as they are: the list, or its text.
        before: Rules,
        /// The rules as they would be.
        after: Rules,
    }
}

/// How two lists differ.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Differences {
    /// One request for each pair of deciding rules that was found.
    differences: Vec<DifferenceRow>,
    /// Whether these are all the ways in which answers change. If there are none, nothing changes.
    exhaustive: bool,
}

/// A request that is answered differently.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceRow {
    /// The action.
    action: String,
    /// The type of the resource.
    #[serde(rename = "type")]
    kind: String,
    /// What rules look at; all other attributes are missing.
    #[schema(value_type = Object)]
    attributes: BTreeMap<String, Value>,
    before: DecidedRow,
    after: DecidedRow,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecidedRow {
    /// `allow` or `deny`.
    effect: &'static str,
    /// The rule that decides, counted from 0; null if none matches.
    rule: Option<usize>,
}

impl From<Decision> for DecidedRow {
    fn from(decision: Decision) -> Self {
        Self {
            effect: decision.effect.as_str(),
            rule: decision.rule,
        }
    }
}

/// Compare rules
///
/// Requests that the two lists answer differently, and whether these are all the ways in which
/// answers change.
#[utoipa::path(post, path = "/rules/diff", tag = "rules", request_body = Pair, responses((status = 200, body = Differences)))]
pub(crate) async fn diff_rules(Write { body, .. }: Write<Pair>) -> Answer {
    for (at, list) in [("/before", &body.before), ("/after", &body.after)] {
        let count = list.0.0.len();
        if count > MOST_RULES {
            let wrong = format!("{count} rules are too many to compare; {MOST_RULES} are the most");
            return Err(Refusal::invalid(at, wrong).into());
        }
    }
    let found =
        tokio::task::spawn_blocking(move || diff_with(&body.before.0, &body.after.0, &EFFORT))
            .await
            .map_err(|error| Failure::Internal(error.to_string()))?;
    let differences = found.differences.into_iter().map(|found| DifferenceRow {
        action: found.action.to_string(),
        kind: found.resource_type.to_string(),
        attributes: found
            .attributes
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_json()))
            .collect(),
        before: found.before.into(),
        after: found.after.into(),
    });
    let answer = Differences {
        differences: differences.collect(),
        exhaustive: found.exhaustive,
    };
    json(StatusCode::OK, &answer)
}
