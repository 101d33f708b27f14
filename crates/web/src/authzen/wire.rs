//! The shapes of the decision API, and how they come and go. Unknown members are ignored, as the
//! standard asks.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use portcullis_app::decide::{Action, Entity, Properties, Question};
use portcullis_model::Position;
use portcullis_rules::{Value, strict};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Value as Json, value::RawValue};

use crate::{Web, connection::unread, error::Failure, http::content_type, view::POSITION};

/// A JSON body as a `T`, or why it is none, as a 400.
pub(super) struct Asked<T>(pub(super) T);

/// The body of a request.
pub(super) trait Body: DeserializeOwned {
    /// The member whose items are read one by one, so that a bad one spoils only its own answer.
    const APART: Option<&'static str> = None;
}

impl<S: DeserializeOwned, R: DeserializeOwned> Body for WireQuestion<S, R> {}
impl Body for WireActionSearch {}
impl Body for WireEvaluations {
    const APART: Option<&'static str> = Some("evaluations");
}

impl<T: Body> FromRequest<Web> for Asked<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let bad = |detail: String| Failure::Http(StatusCode::BAD_REQUEST, detail);
        let kind = content_type(request.headers());
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
            return Err(bad(
                "send the request as `Content-Type: application/json`".into()
            ));
        }
        let body = Bytes::from_request(request, web)
            .await
            .map_err(|refused| unread(&refused))?;
        let asked = strict::from_slice_but(&body, T::APART)
            .map_err(|error| bad(format!("the body does not fit: {error}")))?;
        Ok(Self(asked))
    }
}

/// The answer, with the position of the world it was taken from.
pub(super) fn answer(body: &impl Serialize, position: Position) -> Response {
    let mut response = axum::Json(body).into_response();
    response
        .headers_mut()
        .insert(POSITION, HeaderValue::from(position.0));
    response
}

/// Properties, each told once.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Told(pub Option<Properties>);

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self(None)),
            Value::Object(properties) => Ok(Self(Some(Arc::unwrap_or_clone(properties)))),
            other => Err(D::Error::custom(format!(
                "found {} where an object should be",
                other.kind()
            ))),
        }
    }
}

/// A subject or resource.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct WireEntity {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(default)]
    properties: Told,
}

/// A subject or resource that is searched for: an id it may carry does not matter.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct WireWanted {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    properties: Told,
}

/// An action.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct WireAction {
    name: String,
    #[serde(default)]
    properties: Told,
}

impl From<WireEntity> for Entity {
    fn from(wire: WireEntity) -> Self {
        let (kind, id, Told(properties)) = (wire.kind, wire.id, wire.properties);
        Self {
            kind,
            id,
            properties,
        }
    }
}

impl From<WireWanted> for Entity {
    fn from(wire: WireWanted) -> Self {
        let (kind, id, properties) = (wire.kind, String::new(), wire.properties);
        let known = WireEntity {
            kind,
            id,
            properties,
        };
        known.into()
    }
}

impl From<WireAction> for Action {
    fn from(wire: WireAction) -> Self {
        let (name, Told(properties)) = (wire.name, wire.properties);
        Self { name, properties }
    }
}

/// One evaluation, or a search for the subject or the resource of those that would be permitted.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct WireQuestion<S, R> {
    subject: S,
    action: WireAction,
    resource: R,
    #[serde(default)]
    context: Told,
    /// Which page of results is wanted, of a search.
    #[serde(default, skip_serializing)]
    pub page: Option<WirePage>,
}

/// One evaluation.
pub(super) type WireEvaluation = WireQuestion<WireEntity, WireEntity>;

impl<S: Into<Entity>, R: Into<Entity>> From<WireQuestion<S, R>> for Question {
    fn from(wire: WireQuestion<S, R>) -> Self {
        Self {
            subject: wire.subject.into(),
            action: wire.action.into(),
            resource: wire.resource.into(),
            context: wire.context.0,
        }
    }
}

/// A search for actions; an action it may carry does not matter.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct WireActionSearch {
    subject: WireEntity,
    resource: WireEntity,
    #[serde(default)]
    context: Told,
    #[serde(default, skip_serializing)]
    pub page: Option<WirePage>,
}

impl From<WireActionSearch> for Question {
    fn from(wire: WireActionSearch) -> Self {
        let (name, properties) = (String::new(), None);
        Self {
            subject: wire.subject.into(),
            action: Action { name, properties },
            resource: wire.resource.into(),
            context: wire.context.0,
        }
    }
}

/// Which page of results is wanted.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct WirePage {
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub limit: Option<u64>,
}

/// Several evaluations: members at the top are defaults, an item's member replaces the whole
/// default. Items stay raw, so that a bad one spoils only its own answer.
#[derive(Debug, Deserialize)]
pub(super) struct WireEvaluations {
    #[serde(default)]
    pub subject: Given<WireEntity>,
    #[serde(default)]
    pub action: Given<WireAction>,
    #[serde(default)]
    pub resource: Given<WireEntity>,
    #[serde(default)]
    pub context: Told,
    pub evaluations: Option<Vec<Box<RawValue>>>,
    pub options: Option<WireOptions>,
}

/// A default, which is looked at where an item leaves the member out: what is wrong with it is nobody
/// else's fault.
#[derive(Debug)]
pub(super) struct Given<T>(pub Result<Option<T>, String>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(Ok(None))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let read = strict::from_str(raw.get());
        Ok(Self(read.map_err(|wrong| wrong.message)))
    }
}

impl WireEvaluations {
    /// The one evaluation that a batch without items is, or what it lacks, as a 400.
    pub(super) fn alone(self) -> Result<WireEvaluation, Failure> {
        Ok(WireEvaluation {
            subject: needed("subject", self.subject)?,
            action: needed("action", self.action)?,
            resource: needed("resource", self.resource)?,
            context: self.context,
            page: None,
        })
    }
}

fn needed<T>(member: &str, given: Given<T>) -> Result<T, Failure> {
    let lacks = match given.0 {
        Ok(Some(given)) => return Ok(given),
        Ok(None) => format!("missing field `{member}`"),
        Err(wrong) => format!("{member}: {wrong}"),
    };
    let detail = format!("the body does not fit: {lacks}");
    Err(Failure::Http(StatusCode::BAD_REQUEST, detail))
}

/// One evaluation of several: what it leaves out is as the defaults say.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireItem {
    #[serde(default, deserialize_with = "given")]
    pub subject: Option<WireEntity>,
    #[serde(default, deserialize_with = "given")]
    pub action: Option<WireAction>,
    #[serde(default, deserialize_with = "given")]
    pub resource: Option<WireEntity>,
    /// A null is no context, whatever the default is.
    #[serde(default, deserialize_with = "given")]
    pub context: Option<Told>,
}

impl WireItem {
    /// Reads an item, each key once, or says why it is none.
    pub(super) fn read(item: &RawValue) -> Result<Self, String> {
        strict::from_str(item.get()).map_err(|error| error.to_string())
    }
}

/// A member that is there is no null.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
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
