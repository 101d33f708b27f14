//! Entries of the log on the wire.

use portcullis_model::World;
use portcullis_store::{LogEntry, Subject};

use crate::api::{
    row,
    wire::{ActorRef, IdBody, Time},
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
        subjects: Vec<About<'w>> = entry.subjects.iter().map(About::of).collect(),
        /// The entry it undoes.
        undoes: Option<u64> = entry.undoes.map(|position| position.0),
        /// The entry that undid it.
        undone_by: Option<u64> = entry.undone_by.map(|position| position.0),
    }
}

row! {
    /// Something an entry is about, under the name it had then.
    pub(crate) struct About<'w> of(subject: &'w Subject) {
        /// `user`, `group`, `app`, `tag`, `request` or `resource`.
        kind: &'static str = subject.kind.as_str(),
        id: IdBody = IdBody(subject.id),
        label: &'w str = &subject.label,
    }
}
