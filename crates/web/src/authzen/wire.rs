//! The shapes of the decision API. Unknown members are ignored, as the standard asks.

use std::{fmt, marker::PhantomData, sync::Arc};

use axum::http::StatusCode;
use portcullis_app::decide::{Action, Entity, Properties, Question};
use portcullis_rules::Value;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Value as Json, value::RawValue};

use crate::error::Failure;

/// A `T` that is told as an object: the derived reading of a struct would take a list of its members
/// too.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

/// Properties, each told once.
fn properties<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Properties>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::Object(properties) => Ok(Some(Arc::unwrap_or_clone(properties))),
        other => Err(D::Error::custom(format!(
            "found {} where an object should be",
            other.kind()
        ))),
    }
}

/// A subject or resource.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct WireEntity {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
    #[serde(
        default,
        deserialize_with = "properties",
        skip_serializing_if = "Option::is_none"
    )]
    pub properties: Option<Properties>,
}

/// A subject or resource that is searched for: an id it may carry does not matter.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct WireWanted {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(
        default,
        deserialize_with = "properties",
        skip_serializing_if = "Option::is_none"
    )]
    pub properties: Option<Properties>,
}

/// An action.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct WireAction {
    pub name: String,
    #[serde(
        default,
        deserialize_with = "properties",
        skip_serializing_if = "Option::is_none"
    )]
    pub properties: Option<Properties>,
}

/// One evaluation.
#[derive(Debug, Deserialize)]
pub(super) struct WireEvaluation {
    pub subject: Object<WireEntity>,
    pub action: Object<WireAction>,
    pub resource: Object<WireEntity>,
    #[serde(default, deserialize_with = "properties")]
    pub context: Option<Properties>,
}

impl From<WireEvaluation> for Question {
    fn from(wire: WireEvaluation) -> Self {
        Self {
            subject: wire.subject.0.into(),
            action: wire.action.0.into(),
            resource: wire.resource.0.into(),
            context: wire.context,
        }
    }
}

impl From<WireEntity> for Entity {
    fn from(wire: WireEntity) -> Self {
        Self {
            kind: wire.kind,
            id: wire.id,
            properties: wire.properties,
        }
    }
}

impl From<WireAction> for Action {
    fn from(wire: WireAction) -> Self {
        Self {
            name: wire.name,
            properties: wire.properties,
        }
    }
}

/// Several evaluations: members at the top are defaults, an item's member replaces the whole
/// default. Items stay raw, so that a bad one spoils only its own answer.
#[derive(Debug, Deserialize)]
pub(super) struct WireEvaluations {
    #[serde(default)]
    pub subject: Option<Object<WireEntity>>,
    #[serde(default)]
    pub action: Option<Object<WireAction>>,
    #[serde(default)]
    pub resource: Option<Object<WireEntity>>,
    #[serde(default, deserialize_with = "properties")]
    pub context: Option<Properties>,
    #[serde(default)]
    pub evaluations: Option<Vec<Box<RawValue>>>,
    #[serde(default)]
    pub options: Option<Object<WireOptions>>,
}

impl WireEvaluations {
    /// The one evaluation that a batch without items is, or what it lacks, as a 400.
    pub(super) fn alone(self) -> Result<WireEvaluation, Failure> {
        let lacks = |member: &str| {
            let detail = format!("the body does not fit: missing field `{member}`");
            Failure::Http(StatusCode::BAD_REQUEST, detail)
        };
        Ok(WireEvaluation {
            subject: self.subject.ok_or_else(|| lacks("subject"))?,
            action: self.action.ok_or_else(|| lacks("action"))?,
            resource: self.resource.ok_or_else(|| lacks("resource"))?,
            context: self.context,
        })
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct WireOptions {
    #[serde(default)]
    pub evaluations_semantic: Semantic,
}

/// When a batch ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Semantic {
    /// Every item is answered.
    #[default]
    ExecuteAll,
    /// The first deny is the last answer.
    DenyOnFirstDeny,
    /// The first permit is the last answer.
    PermitOnFirstPermit,
}

/// A decision.
#[derive(Clone, Debug, Serialize)]
pub(super) struct WireDecision {
    pub decision: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Json>,
}

/// Which page of results is wanted.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct WirePage {
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub limit: Option<u64>,
}

/// A search for subjects or resources.
#[derive(Debug, Deserialize)]
pub(super) struct WireSearch<S, R> {
    pub subject: Object<S>,
    pub action: Object<WireAction>,
    pub resource: Object<R>,
    #[serde(default, deserialize_with = "properties")]
    pub context: Option<Properties>,
    #[serde(default)]
    pub page: Option<Object<WirePage>>,
}

/// A search for actions; an action it may carry does not matter.
#[derive(Debug, Deserialize)]
pub(super) struct WireActionSearch {
    pub subject: Object<WireEntity>,
    pub resource: Object<WireEntity>,
    #[serde(default, deserialize_with = "properties")]
    pub context: Option<Properties>,
    #[serde(default)]
    pub page: Option<Object<WirePage>>,
}
