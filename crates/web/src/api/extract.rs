//! What a handler takes: a [`Read`], a [`Write`] or, where nothing is sent, an [`Act`].
//!
//! Who asks is looked at first, then what they sent. A handler that has one of these has a known
//! person, a world, a query and a body that are right in form.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use portcullis_app::{Operation, decide::Decider};
use portcullis_model::{
    Change, ChangeSet, Edit, FieldError, Id, Noun, Position, Record, Refusal, Timestamp, User,
    World,
};
use portcullis_store::{Idempotency, Replay};
use serde::Serialize;

use super::{
    body::{self, FromJson, NoBody},
    list::{After, Limit, Paging, Window},
    preview::PreviewBody,
    table,
    wire::Deleted,
};
use crate::{
    At, View, Web,
    auth::{Author, Viewer},
    connection::unread,
    error::Failure,
    http::{
        Finds, content_type,
        query::{self, FromQuery, NoQuery, query},
    },
    view::POSITION,
};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

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
    /// Where a table was asked for.
    table: Option<Uri>,
}

impl<Q: FromQuery + Send> FromRequestParts<Web> for Read<Q> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let viewer = <Viewer as FromRequestParts<Web>>::from_request_parts(parts, web).await?;
        let mut faults = Vec::new();
        let table = Q::names()
            .contains(&"format")
            .then(|| table::asked_for(parts));
        let query = query::read(parts, &["at"], &mut faults)?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        let View { world, now, at } = View::from_request_parts(parts, web).await?;
        Ok(Self {
            web: web.clone(),
            viewer,
            world,
            now,
            query,
            at,
            table: table.flatten(),
        })
    }
}

impl<Q> Finds for Read<Q> {
    fn seen(&self) -> (&World, Id<User>) {
        (&self.world, self.viewer.id)
    }
}

impl<Q> Read<Q> {
    /// Refuses a question about the past: this answer is history already.
    pub(crate) fn only_now(&self, instead: &str) -> Result<(), Refusal> {
        match self.at {
            At::Now => Ok(()),
            At::Past(_) => {
                let wrong = format!("this list has no `at`; {instead}");
                Err(Refusal::invalid("at", wrong))
            }
        }
    }

    /// The answer, with the position of the world it was taken from.
    pub(crate) fn answer(&self, body: &impl Serialize) -> Answer {
        let mut response = match &self.table {
            Some(uri) => table::answer(body, uri)?,
            None => json(StatusCode::OK, body)?,
        };
        position(response.headers_mut(), self.world.position());
        Ok(response)
    }
}

/// A write: who acts, and what they sent.
pub(crate) struct Write<B> {
    /// How it is done.
    pub(crate) act: Act,
    /// The body.
    pub(crate) body: B,
}

/// How a write is done: previewed or committed, once for each idempotency key.
pub(crate) struct Act<Q = NoQuery> {
    /// The program.
    pub(crate) web: Web,
    /// Who acts, in the world in which the names that were sent are looked up.
    pub(crate) viewer: Viewer,
    /// The query.
    pub(crate) query: Q,
    mode: Mode,
}

enum Mode {
    Preview(Window),
    Commit(Option<Idempotency>),
}

impl<B: FromJson + Send> FromRequest<Web> for Write<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (act, body) = receive(request, web).await?;
        Ok(Self { act, body })
    }
}

impl<Q: FromQuery + Send> FromRequest<Web> for Act<Q> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (act, NoBody) = receive(request, web).await?;
        Ok(act)
    }
}

query! {
    /// Whether a write is only previewed, and which part of what it would do is shown.
    pub(crate) struct Previewing {
        /// Answers what would happen, and changes nothing.
        preview: Option<bool>,
        /// Of a preview: how many rows of each list at most; 50 if not given.
        limit: Option<Limit>,
        /// Of a preview: where the last part ended, its `next`.
        after: Option<After>,
    }
}

impl Previewing {
    fn window(self, faults: &mut Vec<FieldError>) -> Option<Window> {
        let (limit, after) = (self.limit, self.after);
        let asked = [limit.map(|_| "limit"), after.as_ref().map(|_| "after")];
        if self.preview != Some(true) {
            let only = "only a preview has parts; send `preview=true` too";
            let asked = asked.into_iter().flatten();
            faults.extend(asked.map(|name| FieldError::new(name, only)));
            return None;
        }
        let window = Paging {
            limit,
            after,
            format: None,
        }
        .window();
        if let Err(Refusal::Invalid(wrong)) = &window {
            faults.extend(wrong.iter().cloned());
        }
        window.ok()
    }
}

/// Reads a write, every fault in it at once.
async fn receive<B: FromJson, Q: FromQuery>(
    request: Request,
    web: &Web,
) -> Result<(Act<Q>, B), Failure> {
    let (mut parts, body) = request.into_parts();
    let Author(viewer) =
        <Author as FromRequestParts<Web>>::from_request_parts(&mut parts, web).await?;
    let mut faults = Vec::new();
    let key = idempotency_key(&parts.headers, &mut faults);
    let request = Request::from_parts(parts.clone(), body);
    let bytes = bytes(&parts.headers, request, web).await?;
    let body = body::read::<B>(&bytes, &mut faults);
    let (query, preview) = query::read::<(Q, Previewing)>(&parts, &[], &mut faults)?;
    let window = preview.window(&mut faults);
    let (Some(body), true) = (body, faults.is_empty()) else {
        return Err(Refusal::Invalid(faults).into());
    };
    let mode = if let Some(window) = window {
        Mode::Preview(window)
    } else {
        let uri = parts.uri.path_and_query().map_or("", |uri| uri.as_str());
        let request = [parts.method.as_str().as_bytes(), uri.as_bytes(), &bytes];
        Mode::Commit(key.map(|key| Idempotency::new(key, &request)))
    };
    let act = Act {
        web: web.clone(),
        viewer,
        query,
        mode,
    };
    Ok((act, body))
}

impl<Q> Finds for Act<Q> {
    fn seen(&self) -> (&World, Id<User>) {
        (&self.viewer.world, self.viewer.id)
    }
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

    /// The answer that shows what was made and is kept nowhere else.
    pub(crate) fn secret(&self, made: Option<impl Serialize>) -> Answer {
        let unseen = || Failure::Internal("what was made cannot be shown".into());
        let mut answer = self.answer(&made.ok_or_else(unseen)?)?;
        let never = HeaderValue::from_static("no-store");
        answer.headers_mut().insert(header::CACHE_CONTROL, never);
        Ok(answer)
    }

    /// The answer that shows the record that was written. Where it is not to be seen the write is
    /// done all the same: the fault is ours, and nothing is missing that was asked for.
    pub(crate) fn show<T: Shown>(&self, written: Option<&T>) -> Answer {
        let unseen = || {
            let (noun, position) = (T::NOUN, self.position);
            Failure::Internal(format!("the {noun} of position {position} cannot be shown"))
        };
        written.ok_or_else(unseen)?.show(self)
    }
}

/// A record that is shown as a whole when it was created or edited.
pub(crate) trait Shown: Record {
    /// What it is called.
    const NOUN: Noun;

    /// The record as the write left it.
    fn written<'d>(done: &Done<'d>, id: Id<Self>) -> Option<&'d Self>;

    /// The answer that shows it.
    fn show(&self, done: &Done<'_>) -> Answer;
}

/// Says as what a record of the world is shown.
macro_rules! shown {
    ($T:ident: $find:ident, |$one:ident, $done:ident| $shape:expr) => {
        impl $crate::api::Shown for $T {
            const NOUN: portcullis_model::Noun = portcullis_model::Noun::$T;
            fn written<'d>(
                done: &$crate::api::Done<'d>,
                id: portcullis_model::Id<Self>,
            ) -> Option<&'d Self> {
                done.world.$find(id)
            }
            fn show(&self, $done: &$crate::api::Done<'_>) -> $crate::api::Answer {
                let $one = self;
                $done.answer(&$shape)
            }
        }
    };
}
pub(crate) use shown;

impl<Q> Act<Q> {
    /// Creates a `T`, which the answer shows, or says what that would do.
    pub(crate) async fn create<T: Shown>(self, operation: impl Operation) -> Answer
    where
        for<'c> &'c Edit<T>: TryFrom<&'c Change>,
    {
        self.done(StatusCode::CREATED, operation, |done| {
            let mut edits = done.change.edits::<T>();
            let created = edits.find(|edit| edit.before.is_none());
            let id = created.and_then(Edit::id);
            done.show(id.and_then(|id| T::written(done, id)))
        })
        .await
    }

    /// Edits the `T`, which the answer shows, or says what that would do.
    pub(crate) async fn edit<T: Shown>(self, id: Id<T>, operation: impl Operation) -> Answer {
        self.run(operation, |done| done.show(T::written(done, id)))
            .await
    }

    /// Ends what is called `name`, or says what that would do.
    pub(crate) async fn delete<T>(
        self,
        id: Id<T>,
        name: &str,
        operation: impl Operation,
    ) -> Answer {
        let deleted = Deleted::new(id.into(), name);
        self.run(operation, |done| done.answer(&deleted)).await
    }

    /// Does what makes something that [`Done::secret`] shows, or says what it would do.
    pub(crate) async fn make(
        self,
        operation: impl Operation,
        render: impl FnOnce(&Done<'_>) -> Answer + Send,
    ) -> Answer {
        // What is shown once cannot be told again.
        if let Mode::Commit(Some(_)) = self.mode {
            let wrong =
                "what this makes is shown once, and cannot be told again; leave the key out";
            return Err(Refusal::invalid("Idempotency-Key", wrong).into());
        }
        self.done(StatusCode::CREATED, operation, render).await
    }

    /// That whoever acts is there in person.
    pub(crate) fn in_person(&self) -> Result<(), Failure> {
        Ok(self.viewer.in_person()?)
    }

    /// Does the operation, or says what it would do.
    pub(crate) async fn run(
        self,
        operation: impl Operation,
        render: impl FnOnce(&Done<'_>) -> Answer + Send,
    ) -> Answer {
        self.done(StatusCode::OK, operation, render).await
    }

    /// `status` is that of an answer that did it.
    async fn done(
        self,
        status: StatusCode,
        operation: impl Operation,
        render: impl FnOnce(&Done<'_>) -> Answer + Send,
    ) -> Answer {
        let web = self.web;
        let key = match self.mode {
            Mode::Preview(mut window) => {
                let preview = web.app().preview(self.viewer.context, operation).await?;
                return json(StatusCode::OK, &PreviewBody::of(&preview, &mut window));
            }
            Mode::Commit(key) => key,
        };
        let done = web
            .app()
            .commit(self.viewer.context, operation, key)
            .await?;
        // A replay is told as it was then: the world may have moved on since.
        let (world, status) = match done.replayed {
            Replay::Replayed => (web.past_position(done.position).await?, status),
            Replay::Fresh => (Arc::clone(&done.world), status),
            Replay::Unchanged => (Arc::clone(&done.world), StatusCode::OK),
        };
        let mut response = render(&Done {
            world: &world,
            change: &done.change,
            now: done.at,
            position: done.position,
            decider: web.decider(),
            status,
        })?;
        let headers = response.headers_mut();
        position(headers, done.position);
        if done.replayed == Replay::Replayed {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        Ok(response)
    }
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

async fn bytes(headers: &HeaderMap, request: Request, web: &Web) -> Result<Bytes, Failure> {
    let kind = content_type(headers).map(str::to_lowercase);
    let bytes = Bytes::from_request(request, web)
        .await
        .map_err(|wrong| unread(&wrong))?;
    let is_json = kind.is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"));
    if !bytes.is_empty() && !is_json {
        return Err(Failure::Http(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "this route reads JSON; send it with `Content-Type: application/json`".into(),
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::body::Body;
    use portcullis_app::tag::CreateTag;
    use portcullis_model::name::Name;
    use portcullis_testkit::TestApp;

    use super::*;
    use crate::{
        Access, Decisions, SigningKey,
        connection::{Arrival, Wire},
    };

    #[tokio::test]
    async fn what_is_done_and_cannot_be_shown_is_not_told_as_missing() -> anyhow::Result<()> {
        let app = TestApp::start().await?;
        let key = SigningKey::new(&[7; 32]).unwrap();
        let access = Access::Demo(Vec::new());
        let web = Web::new(app.app.clone(), access, key, Decisions::default());
        let request = Request::post("/")
            .header("host", "localhost")
            .header("authorization", "Bearer demo-ada")
            .extension(Arrival {
                from: SocketAddr::from(([127, 0, 0, 1], 1)),
                over: Wire::Plain,
            });
        let (mut parts, _) = request.body(Body::empty())?.into_parts();
        let viewer = <Viewer as FromRequestParts<Web>>::from_request_parts(&mut parts, &web).await;
        let act = Act {
            web,
            viewer: viewer.unwrap(),
            query: NoQuery,
            mode: Mode::Commit(None),
        };
        let before = app.world().position();
        // What this operation creates is no user.
        let operation = CreateTag {
            name: Name::parse("New")?,
            description: Default::default(),
            enabled: true,
            constraints: Default::default(),
        };
        let told = act.create::<User>(operation).await;
        assert!(matches!(told, Err(Failure::Internal(_))), "{told:?}");
        assert!(app.world().position() > before);
        Ok(())
    }
}
