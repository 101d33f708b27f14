//! List entries of the log.

use portcullis_model::{Actor, FieldError, Noun, Refusal, Timestamp, World};
use portcullis_store::{LogEntry, LogFilter, Subject, SubjectKind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{
    extract::{self, Answer, Read},
    input::query,
    list::{Page, Paging},
    wire::{ActorRef, IdBody, Time},
};

query! {
    /// Which entries.
    pub(crate) struct Filter {
        /// By this user: an id, login, e-mail address or `@me`.
        actor: Option<String>,
        /// What the operation begins with: `group.` or `request.approve`.
        operation: Option<String>,
        /// About this user: an id, login, e-mail address or `@me`.
        user: Option<String>,
        /// About this group: its id or name.
        group: Option<String>,
        /// About this app: its id or name.
        app: Option<String>,
        /// About this tag: its id or name.
        tag: Option<String>,
        /// About this request: its id.
        request: Option<String>,
        /// Text in the operation, in the names of what it is about, or in the actor's login.
        q: Option<String>,
        /// Not before this instant.
        from: Option<Timestamp>,
        /// Before this instant.
        to: Option<Timestamp>,
    }
}

/// An entry of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entry<'w> {
    /// Its place in the log.
    position: u64,
    at: Time,
    actor: ActorRef<'w>,
    /// What was done, as noun and verb.
    operation: &'w str,
    /// What it is about; in a list the first 20.
    subjects: Vec<About<'w>>,
    /// The entry it undoes.
    undoes: Option<u64>,
    /// The entry that undid it.
    undone_by: Option<u64>,
}

/// Something an entry is about, under the name it had then.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct About<'w> {
    /// `user`, `group`, `app`, `tag`, `request` or `resource`.
    kind: &'static str,
    id: IdBody,
    label: &'w str,
}

impl<'w> About<'w> {
    fn of(subject: &'w Subject) -> Self {
        Self {
            kind: subject.kind.as_str(),
            id: IdBody(subject.id),
            label: &subject.label,
        }
    }
}

impl<'w> Entry<'w> {
    pub(super) fn of(world: &'w World, entry: &'w LogEntry) -> Self {
        Self {
            position: entry.position.0,
            at: Time(entry.at),
            actor: ActorRef::called(world, entry.actor, entry.login.as_deref()),
            operation: entry.operation.as_str(),
            subjects: entry.subjects.iter().map(About::of).collect(),
            undoes: entry.undoes.map(|position| position.0),
            undone_by: entry.undone_by.map(|position| position.0),
        }
    }
}

/// List the log
///
/// Everything that was done, newest first.
#[utoipa::path(get, path = "/log", tag = "log", params(Filter, Paging), responses((status = 200, body = Page<Entry>)))]
pub(crate) async fn list_log(read: Read<(Filter, Paging)>) -> Answer {
    read.only_now("use `to` for the log as it was")?;
    let (filter, paging) = &read.query;
    let actor = filter
        .actor
        .as_deref()
        .map(|key| read.user(key))
        .transpose()?;
    let wanted = LogFilter {
        actor: actor.map(|user| Actor::User(user.id)),
        operation: filter.operation.clone(),
        subject: subject(&read, filter)?,
        q: filter.q.clone(),
        from: filter.from,
        to: filter.to,
        limit: paging.rows(),
        before: paging.cursor()?,
    };
    let page = read.web.app().store().log(&wanted).await?;
    let unfiltered = actor.is_none()
        && wanted.subject.is_none()
        && (&filter.operation, &filter.q, filter.from, filter.to) == (&None, &None, None, None);
    let mut body = Paging::stored(&page.items, page.next, |entry| {
        Entry::of(&read.world, entry)
    });
    body.total = unfiltered.then(|| usize::try_from(read.world.position().0).unwrap_or(usize::MAX));
    read.answer(&body)
}

/// What the entries are to be about. What is deleted is still found by its id.
fn subject<Q>(read: &Read<Q>, filter: &Filter) -> Result<Option<(SubjectKind, Uuid)>, Refusal> {
    let world = &*read.world;
    let or_id = |key: &str, found: Result<Uuid, Refusal>| {
        found.or_else(|missing| key.parse().map_err(|_| missing))
    };
    let mut all = Vec::new();
    if let Some(key) = &filter.user {
        let id = or_id(key, read.user(key).map(|user| user.id.uuid()))?;
        all.push((SubjectKind::User, id));
    }
    if let Some(key) = &filter.group {
        let id = or_id(key, extract::group(world, key).map(|group| group.id.uuid()))?;
        all.push((SubjectKind::Group, id));
    }
    if let Some(key) = &filter.app {
        let id = or_id(key, extract::app(world, key).map(|app| app.id.uuid()))?;
        all.push((SubjectKind::App, id));
    }
    if let Some(key) = &filter.tag {
        let id = or_id(key, extract::tag(world, key).map(|tag| tag.id.uuid()))?;
        all.push((SubjectKind::Tag, id));
    }
    if let Some(key) = &filter.request {
        let id = key
            .parse()
            .map_err(|_| Refusal::not_found(Noun::Request, key))?;
        all.push((SubjectKind::Request, id));
    }
    match all.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        [_, rest @ ..] => Err(Refusal::Invalid(
            rest.iter()
                .map(|(kind, _)| {
                    FieldError::new(
                        kind.as_str(),
                        "entries are found by one subject; leave this one out",
                    )
                })
                .collect(),
        )),
    }
}
