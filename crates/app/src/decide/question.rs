//! What is asked, and what rules see of it.

use std::{cell::OnceCell, collections::BTreeMap, sync::Arc};

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
    pub(super) fn without_resource(question: &'q Question, subject: &'q Properties) -> Self {
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
            // However a login is written, rules see the one that is stored.
            Some(("subject", "id")) => self.subject[0]
                .and_then(|stored| stored.get("login"))
                .or_else(|| Some(self.subject_id.value())),
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
