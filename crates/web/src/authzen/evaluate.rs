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
    Asked, Given, Semantic, WireDecision, WireEvaluation, WireEvaluations, WireItem, answer,
};
use crate::{View, Web, auth::Enforcer, decision_log::Decided, error::Failure, watch::counts};

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
        subject: Lent::of(batch.subject),
        action: Lent::of(batch.action),
        resource: Lent::of(batch.resource),
        context: batch.context.0,
    };
    let semantic = batch.options.unwrap_or_default().evaluations_semantic;
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
    subject: Lent<Entity>,
    action: Lent<Action>,
    resource: Lent<Entity>,
    context: Option<Properties>,
}

/// A default, or what is wrong with it.
struct Lent<T>(Result<Option<T>, String>);

impl<T> Lent<T> {
    fn of<W: Into<T>>(given: Given<W>) -> Self {
        Self(given.0.map(|given| given.map(Into::into)))
    }

    /// What an item that leaves it out lacks.
    fn lacks(&self, member: &str) -> Option<String> {
        match &self.0 {
            Ok(Some(_)) => None,
            Ok(None) => Some(format!("missing field `{member}`")),
            Err(wrong) => Some(format!("the default `{member}` does not fit: {wrong}")),
        }
    }

    fn take(&mut self) -> Option<T> {
        self.0.as_mut().ok().and_then(Option::take)
    }
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
            subject.then(|| self.subject.lacks("subject")),
            action.then(|| self.action.lacks("action")),
            resource.then(|| self.resource.lacks("resource")),
        ];
        if let Some(lacks) = lacks.into_iter().flatten().flatten().next() {
            return Err(lacks);
        }
        // Nothing of this is missing, as was just seen.
        let unknown = || "the evaluation is not whole".to_owned();
        let own = item.subject.map(Into::into);
        let its_subject = own.or_else(|| self.subject.take());
        let own = item.action.map(Into::into);
        let its_action = own.or_else(|| self.action.take());
        let own = item.resource.map(Into::into);
        let its_resource = own.or_else(|| self.resource.take());
        let question = Question {
            subject: its_subject.ok_or_else(unknown)?,
            action: its_action.ok_or_else(unknown)?,
            resource: its_resource.ok_or_else(unknown)?,
            context: item
                .context
                .map_or_else(|| self.context.take(), |own| own.0),
        };
        let answer = ask(&question);
        // What was lent comes back.
        if subject {
            self.subject = Lent(Ok(Some(question.subject)));
        }
        if action {
            self.action = Lent(Ok(Some(question.action)));
        }
        if resource {
            self.resource = Lent(Ok(Some(question.resource)));
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
    counts::decided(answer.allowed);
    web.decision_log().record(&Decided {
        by: &enforcer.name,
        user: enforcer.user,
        at: view.now,
        position: view.world.position(),
        question,
        allowed: answer.allowed,
    });
    let context = why.explain.then(|| {
        let (decider, world, now) = (web.decider(), &*view.world, view.now);
        let subject = decider.user(world, &question.subject.kind, &question.subject.id);
        let redaction =
            subject.map(|subject| decider.redaction(world, now, enforcer.user, subject));
        decider.explain(world, now, question, &redaction.unwrap_or_default())
    });
    WireDecision {
        decision: answer.allowed,
        context,
    }
}
