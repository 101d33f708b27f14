//! The log: everything that was ever done, by whom, exactly; and undoing it.

use portcullis_app::log::Undo;
use portcullis_model::{
    Actor, App, FieldError, Group, Noun, Position, Record, Refusal, Tag, Timestamp, User, World,
};
use portcullis_store::{EntryPart, LogEntry, LogFilter, Subject, SubjectKind};
use uuid::Uuid;

use crate::{
    api::{
        Act, Answer, Done, Finds, Key, Of, Page, Paging, Read,
        list::Window,
        preview::Edits,
        query, row,
        wire::{ActorRef, IdBody, Time},
    },
    auth::Viewer,
    http::{path::Keyed, text::Start},
};

row! {
    /// An entry of the log.
    pub(crate) struct Entry<'w> of(world: &'w World, entry: &'w LogEntry) {
        /// Its place in the log.
        position: u64 = entry.position.0,
        at: Time = Time(entry.at),
        actor: ActorRef<'w> = ActorRef::called(world, entry.actor, entry.login.as_deref()),
        /// What was done, as noun and verb.
        operation: &'w str = entry.operation.as_str(),
        /// What it is about; in a list the first 20.
        subjects: Vec<SubjectRow<'w>> = entry.subjects.iter().map(SubjectRow::of).collect(),
        /// The entry it undoes.
        undoes: Option<u64> = entry.undoes.map(|position| position.0),
        /// The entry that undid it.
        undone_by: Option<u64> = entry.undone_by.map(|position| position.0),
    }
}

row! {
    /// Something an entry is about, under the name it had then.
    pub(crate) struct SubjectRow<'w> of(subject: &'w Subject) {
        /// `user`, `group`, `app`, `tag`, `request` or `resource`.
        kind: &'static str = subject.kind.as_str(),
        id: IdBody = IdBody(subject.id),
        label: &'w str = &subject.label,
    }
}

query! {
    /// Which entries.
    pub(crate) struct Filter {
        /// By whom: `user:ana`, `system:time` or `connector:import`; an id, a login or `@me` where it
        /// can be nobody else.
        actor: Option<String>,
        /// What the operation begins with: `group.` or `request.approve`.
        operation: Option<String>,
        /// About this user: an id, a login or `@me`.
        user: Option<Key<User>>,
        /// About this group: its id or name.
        group: Option<Key<Group>>,
        /// About this app: its id or name.
        app: Option<Key<App>>,
        /// About this tag: its id or name.
        tag: Option<Key<Tag>>,
        /// About this request: its id.
        request: Option<String>,
        /// Text in the operation, in the names of what it is about, or in the actor's login.
        q: Option<String>,
        /// Not before this instant; a date means the beginning of that day in UTC.
        from: Option<Start>,
        /// Before this instant; a date means the end of that day in UTC.
        to: Option<Timestamp>,
    }
}

/// List the log
///
/// Everything that was done, newest first.
#[utoipa::path(get, path = "/log", tag = "log", params(Filter, Paging), responses((status = 200, body = Page<Entry>)))]
pub(crate) async fn list_log(read: Read<(Filter, Paging)>) -> Answer {
    read.only_now("use `to` for the log as it was")?;
    let (filter, paging) = &read.query;
    let actor = filter.actor.as_deref().map(|text| match text {
        "@me" => Ok(Actor::User(read.viewer.id)),
        text => read.world.find_actor(text),
    });
    let actor = actor.transpose()?;
    let wanted = LogFilter {
        actor,
        operation: filter.operation.clone(),
        subject: subject(&read, filter)?,
        q: filter.q.clone(),
        from: filter.from.map(|start| start.0),
        to: filter.to,
        limit: paging.rows(),
        before: paging.cursor()?,
    };
    let page = read.web.app().store().log(&wanted).await?;
    let unfiltered = actor.is_none()
        && wanted.subject.is_none()
        && (&filter.operation, &filter.q, filter.from, filter.to) == (&None, &None, None, None);
    let entry = |entry| Entry::of(&read.world, entry);
    let mut body = Paging::stored(&page.items, page.next, entry);
    body.total = unfiltered.then(|| usize::try_from(read.world.position().0).unwrap_or(usize::MAX));
    read.answer(&body)
}

/// What the entries are to be about.
fn subject<Q>(read: &Read<Q>, filter: &Filter) -> Result<Option<(SubjectKind, Uuid)>, Refusal> {
    let request = filter.request.as_ref().map(|key| {
        let id = key.parse::<Uuid>();
        id.map_err(|_| Refusal::not_found(Noun::Request, key))
    });
    let all = [
        (SubjectKind::User, id(read, &filter.user)?),
        (SubjectKind::Group, id(read, &filter.group)?),
        (SubjectKind::App, id(read, &filter.app)?),
        (SubjectKind::Tag, id(read, &filter.tag)?),
        (SubjectKind::Request, request.transpose()?),
    ];
    let mut all = all.into_iter().filter_map(|(kind, id)| Some((kind, id?)));
    let first = all.next();
    let rest: Vec<_> = all
        .map(|(kind, _)| {
            let wrong = "entries are found by one subject; leave this one out";
            FieldError::new(kind.as_str(), wrong)
        })
        .collect();
    if rest.is_empty() {
        Ok(first)
    } else {
        Err(Refusal::Invalid(rest))
    }
}

/// The id of what the key names. What is deleted is still found by its id.
fn id<Q, T: Keyed>(read: &Read<Q>, key: &Option<Key<T>>) -> Result<Option<Uuid>, Refusal> {
    let id = |key: &Key<T>| match read.one(key) {
        Ok(found) => Ok(found.id().uuid()),
        Err(missing) => key.0.parse().map_err(|_| missing),
    };
    key.as_ref().map(id).transpose()
}

row! {
    /// An entry with its exact change.
    pub(crate) struct EntryDetail<'w> of(
        world: &'w World,
        part: &'w EntryPart,
        window: &mut Window,
        viewer: &Viewer,
    ) where {
        let (entry, at_hand) = (&part.entry, (window.from, part.edits));
    } {
        /// The edits.
        change: Option<Edits<'w>> =
            entry.change.as_deref().map(|change| Edits::part(change, at_hand, window, |edit| viewer.sees(edit))),
        /// With what these edits are about.
        #[serde(flatten)]
        entry: Entry<'w> = Entry::of(world, entry),
        /// What to send as `after` for the edits that follow; null at their end.
        next: Option<String> = window.next(),
    }
}

/// Get an entry of the log
///
/// With its edits, each record as it was before and after, and what these are about.
#[utoipa::path(get, path = "/log/{position}", tag = "log", params(Paging), responses((status = 200, body = EntryDetail)))]
pub(crate) async fn get_entry(position: Of<Position>, read: Read<Paging>) -> Answer {
    read.only_now("an entry never changes")?;
    let mut window = read.query.window()?;
    let store = read.web.app().store();
    let part = store
        .entry_part(*position, window.from, window.limit)
        .await?;
    let part = part.ok_or_else(|| Refusal::not_found(Noun::LogEntry, *position))?;
    read.answer(&EntryDetail::of(
        &read.world,
        &part,
        &mut window,
        &read.viewer,
    ))
}

row! {
    /// What undid an entry.
    pub(crate) struct Undone<'w> of(
        undid: Position,
        done: &Done<'w>,
        window: &mut Window,
    ) {
        /// The entry that was undone.
        undid: u64 = undid.0,
        /// The entry that undid it.
        position: u64 = done.position.0,
        /// The edits.
        change: Edits<'w> = Edits::of(done.change, window),
        /// What to send as `after` to `/log/{position}` for the edits that follow; null if these are all.
        next: Option<String> = window.next(),
    }
}

/// Undo an entry of the log
///
/// The same edits the other way round, by whoever may make them, unless something has been changed
/// again since.
#[utoipa::path(post, path = "/log/{position}/undo", tag = "log", responses((status = 200, body = Undone)))]
pub(crate) async fn undo(position: Of<Position>, act: Act) -> Answer {
    let position = *position;
    let operation = Undo::of(act.web.app(), position, act.viewer.id).await?;
    if operation.links() {
        act.in_person()?;
    }
    act.run(operation, |done| {
        done.answer(&Undone::of(position, done, &mut Window::at(0)))
    })
    .await
}
