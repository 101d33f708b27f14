//! What things are called in a change: as they are after it, or as they were if they end with it.

use std::collections::BTreeMap;

use portcullis_model::{
    Actor, Change, ChangeSet, Edit, Group, Id, Record, SystemActor, User, World,
};
use uuid::Uuid;

pub(super) struct Names<'a> {
    after: &'a World,
    /// What ends with the change.
    gone: BTreeMap<Uuid, &'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn new(change: &'a ChangeSet, after: &'a World) -> Self {
        let mut gone = BTreeMap::new();
        for change in &change.changes {
            let ended = match change {
                Change::User(edit) => ended(edit).map(|user| (user.id.uuid(), user.name.as_str())),
                Change::Group(edit) => {
                    ended(edit).map(|group| (group.id.uuid(), group.name.as_str()))
                }
                _ => None,
            };
            gone.extend(ended);
        }
        Self { after, gone }
    }

    pub(super) const fn world(&self) -> &'a World {
        self.after
    }

    pub(super) fn user(&self, id: Id<User>) -> &'a str {
        let there = self.after.user(id).map(|user| user.name.as_str());
        self.or_gone(there, id.uuid(), "a deleted user")
    }

    pub(super) fn group(&self, id: Id<Group>) -> &'a str {
        let there = self.after.group(id).map(|group| group.name.as_str());
        self.or_gone(there, id.uuid(), "a deleted group")
    }

    /// Who acts, to stand at the beginning of a sentence or after "by".
    pub(super) fn actor(&self, actor: Actor) -> String {
        match actor {
            Actor::User(id) => self.user(id).to_owned(),
            Actor::Connector(source) => format!("The source {source}"),
            Actor::System(SystemActor::Operator) => "An operator".to_owned(),
            Actor::System(SystemActor::Time | SystemActor::Demo | SystemActor::SignIn) => {
                "Portcullis".to_owned()
            }
        }
    }

    fn or_gone(&self, there: Option<&'a str>, id: Uuid, otherwise: &'static str) -> &'a str {
        there
            .or_else(|| self.gone.get(&id).copied())
            .unwrap_or(otherwise)
    }
}

fn ended<T: Record>(edit: &Edit<T>) -> Option<&T> {
    edit.before.as_deref().filter(|_| edit.after.is_none())
}
