//! May this happen right now? Decisions from the world's entitlements, through the one evaluator.
//!
//! What a subject is judged by depends on the world and the time alone. It is put together and
//! compiled once and kept until either moves; people in the same groups share one compiled list.

mod preview;
mod search;

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use portcullis_model::{
    Entitlement, Id, Kind, Position, Timestamp, User, World,
    decide::{Held, subject_attributes, subject_rules},
    entitlement::{PERMISSION_ACTION, PERMISSION_TYPE},
};
use portcullis_rules::{Attributes, Effect, Engine, Explanation, Redaction, SlugSet, Value};

pub use preview::{Links, RulesDiff, Shift, Turn, rules_diff};
pub use search::permission_question;

/// A question: may the subject do the action on the resource?
#[derive(Clone, Debug)]
pub struct Question {
    /// Who.
    pub subject: Entity,
    /// What.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// Anything else rules may look at, as `@context.…`.
    pub context: Option<Properties>,
}

impl Question {
    /// Whether the asker says what this property of the resource is.
    #[must_use]
    pub fn names(&self, property: &str) -> bool {
        self.resource
            .properties
            .as_ref()
            .is_some_and(|all| all.contains_key(property))
    }
}

/// What is known of a subject, an action, a resource or the context, by name.
pub type Properties = BTreeMap<Arc<str>, Value>;

/// A subject or resource of a question.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its type, such as `user` or `document`.
    pub kind: String,
    /// Its id in that type.
    pub id: String,
    /// What the asker knows of it. What the store knows cannot be overridden.
    pub properties: Option<Properties>,
}

/// The action of a question.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// What else is known of it, as `@action.…`.
    pub properties: Option<Properties>,
}

/// The answer, and where it comes from.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether it may happen.
    pub allowed: bool,
    /// The entitlement whose rule decided, and the rule's place in it; nothing if none matched.
    pub decided_by: Option<(Arc<Entitlement>, usize)>,
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

#[derive(Debug)]
struct CompiledList {
    /// Kept so that the addresses in the key stay theirs.
    entitlements: Vec<Arc<Entitlement>>,
    sources: Vec<(usize, usize)>,
    /// Nothing where the rules do not compile together: then nobody is let in by them.
    engine: Option<Engine>,
}

/// Decides, and keeps what it has compiled.
#[derive(Debug)]
pub struct Decider {
    /// The types of subject that are users of the store.
    subject_types: Vec<String>,
    policies: RwLock<HashMap<Id<User>, Arc<SubjectPolicy>>>,
    lists: RwLock<HashMap<Vec<usize>, Arc<CompiledList>>>,
}

/// More compiled lists or subjects than this are not kept.
const MOST_KEPT: usize = 100_000;

impl Decider {
    /// A decider that takes subjects of these types for users of the store.
    #[must_use]
    pub fn new(subject_types: Vec<String>) -> Self {
        Self {
            subject_types,
            policies: RwLock::default(),
            lists: RwLock::default(),
        }
    }

    /// The types of subject that are users of the store.
    #[must_use]
    pub fn subject_types(&self) -> &[String] {
        &self.subject_types
    }

    /// The user a subject is, if it is one.
    #[must_use]
    pub fn user<'w>(&self, world: &'w World, kind: &str, id: &str) -> Option<&'w User> {
        self.subject_types
            .iter()
            .any(|known| known == kind)
            .then(|| world.find_user(id))?
    }

    /// May it happen in this world, now? An unknown subject has no rules, and what no rule allows
    /// is denied.
    #[must_use]
    pub fn decide(&self, world: &World, now: Timestamp, question: &Question) -> Answer {
        let denied = Answer {
            allowed: false,
            decided_by: None,
        };
        let Some(user) = self.user(world, &question.subject.kind, &question.subject.id) else {
            return denied;
        };
        let policy = self.policy(world, user, now);
        let stored = world.resource_attributes(&question.resource.kind, &question.resource.id);
        let seen = Seen::new(question, &policy.attributes, stored);
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

    /// The answer with its reasons, as JSON: what decided, where it stands, and until when the
    /// subject is judged by it if nothing changes.
    #[must_use]
    pub fn explain(&self, world: &World, now: Timestamp, question: &Question) -> serde_json::Value {
        let answer = self.decide(world, now, question);
        let Some(user) = self.user(world, &question.subject.kind, &question.subject.id) else {
            return serde_json::json!({
                "reason": "the subject is not known here, so no rule applies to it",
            });
        };
        let decided_by = answer.decided_by.map(|(entitlement, rule)| {
            let group = world.group(entitlement.group);
            let held = world.holds(user.id, entitlement.group, Kind::Member, now);
            serde_json::json!({
                "group": group.map(|group| &group.name),
                "entitlement": entitlement.grant.label(),
                "kind": entitlement.grant.kind(),
                "rule": rule,
                "meta": entitlement.grant.compile().get(rule).and_then(|rule| rule.meta.clone()),
                "until": held.map(|until| until.min(entitlement.validity.until)),
            })
        });
        let trace = self.trace(world, now, question, &Redaction::default());
        serde_json::json!({
            "reason": if decided_by.is_some() { "a rule matched" } else { "no rule matched" },
            "decided_by": decided_by,
            "trace": trace.map(|trace| trace.to_json()),
        })
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
        let user = self.user(world, &question.subject.kind, &question.subject.id)?;
        let policy = self.policy(world, user, now);
        let stored = world.resource_attributes(&question.resource.kind, &question.resource.id);
        let seen = Seen::new(question, policy.attributes(), stored);
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
        let policy = Arc::new(SubjectPolicy {
            position: world.position(),
            from: now,
            until: world.next_end(now),
            list: self.list(&held),
            attributes: subject_attributes(user),
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
        let key: Vec<usize> = held
            .iter()
            .map(|held| Arc::as_ptr(&held.entitlement) as usize)
            .collect();
        {
            let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(list) = lists.get(&key) {
                return Arc::clone(list);
            }
        }
        let entitlements: Vec<_> = held
            .iter()
            .map(|held| Arc::clone(&held.entitlement))
            .collect();
        let rules = subject_rules(entitlements.iter().map(|e| &**e));
        let engine = Engine::compile(&rules.rules)
            .inspect_err(
                |error| tracing::error!(%error, "a subject's rules do not compile together"),
            )
            .ok();
        let list = Arc::new(CompiledList {
            entitlements,
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
        self.position == world.position()
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
        Some((self.list.entitlements.get(at)?, index))
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
            Some(Err(_)) | None => Answer {
                allowed: false,
                decided_by: None,
            },
        }
    }
}

/// What rules see: the resource's own attributes by name, `@subject.…`, `@action.…`, `@context.…`.
/// What the store knows comes before what the request says; what identifies is nobody's to override.
#[derive(Debug)]
pub struct Seen<'q> {
    kind: Text<'q>,
    id: Option<Text<'q>>,
    subject_id: Text<'q>,
    subject_type: Text<'q>,
    action_name: Text<'q>,
    subject: Part<'q>,
    action: Part<'q>,
    context: Part<'q>,
    resource: Part<'q>,
}

impl<'q> Seen<'q> {
    /// What rules see of `question`, where the store knows `subject` of the subject and `resource`
    /// of the resource.
    #[must_use]
    pub fn new(
        question: &'q Question,
        subject: &'q Properties,
        resource: Option<&'q Properties>,
    ) -> Self {
        Self {
            id: Some(Text::new(&question.resource.id)),
            resource: [resource, question.resource.properties.as_ref()],
            ..Self::without_resource(question, subject)
        }
    }

    /// What they see where no resource is known but its type.
    fn without_resource(question: &'q Question, subject: &'q Properties) -> Self {
        Self {
            kind: Text::new(&question.resource.kind),
            id: None,
            subject_id: Text::new(&question.subject.id),
            subject_type: Text::new(&question.subject.kind),
            action_name: Text::new(&question.action.name),
            subject: [Some(subject), question.subject.properties.as_ref()],
            action: [None, question.action.properties.as_ref()],
            context: [None, question.context.as_ref()],
            resource: [None, None],
        }
    }
}

impl Attributes for Seen<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        match name.split_once('.') {
            Some(("subject", "id")) => Some(self.subject_id.value()),
            Some(("subject", "type")) => Some(self.subject_type.value()),
            Some(("subject", rest)) => look_up(&self.subject, rest),
            Some(("action", "name")) => Some(self.action_name.value()),
            Some(("action", rest)) => look_up(&self.action, rest),
            Some(("context", rest)) => look_up(&self.context, rest),
            None if name == "id" => self.id.as_ref().map(Text::value),
            None if name == "type" => Some(self.kind.value()),
            _ => look_up(&self.resource, name),
        }
    }
}

/// What is known of one part of a question: by the store, and then by the request.
type Part<'q> = [Option<&'q Properties>; 2];

fn look_up<'q>(part: &Part<'q>, name: &str) -> Option<&'q Value> {
    part.iter()
        .copied()
        .flatten()
        .find_map(|known| known.get(name))
}

/// A text of the question, made a value when a rule first looks at it.
#[derive(Debug)]
struct Text<'q> {
    text: &'q str,
    value: OnceCell<Value>,
}

impl<'q> Text<'q> {
    const fn new(text: &'q str) -> Self {
        Self {
            text,
            value: OnceCell::new(),
        }
    }

    fn value(&self) -> &Value {
        self.value.get_or_init(|| Value::from(self.text))
    }
}
