//! One decision, or several at once.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use portcullis_app::decide::{Action, Entity, Properties, Question};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::wire::{
    Asked, Semantic, WireDecision, WireEvaluation, WireEvaluations, WireItem, answer,
};
use crate::{View, Web, auth::Enforcer, decision_log::Decided, error::Failure};

/// More items than this in one batch are refused.
const MOST_ITEMS: usize = 10_000;

/// And more than these, where each is to say why: an explanation costs a hundred decisions.
const MOST_EXPLAINED: usize = 100;

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
    let (most, which) = match why.explain {
        true => (MOST_EXPLAINED, "evaluations with explanations"),
        false => (MOST_ITEMS, "evaluations"),
    };
    if items.len() > most {
        let many = items.len();
        let wrong = format!("a batch of {many} {which} is too long; send {most} at most");
        return Err(Failure::Http(StatusCode::BAD_REQUEST, wrong));
    }
    let mut defaults = Defaults {
        subject: batch.subject.map(|subject| subject.0.into()),
        action: batch.action.map(|action| action.0.into()),
        resource: batch.resource.map(|resource| resource.0.into()),
        context: batch.context.0,
    };
    let semantic = batch.options.unwrap_or_default().0.evaluations_semantic;
    let mut decisions = Vec::with_capacity(items.len());
    for item in items {
        let ask = |question: &Question| decide(&web, &enforcer, &view, question, &why);
        let decision = match defaults.complete(&item, ask) {
            Ok(decision) => decision,
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

/// What items leave out: read once, and lent to each that needs it.
struct Defaults {
    subject: Option<Entity>,
    action: Option<Action>,
    resource: Option<Entity>,
    context: Option<Properties>,
}

impl Defaults {
    /// Asks what an item asks, or says why it is no evaluation.
    fn complete<T>(
        &mut self,
        item: &RawValue,
        ask: impl FnOnce(&Question) -> T,
    ) -> Result<T, String> {
        let item = WireItem::read(item)?;
        let (subject, action) = (item.subject.is_none(), item.action.is_none());
        let (resource, context) = (item.resource.is_none(), item.context.is_none());
        let lacks = [
            ("subject", subject && self.subject.is_none()),
            ("action", action && self.action.is_none()),
            ("resource", resource && self.resource.is_none()),
        ];
        let lacks = lacks.iter().find(|(_, lacks)| *lacks);
        let lacks = lacks.map_or("", |(name, _)| *name);
        let missing = || format!("missing field `{lacks}`");
        if !lacks.is_empty() {
            return Err(missing());
        }
        let own = item.subject.map(|own| own.0.into());
        let its_subject = own.or_else(|| self.subject.take());
        let own = item.action.map(|own| own.0.into());
        let its_action = own.or_else(|| self.action.take());
        let own = item.resource.map(|own| own.0.into());
        let its_resource = own.or_else(|| self.resource.take());
        let question = Question {
            subject: its_subject.ok_or_else(missing)?,
            action: its_action.ok_or_else(missing)?,
            resource: its_resource.ok_or_else(missing)?,
            context: item
                .context
                .map_or_else(|| self.context.take(), |own| own.0),
        };
        let answer = ask(&question);
        // What was lent comes back.
        if subject {
            self.subject = Some(question.subject);
        }
        if action {
            self.action = Some(question.action);
        }
        if resource {
            self.resource = Some(question.resource);
        }
        if context {
            self.context = question.context;
        }
        Ok(answer)
    }
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
