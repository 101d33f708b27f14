//! What an undo leaves away, because it hangs on something that is gone since.

use std::collections::BTreeSet;

use portcullis_model::{App, Change, ChangeSet, Edit, Group, Id, Record, Tag, User, World};

/// How much of a change cannot come back.
#[derive(Debug, Default)]
pub(super) struct Gone {
    pub(super) count: usize,
}

/// What the world will have of what facts hang on, once the change is made.
struct There<'w> {
    world: &'w World,
    users: BTreeSet<Id<User>>,
    groups: BTreeSet<Id<Group>>,
    apps: BTreeSet<Id<App>>,
    tags: BTreeSet<Id<Tag>>,
}

impl Gone {
    /// Takes out of `change` what is about people, groups, apps or tags that neither exist nor come back
    /// by it.
    pub(super) fn leave_out(world: &World, change: &mut ChangeSet) -> Self {
        let there = There::of(world, change);
        let before = change.changes.len();
        change.changes.retain(|edit| there.has(edit));
        for edit in &mut change.changes {
            there.mend(edit);
        }
        Self {
            count: before - change.changes.len(),
        }
    }

    pub(super) fn in_words(&self) -> String {
        match self.count {
            1 => "one change is left away, because what it was about is gone".to_owned(),
            many => format!("{many} changes are left away, because what they were about is gone"),
        }
    }
}

impl<'w> There<'w> {
    fn of(world: &'w World, change: &ChangeSet) -> Self {
        let mut there = Self {
            world,
            users: BTreeSet::new(),
            groups: BTreeSet::new(),
            apps: BTreeSet::new(),
            tags: BTreeSet::new(),
        };
        for change in &change.changes {
            match change {
                Change::User(edit) => there.users.extend(created(edit)),
                Change::Group(edit) => there.groups.extend(created(edit)),
                Change::App(edit) => there.apps.extend(created(edit)),
                Change::Tag(edit) => there.tags.extend(created(edit)),
                Change::Membership(_)
                | Change::Inclusion(_)
                | Change::Entitlement(_)
                | Change::Request(_)
                | Change::Identity(_)
                | Change::Resource(_) => {}
            }
        }
        there
    }

    fn user(&self, id: Id<User>) -> bool {
        self.world.user(id).is_some() || self.users.contains(&id)
    }

    fn group(&self, id: Id<Group>) -> bool {
        self.world.group(id).is_some() || self.groups.contains(&id)
    }

    /// Whether all that an edit is about is there.
    fn has(&self, edit: &Change) -> bool {
        let of = |there: Option<bool>| there.unwrap_or(true);
        match edit {
            Change::User(edit) => of(edit.id().map(|id| self.user(id))),
            Change::Group(edit) => of(edit.id().map(|id| self.group(id))),
            Change::App(edit) => of(edit
                .id()
                .map(|id| self.world.app(id).is_some() || self.apps.contains(&id))),
            Change::Tag(edit) => of(edit.id().map(|id| self.tag(id))),
            Change::Membership(edit) => of(edit
                .subject()
                .map(|m| self.user(m.user) && self.group(m.group))),
            Change::Inclusion(edit) => of(edit
                .subject()
                .map(|i| self.group(i.child) && self.group(i.target))),
            Change::Entitlement(edit) => of(edit.subject().map(|e| self.group(e.group))),
            Change::Identity(edit) => of(edit.subject().map(|i| self.user(i.user))),
            Change::Request(edit) => of(edit.subject().map(|request| {
                let group = request.wants.group();
                self.user(request.requester) && group.is_none_or(|group| self.group(group))
            })),
            Change::Resource(_) => true,
        }
    }

    fn tag(&self, id: Id<Tag>) -> bool {
        self.world.tag(id).is_some() || self.tags.contains(&id)
    }

    /// What comes back names nothing that is gone.
    fn mend(&self, edit: &mut Change) {
        match edit {
            Change::User(edit) if edit.before.is_none() => {
                if let Some(user) = &mut edit.after {
                    user.manager = user.manager.filter(|id| self.user(*id));
                }
            }
            Change::Group(edit) if edit.before.is_none() => {
                if let Some(group) = &mut edit.after {
                    group.tags.retain(|id| self.tag(*id));
                }
            }
            Change::App(edit) if edit.before.is_none() => {
                if let Some(app) = &mut edit.after {
                    app.tags.retain(|id| self.tag(*id));
                }
            }
            _ => {}
        }
    }
}

fn created<T: Record>(edit: &Edit<T>) -> Option<Id<T>> {
    edit.before.is_none().then(|| edit.id()).flatten()
}
