//! What is asked, and what rules see of it.

use std::{cell::OnceCell, collections::BTreeMap, sync::Arc};

use portcullis_model::{User, World, entitlement::PERMISSION_TYPE};
use portcullis_rules::{Attributes, Value};

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

/// A question about a user of the store, with each name as the store writes it: however it was
/// spelled, rules see one login and one permission.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'q> {
    /// The question as it was put.
    pub question: &'q Question,
    /// Whom the subject was found to be.
    pub user: &'q User,
    /// Whom rules see: an agent's sponsor, else the same.
    judged_as: &'q User,
    resource_id: &'q str,
    is_granted: bool,
    stored: Option<&'q Properties>,
}

impl<'q> Asked<'q> {
    pub(super) fn new(world: &'q World, user: &'q User, question: &'q Question) -> Self {
        let resource = &question.resource;
        let written = (resource.kind == PERMISSION_TYPE)
            .then(|| world.permission_as_written(&resource.id))
            .flatten();
        let resource_id = written.map_or(&*resource.id, |name| name.as_str());
        Self {
            question,
            user,
            judged_as: world.judged_as(user),
            resource_id,
            is_granted: written.is_some(),
            stored: world.resource_attributes(&resource.kind, resource_id),
        }
    }

    /// Whether the store knows the resource: it is registered, or a permission that is granted.
    pub(super) const fn is_known(&self) -> bool {
        self.is_granted || self.stored.is_some()
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
    /// What rules see of what is asked, where the store knows `subject` of the subject.
    #[must_use]
    pub fn new(asked: &Asked<'q>, subject: &'q Properties) -> Self {
        Self {
            id: Some(Text::new(asked.resource_id)),
            resource: [asked.stored, asked.question.resource.properties.as_ref()],
            ..Self::without_resource(asked.question, asked.judged_as, subject)
        }
    }

    /// What they see where no resource is known but its type.
    pub(super) fn without_resource(
        question: &'q Question,
        user: &'q User,
        subject: &'q Properties,
    ) -> Self {
        Self {
            kind: Text::new(&question.resource.kind),
            id: None,
            subject_id: Text::new(&user.login),
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
