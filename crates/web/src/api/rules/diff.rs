//! Compare two lists of rules.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use portcullis_model::Refusal;
use portcullis_rules::{
    Decision,
    analysis::{
        Effort,
        diff::{Difference, diff_with},
    },
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::Rules;
use crate::{
    api::{Answer, Write, body, json, row},
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
        /// The rule that decides, counted from 0; null if none matches.
        rule: Option<usize> = decision.rule,
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
