//! Entries of the log on the wire.

use portcullis_model::World;
use portcullis_store::{LogEntry, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::wire::{ActorRef, IdBody, Time};

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
