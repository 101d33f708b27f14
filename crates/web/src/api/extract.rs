//! What a handler takes: a [`Read`] or a [`Write`], and the [`Key`] in the path.
//!
//! Who asks is looked at first, then what they sent. A handler that has one of these has a known
//! person, a world, a query and a body that are right in form.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use portcullis_app::{Operation, decide::Decider};
use portcullis_model::{
    ChangeSet, FieldError, Group, Id, Noun, Position, Refusal, Timestamp, User, World,
};
use portcullis_store::{Idempotency, Replay};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    input::{FromJson, FromQuery, NoBody, NoQuery, parameter, unknown_parameters},
    wire,
};
use crate::{
    At, View, Web,
    auth::{Author, Viewer},
    error::Failure,
    view::POSITION,
};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

/// What the path names, decoded.
#[derive(Debug)]
pub(crate) struct Key<T = String>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Key<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let read = Path::<T>::from_request_parts(parts, web).await;
        let Path(key) = read.map_err(|wrong| Refusal::invalid("path", wrong.body_text()))?;
        Ok(Self(key))
    }
}

/// A read: who asks, the world they see and what they ask for.
pub(crate) struct Read<Q = NoQuery> {
    /// The program.
    pub(crate) web: Web,
    /// Who asks.
    pub(crate) viewer: Viewer,
    /// The world that is asked about.
    pub(crate) world: Arc<World>,
    /// The instant that is asked about.
    pub(crate) now: Timestamp,
    /// The query.
    pub(crate) query: Q,
    at: At,
}

impl<Q: FromQuery + Send> FromRequestParts<Web> for Read<Q> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let viewer = <Viewer as FromRequestParts<Web>>::from_request_parts(parts, web).await?;
        let query = read_query(parts, "at", &mut Vec::new())?;
        let view = View::from_request_parts(parts, web).await?;
        let View { world, now, at } = view;
        Ok(Self {
            web: web.clone(),
            viewer,
            world,
            now,
            query,
            at,
        })
    }
}

impl<Q> Read<Q> {
    /// The user the key names; `@me` is who asks.
    pub(crate) fn user(&self, key: &str) -> Result<&User, Refusal> {
        user(&self.world, key, self.viewer.id)
    }

    /// The group the key names.
    pub(crate) fn group(&self, key: &str) -> Result<&Group, Refusal> {
        group(&self.world, key)
    }

    /// Refuses a question about the past: this answer is history already.
    pub(crate) fn only_now(&self, instead: &str) -> Result<(), Refusal> {
        match self.at {
            At::Now => Ok(()),
            At::Past(_) => Err(Refusal::invalid(
                "at",
                format!("this list has no `at`; {instead}"),
            )),
        }
    }

    /// The answer, with the position of the world it was taken from.
    pub(crate) fn answer(&self, body: &impl Serialize) -> Answer {
        let mut response = json(StatusCode::OK, body)?;
        position(response.headers_mut(), self.world.position());
        Ok(response)
    }
}

/// A write: who acts, and what they sent.
pub(crate) struct Write<B = NoBody, Q = NoQuery> {
    /// How it is done.
    pub(crate) act: Act,
    /// The body.
    pub(crate) body: B,
    /// The query.
    pub(crate) query: Q,
}

/// How a write is done: previewed or committed, once for each idempotency key.
pub(crate) struct Act {
    /// The program.
    pub(crate) web: Web,
    /// Who acts.
    pub(crate) viewer: Viewer,
    mode: Mode,
}

enum Mode {
    Preview,
    Commit(Option<Idempotency>),
}

/// What a write did, for the answer.
pub(crate) struct Done<'w> {
    /// A world that has it.
    pub(crate) world: &'w World,
    /// What was changed.
    pub(crate) change: &'w ChangeSet,
    /// When.
    pub(crate) now: Timestamp,
    /// The place in the log.
    pub(crate) position: Position,
    /// Decides in that world.
    pub(crate) decider: &'w Decider,
    status: StatusCode,
}

impl Done<'_> {
    /// The answer that tells of it.
    pub(crate) fn answer(&self, body: &impl Serialize) -> Answer {
        json(self.status, body)
    }
}

impl<B: FromJson + Send, Q: FromQuery + Send> FromRequest<Web> for Write<B, Q> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let Author(viewer) =
            <Author as FromRequestParts<Web>>::from_request_parts(&mut parts, web).await?;
        let mut faults = Vec::new();
        let key = idempotency_key(&parts.headers, &mut faults);
        let bytes = bytes(
            &parts.headers,
            Request::from_parts(parts.clone(), body),
            web,
        )
        .await?;
        let body = read_body::<B>(&bytes, &mut faults);
        let query = read_query::<Q>(&parts, "preview", &mut faults)?;
        let pairs = pairs(&parts)?;
        let previewed = parameter::<bool>(&pairs, "preview", &mut faults).unwrap_or_default();
        let (Some(body), true) = (body, faults.is_empty()) else {
            return Err(Refusal::Invalid(faults).into());
        };
        let mode = if previewed {
            Mode::Preview
        } else {
            let uri = parts.uri.path_and_query().map_or("", |uri| uri.as_str());
            let request = [parts.method.as_str().as_bytes(), uri.as_bytes(), &bytes];
            Mode::Commit(key.map(|key| Idempotency::new(key, &request)))
        };
        Ok(Self {
            act: Act {
                web: web.clone(),
                viewer,
                mode,
            },
            body,
            query,
        })
    }
}

impl Act {
    /// The world in which the names that were sent are looked up.
    pub(crate) fn world(&self) -> &Arc<World> {
        &self.viewer.world
    }

    /// The user the key names; `@me` is who acts.
    pub(crate) fn user(&self, key: &str) -> Result<Id<User>, Refusal> {
        user(self.world(), key, self.viewer.id).map(|user| user.id)
    }

    /// The users the keys name.
    pub(crate) fn users(&self, keys: &[String]) -> Result<Vec<Id<User>>, Refusal> {
        keys.iter().map(|key| self.user(key)).collect()
    }

    /// The group the key names.
    pub(crate) fn group(&self, key: &str) -> Result<Id<Group>, Refusal> {
        group(self.world(), key).map(|group| group.id)
    }

    /// The groups the keys name.
    pub(crate) fn groups(&self, keys: &[String]) -> Result<Vec<Id<Group>>, Refusal> {
        keys.iter().map(|key| self.group(key)).collect()
    }

    /// The role the key names.
    pub(crate) fn role(&self, key: &str) -> Result<Id<Group>, Refusal> {
        role(self.world(), key).map(|group| group.id)
    }

    /// The app the key names.
    pub(crate) fn app(&self, key: &str) -> Result<Id<portcullis_model::App>, Refusal> {
        app(self.world(), key).map(|app| app.id)
    }

    /// The tags the keys name.
    pub(crate) fn tags(&self, keys: &[String]) -> Result<Vec<Id<portcullis_model::Tag>>, Refusal> {
        keys.iter()
            .map(|key| tag(self.world(), key).map(|tag| tag.id))
            .collect()
    }

    /// Does the operation, or says what it would do. `status` is that of an answer that did it.
    pub(crate) async fn run(
        self,
        status: StatusCode,
        operation: impl Operation,
        render: impl FnOnce(&Done<'_>) -> Answer + Send,
    ) -> Answer {
        let Self { web, viewer, mode } = self;
        let key = match mode {
            Mode::Preview => {
                let preview = web.app().preview(&viewer.context, &operation).await?;
                return json(StatusCode::OK, &wire::PreviewBody::of(&preview));
            }
            Mode::Commit(key) => key,
        };
        let done = web.app().commit(viewer.context, operation, key).await?;
        // A replay is told as it was then: the world may have moved on since.
        let world = match done.replayed {
            Replay::Replayed => web.past_position(done.position).await?,
            Replay::Fresh | Replay::Unchanged => Arc::clone(&done.world),
        };
        let (change, at) = (&done.change, done.at);
        let status = if done.replayed == Replay::Unchanged {
            StatusCode::OK
        } else {
            status
        };
        let place = done.position;
        let mut response = render(&Done {
            world: &world,
            change,
            now: at,
            position: place,
            decider: web.decider(),
            status,
        })?;
        position(response.headers_mut(), done.position);
        if done.replayed == Replay::Replayed {
            response
                .headers_mut()
                .insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        Ok(response)
    }
}

/// The user the key names: an id, login or e-mail address, or `@me`.
pub(crate) fn user<'w>(world: &'w World, key: &str, me: Id<User>) -> Result<&'w User, Refusal> {
    let found = if key == "@me" {
        world.user(me)
    } else {
        world.find_user(key)
    };
    found.ok_or_else(|| Refusal::not_found(Noun::User, key))
}

/// The group, role or app group the key names.
pub(crate) fn group<'w>(world: &'w World, key: &str) -> Result<&'w Group, Refusal> {
    world
        .find_group(key)
        .ok_or_else(|| Refusal::not_found(Noun::Group, key))
}

/// The role the key names.
pub(crate) fn role<'w>(world: &'w World, key: &str) -> Result<&'w Group, Refusal> {
    let found = world.find_group(key).filter(|group| group.is_role());
    found.ok_or_else(|| Refusal::not_found(Noun::Role, key))
}

/// The app the key names.
pub(crate) fn app<'w>(world: &'w World, key: &str) -> Result<&'w portcullis_model::App, Refusal> {
    world
        .find_app(key)
        .ok_or_else(|| Refusal::not_found(Noun::App, key))
}

/// The tag the key names.
pub(crate) fn tag<'w>(world: &'w World, key: &str) -> Result<&'w portcullis_model::Tag, Refusal> {
    world
        .find_tag(key)
        .ok_or_else(|| Refusal::not_found(Noun::Tag, key))
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    let bytes = serde_json::to_vec(body).map_err(|bug| Failure::Internal(bug.to_string()))?;
    let mut response = Response::new(bytes.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

fn position(headers: &mut HeaderMap, position: Position) {
    headers.insert(POSITION, HeaderValue::from(position.0));
}

fn pairs(parts: &Parts) -> Result<Vec<(String, String)>, Refusal> {
    axum::extract::Query::try_from_uri(&parts.uri)
        .map(|axum::extract::Query(pairs)| pairs)
        .map_err(|wrong| Refusal::invalid("query", wrong.body_text()))
}

/// Reads the query, which may also have `common`. Where `faults` has some already, new ones join
/// them and the caller tells them all.
fn read_query<Q: FromQuery>(
    parts: &Parts,
    common: &'static str,
    faults: &mut Vec<FieldError>,
) -> Result<Q, Refusal> {
    let pairs = pairs(parts)?;
    let mut known = Q::names();
    known.push(common);
    unknown_parameters(&pairs, &known, faults);
    match Q::read(&pairs, faults) {
        Some(query) if parts.method != Method::GET || faults.is_empty() => Ok(query),
        _ => Err(Refusal::Invalid(std::mem::take(faults))),
    }
}

fn idempotency_key(headers: &HeaderMap, faults: &mut Vec<FieldError>) -> Option<String> {
    let value = headers.get("idempotency-key")?;
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > 255 {
        let wrong = "the key is 1 to 255 printable ASCII characters; a UUID will do";
        faults.push(FieldError::new("Idempotency-Key", wrong));
        return None;
    }
    Some(key.to_owned())
}

async fn bytes(
    headers: &HeaderMap,
    request: Request,
    web: &Web,
) -> Result<axum::body::Bytes, Failure> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.map(|kind| {
        kind.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase()
    });
    let bytes = axum::body::Bytes::from_request(request, web)
        .await
        .map_err(|wrong| Failure::Http(wrong.status(), wrong.body_text()))?;
    let is_json = kind
        .as_deref()
        .is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"));
    if !bytes.is_empty() && !is_json {
        return Err(Failure::Http(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "this route reads JSON; send it with `Content-Type: application/json`".into(),
        ));
    }
    Ok(bytes)
}

fn read_body<B: FromJson>(bytes: &[u8], faults: &mut Vec<FieldError>) -> Option<B> {
    if bytes.is_empty() {
        if let Some(body) = B::left_out() {
            return Some(body);
        }
        // An empty body is an empty object: all that is required is told.
        return B::read(&Value::Object(serde_json::Map::new()), "", faults);
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => B::read(&value, "", faults),
        Err(wrong) => {
            faults.push(FieldError::new(
                "",
                format!("the body is not JSON: {wrong}"),
            ));
            None
        }
    }
}
