//! Compare two lists of rules.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use portcullis_model::{FieldError, Refusal};
use portcullis_rules::{
    Budget, Decision,
    analysis::{
        Effort,
        diff::{Diff, Difference, diff_within},
    },
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::Rules;
use crate::api::{Answer, Write, body, json, row};

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

row! {
    /// A request that is answered differently.
    pub(crate) struct DifferenceRow of(found: Difference) where {
        let attributes = found.attributes.iter();
    } {
        /// The action.
        action: String = found.action.to_string(),
        /// The type of the resource.
        #[serde(rename = "type")]
        kind: String = found.resource_type.to_string(),
        /// What rules look at; all other attributes are missing.
        #[schema(value_type = Object)]
        attributes: BTreeMap<String, Value> =
            attributes.map(|(name, value)| (name.to_string(), value.to_json())).collect(),
        before: DecidedRow = DecidedRow::of(found.before),
        after: DecidedRow = DecidedRow::of(found.after),
    }
}

row! {
    /// An answer.
    pub(crate) struct DecidedRow of(decision: Decision) {
        /// `allow` or `deny`.
        effect: &'static str = decision.effect.as_str(),
        /// The rule that decides, counted from 1; null if none matches.
        rule: Option<usize> = decision.rule.map(|rule| rule + 1),
    }
}

/// Compare rules
///
/// Requests that the two lists answer differently, and whether these are all the ways in which
/// answers change.
#[utoipa::path(post, path = "/rules/diff", tag = "rules", request_body = Pair, responses((status = 200, body = Differences)))]
pub(crate) async fn diff_rules(Write { act, body }: Write<Pair>) -> Answer {
    let compare = move |budget: &Budget| compare(&body, budget);
    let found = act.web.costly(act.viewer.id, compare).await??;
    let answer = Differences {
        differences: found
            .differences
            .into_iter()
            .map(DifferenceRow::of)
            .collect(),
        exhaustive: found.exhaustive,
    };
    json(StatusCode::OK, &answer)
}

fn compare(body: &Pair, budget: &Budget) -> Result<Diff, Refusal> {
    let mut faults = Vec::new();
    let mut load = |at: &str, list: &Rules| {
        let count = list.0.as_array().map_or(0, Vec::len);
        let list = match count > MOST_RULES {
            true => None,
            false => list.load(at, budget, &mut faults),
        };
        let count = list.as_ref().map_or(count, |list| list.0.len());
        if count > MOST_RULES {
            let wrong = format!("{count} rules are too many to compare; {MOST_RULES} are the most");
            faults.push(FieldError::new(at, wrong));
            return None;
        }
        list
    };
    match (load("/before", &body.before), load("/after", &body.after)) {
        (Some(before), Some(after)) => Ok(diff_within(&before, &after, &EFFORT, budget)),
        _ => Err(Refusal::Invalid(faults)),
    }
}
