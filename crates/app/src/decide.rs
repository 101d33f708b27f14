//! May this happen right now? Decisions from the world's entitlements, through the one evaluator.
//!
//! What a subject is judged by depends on the world and the time alone. It is put together and
//! compiled once and kept until either moves; people in the same groups share one compiled list.

mod access;
mod question;
mod reached;
mod render;
mod rules_diff;
mod search;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use portcullis_model::{
    Entitlement, Id, MembershipKind, Position, Timestamp, User, World,
    decide::{Held, subject_attributes, subject_rules},
    entitlement::{PERMISSION_ACTION, PERMISSION_TYPE},
};
use portcullis_rules::{Attributes, Effect, Engine, Explanation, Redaction, SlugSet};

pub use access::{Moment, access_diff, diff_between};
pub use question::{Action, Asked, Entity, Properties, Question, Seen};
pub use render::{Condition, DecidedBy, notes, outcome, place};
pub use rules_diff::{
    AffectedUsers, DecisionChange, Links, RulesDiff, reached_by_rules, rules_diff, rules_diff_of,
};
pub use search::permission_question;

/// The answer, and where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Whether it may happen.
    pub allowed: bool,
    /// The entitlement whose rule decided, and the rule's place in it; nothing if none matched.
    pub decided_by: Option<(Arc<Entitlement>, usize)>,
}

/// Which types of subjects and resources decisions know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Types {
    /// The types of subject that are users of the store.
    pub subjects: Vec<String>,
    /// The types of resource of which there are no others than the store knows: what else is asked
    /// about is denied, whatever the rules say.
    pub closed: Vec<String>,
}

impl Default for Types {
    fn default() -> Self {
        Self {
            subjects: vec!["user".into()],
            closed: Vec::new(),
        }
    }
}

/// What one subject is judged by.
#[derive(Debug)]
pub struct SubjectPolicy {
    position: Position,
    from: Timestamp,
    until: Option<Timestamp>,
    list: Arc<CompiledList>,
    attributes: Properties,
}

#[derive(Debug, Default)]
struct CompiledList {
    /// Kept so that the addresses in the key stay theirs.
    held: Vec<Held>,
    sources: Vec<(usize, usize)>,
    /// Nothing where the rules do not compile together: then nobody is let in by them.
    engine: Option<Engine>,
}

/// Decides, and keeps what it has compiled.
#[derive(Debug)]
pub struct Decider {
    types: Types,
    policies: RwLock<HashMap<Id<User>, Arc<SubjectPolicy>>>,
    lists: RwLock<HashMap<Vec<usize>, Arc<CompiledList>>>,
}

/// More compiled lists or subjects than this are not kept.
const MOST_KEPT: usize = 100_000;

impl Decider {
    /// A decider that knows these types.
    #[must_use]
    pub fn new(types: Types) -> Self {
        Self {
            types,
            policies: RwLock::default(),
            lists: RwLock::default(),
        }
    }

    /// The types it knows.
    #[must_use]
    pub const fn types(&self) -> &Types {
        &self.types
    }

    /// The types of subject that are users of the store.
    #[must_use]
    pub fn subject_types(&self) -> &[String] {
        &self.types.subjects
    }

    /// The user a subject is, if it is one: by login or id, never by address.
    #[must_use]
    pub fn user<'w>(&self, world: &'w World, kind: &str, id: &str) -> Option<&'w User> {
        self.subject_types()
            .iter()
            .any(|known| known == kind)
            .then(|| world.named_user(id))?
    }

    /// The question about the user it names, with each name as the store writes it; nothing where
    /// nobody is known by that name, or no resource of a closed type.
    #[must_use]
    pub fn ask<'q>(&self, world: &'q World, question: &'q Question) -> Option<Asked<'q>> {
        let user = self.user(world, &question.subject.kind, &question.subject.id)?;
        let asked = Asked::new(world, user, question);
        (asked.is_known() || !self.types.closed.contains(&question.resource.kind)).then_some(asked)
    }

    /// May it happen in this world, now? An unknown subject has no rules, and what no rule allows
    /// is denied.
    #[must_use]
    pub fn decide(&self, world: &World, now: Timestamp, question: &Question) -> Answer {
        let Some(asked) = self.ask(world, question) else {
            return Answer::default();
        };
        let policy = self.policy(world, asked.user, now);
        let seen = Seen::new(&asked, &policy.attributes);
        policy.answer(&question.action.name, &question.resource.kind, &seen)
    }

    /// The ids of the resources of a type that the world knows of, those after `after`, in order.
    /// Permissions are resources too.
    pub fn resource_ids<'w>(
        &self,
        world: &'w World,
        now: Timestamp,
        kind: &str,
        after: Option<&str>,
    ) -> Box<dyn Iterator<Item = String> + 'w> {
        let registered = world
            .resources_of_type(kind, after)
            .map(|r| r.resource_id.to_string());
        if kind != PERMISSION_TYPE {
            let registered: Vec<_> = registered.collect();
            return Box::new(registered.into_iter());
        }
        let after = after.map(str::to_owned);
        let mut all: Vec<String> = world
            .permission_names(now)
            .map(str::to_owned)
            .filter(|name| after.as_ref().is_none_or(|after| name > after))
            .chain(registered)
            .collect();
        all.sort_unstable();
        all.dedup();
        Box::new(all.into_iter())
    }

    /// The names of the actions that a subject's rules speak of, in order.
    #[must_use]
    pub fn action_names(&self, world: &World, now: Timestamp, subject: &Entity) -> Vec<String> {
        let Some(user) = self.user(world, &subject.kind, &subject.id) else {
            return Vec::new();
        };
        let policy = self.policy(world, user, now);
        let mut all: Vec<String> = policy
            .engine()
            .into_iter()
            .flat_map(|engine| &engine.rules().0)
            .flat_map(|rule| match &rule.actions {
                SlugSet::Any => Vec::new(),
                SlugSet::Only(slugs) | SlugSet::Except(slugs) => {
                    slugs.iter().map(ToString::to_string).collect()
                }
            })
            .chain([PERMISSION_ACTION.to_owned()])
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Which values `viewer` sees where a question about `subject` is explained. Rules are open to whoever
    /// is signed in, as is what groups confer; what is known of somebody and made a rule hold is told to
    /// them, to admins and to enforcement points, which are nobody.
    #[must_use]
    pub fn redaction(
        &self,
        world: &World,
        now: Timestamp,
        viewer: Option<Id<User>>,
        subject: &User,
    ) -> Redaction {
        let seen = world.judged_as(subject).id;
        let sees = |viewer| [subject.id, seen].contains(&viewer) || world.is_admin(viewer, now);
        if viewer.is_none_or(sees) {
            return Redaction::ShowAll;
        }
        let policy = self.policy(world, subject, now);
        let names = policy.attributes().keys();
        Redaction::Hide(names.map(|name| format!("subject.{name}")).collect())
    }

    /// The answer with its reasons, as JSON: what decided, where it stands, and until when the
    /// subject is judged by it if nothing changes.
    #[must_use]
    pub fn explain(
        &self,
        world: &World,
        now: Timestamp,
        question: &Question,
        redaction: &Redaction,
    ) -> serde_json::Value {
        let Some(user) = self.user(world, &question.subject.kind, &question.subject.id) else {
            return serde_json::json!({
                "reason": "the subject is not known here, so no rule applies to it",
            });
        };
        if self.ask(world, question).is_none() {
            return serde_json::json!({
                "reason": "the resource is not registered, and its type is closed",
            });
        }
        let answer = self.decide(world, now, question);
        let decided_by = answer.decided_by.map(|(entitlement, rule)| {
            let group = world.group(entitlement.group);
            let holds = |who| world.holds(who, entitlement.group, MembershipKind::Member, now);
            let held = holds(user.id).or_else(|| holds(world.judged_as(user).id));
            serde_json::json!({
                "group": group.map(|group| &group.name),
                "entitlement": entitlement.grant.label(),
                "kind": entitlement.grant.kind(),
                "rule": rule + 1,
                "meta": entitlement.grant.to_rules().get(rule).and_then(|rule| rule.meta.clone()),
                "until": held.map(|until| until.min(entitlement.validity.until)),
            })
        });
        let trace = self.trace(world, now, question, redaction);
        let mut explained = serde_json::json!({
            "reason": if decided_by.is_some() { "a rule matched" } else { "no rule matched" },
            "decided_by": decided_by,
            "trace": trace.map(|trace| trace.to_json()),
        });
        if !answer.allowed {
            let elsewhere = self.environments(world, now, question);
            if !elsewhere.is_empty() {
                explained["environments"] = elsewhere.into();
            }
        }
        explained
    }

    /// What the evaluator did with each rule up to the deciding one, with the values that may be
    /// shown; nothing where the subject is not known.
    #[must_use]
    pub fn trace(
        &self,
        world: &World,
        now: Timestamp,
        question: &Question,
        redaction: &Redaction,
    ) -> Option<Explanation> {
        let asked = self.ask(world, question)?;
        let policy = self.policy(world, asked.user, now);
        let seen = Seen::new(&asked, policy.attributes());
        let (action, kind) = (&question.action.name, &question.resource.kind);
        let engine = policy.engine()?;
        engine.explain(action, kind, &seen, redaction).ok()
    }

    /// What `user` is judged by in this world, now.
    #[must_use]
    pub fn policy(&self, world: &World, user: &User, now: Timestamp) -> Arc<SubjectPolicy> {
        let kept = {
            let policies = self.policies.read().unwrap_or_else(PoisonError::into_inner);
            policies.get(&user.id).cloned()
        };
        if let Some(policy) = kept.filter(|policy| policy.holds(world, now)) {
            return policy;
        }
        let held = world.held_by(user.id, now);
        let judged_as = world.judged_as(user);
        // Where too much stands against a sponsor to be looked through, they are let in nowhere, and so is
        // whoever acts for them.
        let without =
            judged_as.id != user.id && self.policy(world, judged_as, now).engine().is_none();
        let list = match without {
            true => Arc::default(),
            false => self.list(&held),
        };
        let policy = Arc::new(SubjectPolicy {
            position: world.access_position(),
            from: now,
            until: world.next_transition(now),
            list,
            attributes: subject_attributes(judged_as),
        });
        let mut policies = self
            .policies
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if policies.len() >= MOST_KEPT {
            policies.clear();
        }
        policies.insert(user.id, Arc::clone(&policy));
        policy
    }

    fn list(&self, held: &[Held]) -> Arc<CompiledList> {
        let key: Vec<usize> = held.iter().map(Held::address).collect();
        {
            let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(list) = lists.get(&key) {
                return Arc::clone(list);
            }
        }
        let rules = subject_rules(held);
        let engine = Engine::compile(&rules.rules)
            .inspect_err(
                |error| tracing::error!(%error, "a subject's rules do not compile together"),
            )
            .ok();
        let list = Arc::new(CompiledList {
            held: held.to_vec(),
            sources: rules.sources,
            engine,
        });
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MOST_KEPT {
            lists.clear();
        }
        lists.insert(key, Arc::clone(&list));
        list
    }
}

impl SubjectPolicy {
    fn holds(&self, world: &World, now: Timestamp) -> bool {
        self.position == world.access_position()
            && self.from <= now
            && self.until.is_none_or(|until| now < until)
    }

    /// The compiled rules; nothing where they do not compile together, and all is denied.
    #[must_use]
    pub fn engine(&self) -> Option<&Engine> {
        self.list.engine.as_ref()
    }

    /// What rules see of the subject.
    #[must_use]
    pub const fn attributes(&self) -> &Properties {
        &self.attributes
    }

    /// Where a rule of the list comes from: the entitlement and the rule's place in it.
    #[must_use]
    pub fn source(&self, rule: usize) -> Option<(&Arc<Entitlement>, usize)> {
        let (at, index) = *self.list.sources.get(rule)?;
        Some((&self.list.held.get(at)?.entitlement, index))
    }

    /// The answer for one action on one resource, as seen through `seen`.
    #[must_use]
    pub fn answer(&self, action: &str, resource_type: &str, seen: &dyn Attributes) -> Answer {
        let decision = self
            .engine()
            .map(|engine| engine.decide(action, resource_type, seen));
        match decision {
            Some(Ok(decision)) => Answer {
                allowed: decision.effect == Effect::Allow,
                decided_by: decision
                    .rule
                    .and_then(|rule| self.source(rule))
                    .map(|(entitlement, index)| (Arc::clone(entitlement), index)),
            },
            Some(Err(_)) | None => Answer::default(),
        }
    }
}
