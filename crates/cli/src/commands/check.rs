//! `portcullis check`: may they, yes or no.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::decide::{self, Action, DecidedBy, Decider, Entity, Question};
use portcullis_model::{
    Timestamp, World,
    entitlement::{ENVIRONMENT, PERMISSION_ACTION, PERMISSION_TYPE},
};
use portcullis_rules::{Effect, Redaction, Value};
use serde::Serialize;

use super::rules::{attribute, once_each};
use crate::{
    config::{Config, Where},
    failure::Outcome,
    log::start_log,
    open,
    output::{self, Format},
    tell,
};

/// Say whether somebody may do something; exit code 0 for yes, 3 for no
///
/// With two words: may SUBJECT use the permission? With three: may SUBJECT do ACTION on the
/// resource TYPE:ID? What no rule allows is denied: a permission or resource that nobody knows is a no,
/// and so is a permission that holds in some environments only where none is named.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis check ana deploy:production && ./deploy.sh
  portcullis check ana deploy:release --environment production --json
  portcullis check ana write doc:handbook --property status=draft --explain")]
pub(super) struct Check {
    /// Who: a login or id
    subject: String,
    /// The action; or a permission, such as deploy:production
    action: String,
    /// The resource, as TYPE:ID
    #[arg(value_name = "TYPE:ID")]
    resource: Option<String>,
    /// A property of the resource; a value that is JSON is taken as such, any other as text
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    property: Vec<(Arc<str>, Value)>,
    /// A member of the context
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    context: Vec<(Arc<str>, Value)>,
    /// The environment in which a permission is asked for
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Say which rule decided, and why
    #[arg(long)]
    explain: bool,
    /// As of this time, such as 2026-03-01 or 2026-03-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    at: Option<Timestamp>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Answer {
    allowed: bool,
    subject: String,
    action: String,
    resource: String,
    at: Timestamp,
    /// The group, the entitlement and its rule that decided; missing if none matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<DecidedBy>,
    /// Where a permission that was asked for without an environment may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    environments: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<serde_json::Value>,
    /// The explanation in words.
    #[serde(skip)]
    told: Vec<String>,
}

impl Check {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let (action, kind, id) = match &self.resource {
            None => (PERMISSION_ACTION, PERMISSION_TYPE, self.action.as_str()),
            Some(resource) => {
                let (kind, id) = resource.split_once(':').ok_or_else(|| {
                    anyhow!("`{resource}` names no resource; write TYPE:ID, as in doc:handbook")
                })?;
                (self.action.as_str(), kind, id)
            }
        };
        let asked = open::world(&config, self.at).await?;
        let subject = tell::user(&asked.world, &self.subject)?.login.to_string();
        let environment = self
            .environment
            .map(|name| (ENVIRONMENT.into(), name.into()));
        let properties = once_each(self.property.into_iter().chain(environment))?;
        let context = once_each(self.context)?;
        let decider = Decider::new(config.decisions.types());
        let subject_type = decider.subject_types().first().cloned().unwrap_or_default();
        let question = Question {
            subject: Entity {
                kind: subject_type,
                id: subject.clone(),
                properties: None,
            },
            action: Action {
                name: action.to_owned(),
                properties: None,
            },
            resource: Entity {
                kind: kind.to_owned(),
                id: id.to_owned(),
                properties: Some(properties),
            },
            context: Some(context),
        };
        let decided = decider.decide(&asked.world, asked.at, &question);
        let environments = if decided.allowed {
            Vec::new()
        } else {
            decider.environments(&asked.world, asked.at, &question)
        };
        let answer = Answer {
            allowed: decided.allowed,
            subject,
            action: action.to_owned(),
            resource: format!("{kind}:{id}"),
            at: asked.at,
            decided_by: DecidedBy::of(&asked.world, &decided),
            environments,
            explanation: self
                .explain
                .then(|| decider.explain(&asked.world, asked.at, &question, &Redaction::ShowAll)),
            told: if self.explain {
                told(&decider, &asked.world, asked.at, &question)
            } else {
                Vec::new()
            },
        };
        output::result(format, &answer, text)?;
        Ok(Outcome::of(answer.allowed))
    }
}

/// Each rule that is about the question, with what came of its conditions.
fn told(decider: &Decider, world: &World, at: Timestamp, question: &Question) -> Vec<String> {
    let user = decider.user(world, &question.subject.kind, &question.subject.id);
    let trace = decider.trace(world, at, question, &Redaction::ShowAll);
    let (Some(user), Some(trace)) = (user, trace) else {
        return Vec::new();
    };
    let policy = decider.policy(world, user, at);
    let (mut lines, mut aside) = (Vec::new(), 0);
    for rule in &trace.rules {
        let place = policy.source(rule.rule).and_then(|(entitlement, index)| {
            let group = world.group(entitlement.group)?;
            Some(decide::place(group, entitlement, index))
        });
        let (Some(outcome), Some(place)) = (decide::outcome(rule), place) else {
            aside += 1;
            continue;
        };
        lines.push(format!("{}: {place}: {outcome}", rule.effect.as_str()));
        for condition in &rule.conditions {
            let decide::Condition {
                text,
                values,
                truth,
            } = decide::Condition::of(condition);
            let values = if values.is_empty() {
                values
            } else {
                format!(": {values}")
            };
            lines.push(format!("  {text} ({truth}{values})"));
        }
    }
    let others = [
        (aside, "about other things"),
        (trace.rules_after, "after it"),
    ];
    for (count, which) in others {
        if count > 0 {
            lines.push(format!("{} {which}", output::count(count, "rule", "rules")));
        }
    }
    let changes: Vec<_> = trace.change.iter().map(ToString::to_string).collect();
    if !changes.is_empty() {
        let turned = if trace.decision.effect == Effect::Allow {
            "no"
        } else {
            "yes"
        };
        lines.push(format!("it would be {turned} with: {}", changes.join(", ")));
    }
    lines
}

fn text(answer: &Answer) -> String {
    let word = if answer.allowed { "yes" } else { "no" };
    let by = match &answer.decided_by {
        None if !answer.environments.is_empty() => format!(
            "no environment was named, and it holds only in {}; name one with --environment",
            answer.environments.join(", ")
        ),
        Some(by) => tell::decided(by),
        None => "no rule says so, and what no rule allows is denied".to_owned(),
    };
    let mut text = format!("{word}; {by}");
    for line in &answer.told {
        text.push_str("\n  ");
        text.push_str(line);
    }
    if !answer.allowed && answer.explanation.is_none() {
        text.push_str("\n--explain says why");
    }
    text
}
