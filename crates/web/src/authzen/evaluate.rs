//! One decision, or several at once.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use portcullis_app::decide::Question;
use portcullis_rules::strict;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::wire::{Asked, Semantic, WireDecision, WireEvaluation, WireEvaluations, answer};
use crate::{View, Web, auth::Enforcer, decision_log::Decided, error::Failure};

/// More items than this in one batch are refused.
const MOST_ITEMS: usize = 10_000;

/// Whether the answer says why.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Why {
    #[serde(default)]
    explain: bool,
}

pub(super) async fn evaluation(
    State(web): State<Web>,
    enforcer: Enforcer,
    view: View,
    Query(why): Query<Why>,
    Asked(question): Asked<WireEvaluation>,
) -> Result<Response, Failure> {
    let decision = decide(&web, &enforcer, &view, &question.into(), &why);
    Ok(answer(&decision, view.world.position()))
}

pub(super) async fn evaluations(
    State(web): State<Web>,
    enforcer: Enforcer,
    view: View,
    Query(why): Query<Why>,
    Asked(mut batch): Asked<WireEvaluations>,
) -> Result<Response, Failure> {
    let items = batch.evaluations.take().unwrap_or_default();
    if items.is_empty() {
        let question = batch.alone()?;
        let decision = decide(&web, &enforcer, &view, &question.into(), &why);
        return Ok(answer(&decision, view.world.position()));
    }
    if items.len() > MOST_ITEMS {
        return Err(Failure::Http(
            StatusCode::BAD_REQUEST,
            format!(
                "a batch of {} evaluations is too long; send {MOST_ITEMS} at most",
                items.len()
            ),
        ));
    }
    let defaults = [
        ("subject", json!(batch.subject)),
        ("action", json!(batch.action)),
        ("resource", json!(batch.resource)),
        ("context", json!(batch.context)),
    ];
    let semantic = batch.options.unwrap_or_default().0.evaluations_semantic;
    let mut decisions = Vec::with_capacity(items.len());
    for item in items {
        let decision = match complete(&item, &defaults) {
            Ok(question) => decide(&web, &enforcer, &view, &question, &why),
            Err(message) => WireDecision {
                decision: false,
                context: Some(json!({ "error": { "status": 400, "message": message } })),
            },
        };
        let last = match semantic {
            Semantic::ExecuteAll => false,
            Semantic::DenyOnFirstDeny => !decision.decision,
            Semantic::PermitOnFirstPermit => decision.decision,
        };
        decisions.push(decision);
        if last {
            break;
        }
    }
    Ok(answer(
        &json!({ "evaluations": decisions }),
        view.world.position(),
    ))
}

/// An item with what it leaves out, or why it is no evaluation.
fn complete(item: &RawValue, defaults: &[(&str, Value)]) -> Result<Question, String> {
    let item: portcullis_rules::Value =
        strict::from_str(item.get()).map_err(|error| error.to_string())?;
    let Value::Object(mut item) = item.to_json() else {
        return Err("an item of `evaluations` is an object".into());
    };
    for (name, default) in defaults {
        if !item.contains_key(*name) && !default.is_null() {
            item.insert((*name).into(), default.clone());
        }
    }
    serde_json::from_value::<WireEvaluation>(Value::Object(item))
        .map(Question::from)
        .map_err(|error| error.to_string())
}

fn decide(
    web: &Web,
    enforcer: &Enforcer,
    view: &View,
    question: &Question,
    why: &Why,
) -> WireDecision {
    let answer = web.decider().decide(&view.world, view.now, question);
    web.decision_log().record(&Decided {
        by: &enforcer.name,
        user: enforcer.user,
        at: view.now,
        position: view.world.position(),
        question,
        allowed: answer.allowed,
    });
    let context = why
        .explain
        .then(|| web.decider().explain(&view.world, view.now, question));
    WireDecision {
        decision: answer.allowed,
        context,
    }
}
