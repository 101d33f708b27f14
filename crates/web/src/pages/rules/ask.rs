//! A question to the decision point: the answer, the rule that gave it, what came of every other,
//! and what would turn it around.

use std::collections::BTreeSet;

use portcullis_app::decide::{self as told, Action, Decider, Entity, Properties, Question};
use portcullis_model::{Expiry, entitlement::Rules};
use portcullis_rules::{Outcome, Redaction, RuleTrace, SlugSet, Truth, strict};

use crate::pages::prelude::*;

/// More rules that came to nothing than this are counted, not shown.
const MOST_RULES: usize = 60;

#[derive(Template)]
#[template(path = "rules/ask.html")]
struct AskPage<'p> {
    page: &'p Page,
    ask: Asked,
    answer: Option<Answer>,
}

/// What is asked, as its form shows it.
pub(crate) struct Asked {
    pub subject: String,
    pub action: String,
    pub kind: String,
    pub id: String,
    pub properties: String,
    pub context: String,
    /// The actions and types that rules name, to choose from.
    pub known: [BTreeSet<String>; 2],
    pub as_of: String,
    pub errors: ui::Errors,
}

#[derive(Default)]
struct Answer {
    allowed: bool,
    title: String,
    text: String,
    /// The group and list whose rule decided, and until when the subject is judged by it.
    by: Option<(ui::Entity, ui::Entity, ui::ExpiryPill)>,
    notes: String,
    rules: Vec<Looked>,
    /// Rules that are about other things and are not shown.
    aside: usize,
    after: usize,
    change: Vec<String>,
    hidden: bool,
}

/// What came of a rule.
struct Looked {
    /// Its place in its list, counted from 0.
    index: usize,
    list: ui::Entity,
    group: String,
    trace: RuleTrace,
}

impl Asked {
    /// The question in the page's address.
    pub(crate) fn of(page: &Page) -> Self {
        let subject = page.query("subject");
        let own = || page.viewer.user().map(|user| user.login.to_string());
        Self {
            subject: if subject.is_empty() {
                own().unwrap_or_default()
            } else {
                subject
            },
            action: page.query("action"),
            kind: page.query("type"),
            id: page.query("id"),
            properties: page.query("properties"),
            context: page.query("context"),
            known: known(page),
            as_of: page.day(),
            errors: ui::Errors::default(),
        }
    }

    fn is_asked(&self) -> bool {
        !(self.action.is_empty() && self.kind.is_empty() && self.id.is_empty())
    }

    /// The question, or what is wrong with it.
    fn question(&mut self, decider: &Decider) -> Option<Question> {
        let needed = [
            ("action", &self.action, "an action, such as read"),
            ("type", &self.kind, "a type, such as document"),
            ("id", &self.id, "an id"),
        ];
        for (field, value, what) in needed {
            if value.is_empty() {
                self.errors.add(field, format!("name {what}"));
            }
        }
        let properties = self.pairs("properties", &self.properties.clone());
        let context = self.pairs("context", &self.context.clone());
        let kind = decider.subject_types().first()?.clone();
        self.errors.is_empty().then(|| Question {
            subject: Entity {
                kind,
                id: self.subject.clone(),
                properties: None,
            },
            action: Action {
                name: self.action.clone(),
                properties: None,
            },
            resource: Entity {
                kind: self.kind.clone(),
                id: self.id.clone(),
                properties: (!properties.is_empty()).then_some(properties),
            },
            context: (!context.is_empty()).then_some(context),
        })
    }

    /// What a field says, one `name = value` per line.
    fn pairs(&mut self, field: &str, text: &str) -> Properties {
        let mut all = Properties::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let wrong = match line.split_once('=') {
                Some((name, value)) if !name.trim().is_empty() => {
                    let name = name.trim();
                    match strict::from_word(value.trim()) {
                        Err(wrong) => format!("`{name}`: {}", wrong.message),
                        Ok(value) => match all.insert(name.into(), value) {
                            Some(_) => format!("`{name}` is written twice; keep one"),
                            None => continue,
                        },
                    }
                }
                _ => format!("`{line}` has no value; write it as `status = active`"),
            };
            self.errors.add(field, wrong);
        }
        all
    }
}

/// The actions and the types that are named in what groups confer, the first of them.
fn known(page: &Page) -> [BTreeSet<String>; 2] {
    const MOST: usize = 200;
    let (mut actions, mut types) = (BTreeSet::new(), BTreeSet::new());
    let lists = page.world().entitlements();
    let lists = lists.filter_map(|entitlement| Rules::of(&entitlement.grant));
    let named = |set: &SlugSet| match set {
        SlugSet::Any => Vec::new(),
        SlugSet::Only(names) | SlugSet::Except(names) => {
            names.iter().map(ToString::to_string).collect()
        }
    };
    for rule in lists.take(MOST).flat_map(|list| &list.rules.0) {
        actions.extend(named(&rule.actions));
        types.extend(named(&rule.types));
    }
    [actions, types]
}

pub(crate) async fn ask(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let mut ask = Asked::of(&page);
    let question = if ask.is_asked() {
        ask.question(web.decider())
    } else {
        None
    };
    let answer = question.map(|question| answer(&web, &page, &question));
    render(&AskPage {
        page: &page,
        ask,
        answer,
    })
}

fn answer(web: &Web, page: &Page, question: &Question) -> Answer {
    let (world, now, decider) = (page.world(), page.now(), web.decider());
    let (subject, resource) = (&question.subject, &question.resource);
    let user = decider.user(world, &subject.kind, &subject.id);
    let name = user.map_or(&*subject.id, |user| &*user.name);
    let what = format!(
        "{} the {} {}",
        question.action.name, resource.kind, resource.id
    );
    let decided = decider.decide(world, now, question);
    let Some(user) = user else {
        return Answer {
            title: format!("No: {name} may not {what}."),
            text: "Nobody is known by that login, so no rule applies.".into(),
            ..Answer::default()
        };
    };
    let policy = decider.policy(world, user, now);
    let redaction = decider.redaction(world, now, Some(page.viewer.id), user);
    let hidden = redaction != Redaction::ShowAll;
    let trace = decider.trace(world, now, question, &redaction);
    let by = decided.decided_by.as_ref().and_then(|(entitlement, _)| {
        let group = world.group(entitlement.group)?;
        let holds = |who| world.holds(who, group.id, MembershipKind::Member, now);
        let held = holds(user.id).or_else(|| holds(world.judged_as(user).id));
        let until = held
            .unwrap_or(Expiry::NEVER)
            .min(entitlement.validity.until);
        let list = convert::entitlement(entitlement);
        Some((convert::group(group), list, convert::ends(until, now)))
    });
    let title = if decided.allowed {
        format!("Yes: {name} may {what}.")
    } else {
        format!("No: {name} may not {what}.")
    };
    let text = match decided.decided_by {
        Some((_, rule)) => format!("Rule {} decides.", rule + 1),
        None => "No rule matches, and what no rule allows is denied.".to_owned(),
    };
    let about = |rule: &&RuleTrace| matches!(rule.outcome, Outcome::Conditions(_));
    let rules = trace.iter().flat_map(|trace| &trace.rules).filter(about);
    let looked = rules.take(MOST_RULES).filter_map(|rule| {
        let (entitlement, index) = policy.source(rule.rule)?;
        Some(Looked {
            index,
            list: convert::entitlement(entitlement),
            group: world.group(entitlement.group)?.name.to_string(),
            trace: rule.clone(),
        })
    });
    let told: Vec<_> = looked.collect();
    // What the author of the deciding rule noted beside it.
    let meta = trace.as_ref().and_then(|trace| trace.meta.as_ref());
    let seen = trace.as_ref().map_or(0, |trace| trace.rules.len());
    Answer {
        allowed: decided.allowed,
        title,
        text,
        by,
        notes: meta.map_or_else(String::new, told::notes),
        aside: seen - told.len(),
        rules: told,
        after: trace.as_ref().map_or(0, |trace| trace.rules_after),
        change: trace
            .iter()
            .flat_map(|t| &t.change)
            .map(ToString::to_string)
            .collect(),
        hidden,
    }
}
