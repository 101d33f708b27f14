//! What an undo leaves away, because it hangs on something that is gone since.

use std::collections::BTreeSet;

use portcullis_model::{App, Change, ChangeSet, Edit, Group, Id, Record, Tag, User, World};

/// What the world will have of what facts hang on, once the change is made.
struct There<'w> {
    world: &'w World,
    users: BTreeSet<Id<User>>,
    groups: BTreeSet<Id<Group>>,
    apps: BTreeSet<Id<App>>,
    tags: BTreeSet<Id<Tag>>,
}

/// Takes out of `change` what is about people, groups, apps or tags that neither exist nor come back by
/// it; how much that was.
pub(super) fn leave_out(world: &World, change: &mut ChangeSet) -> usize {
    let there = There::of(world, change);
    let mut count = 0;
    change.changes.retain_mut(|edit| {
        let stays = there.has(edit) && there.mend(edit, &mut count);
        count += usize::from(!stays);
        stays
    });
    count
}

/// So much is left away, in words.
pub(super) fn in_words(count: usize) -> String {
    match count {
        1 => "one change is left away, because what it was about is gone".to_owned(),
        many => format!("{many} changes are left away, because what they were about is gone"),
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
            if let Change::App(edit) = change {
                there.apps.extend(created(edit));
            }
        }
        for change in &change.changes {
            match change {
                Change::User(edit) => there.users.extend(created(edit)),
                Change::Group(edit) if there.has_app(edit) => there.groups.extend(created(edit)),
                Change::App(_) | Change::Group(_) => {}
                Change::Tag(edit) => there.tags.extend(created(edit)),
                Change::Membership(_)
                | Change::Inclusion(_)
                | Change::Entitlement(_)
                | Change::Request(_)
                | Change::Identity(_)
                | Change::Credential(_)
                | Change::Preferences(_)
                | Change::Provider(_)
                | Change::Resource(_) => {}
            }
        }
        there
    }

    fn user(&self, id: Id<User>) -> bool {
        self.world.user(id).is_some() || self.users.contains(&id)
    }

    fn app(&self, id: Id<App>) -> bool {
        self.world.app(id).is_some() || self.apps.contains(&id)
    }

    /// Whether the app is there that a group would be of.
    fn has_app(&self, edit: &Edit<Group>) -> bool {
        let app = edit.after.as_deref().and_then(Group::app);
        app.is_none_or(|app| self.app(app))
    }

    fn group(&self, id: Id<Group>) -> bool {
        self.world.group(id).is_some() || self.groups.contains(&id)
    }

    /// Whether all that an edit is about is there.
    fn has(&self, edit: &Change) -> bool {
        let of = |there: Option<bool>| there.unwrap_or(true);
        match edit {
            Change::User(edit) => of(edit.id().map(|id| self.user(id))),
            Change::Group(edit) => self.has_app(edit) && of(edit.id().map(|id| self.group(id))),
            Change::App(edit) => of(edit.id().map(|id| self.app(id))),
            Change::Tag(edit) => of(edit.id().map(|id| self.tag(id))),
            Change::Membership(edit) => of(edit
                .subject()
                .map(|m| self.user(m.user) && self.group(m.group))),
            Change::Inclusion(edit) => of(edit
                .subject()
                .map(|i| self.group(i.child) && self.group(i.target))),
            Change::Entitlement(edit) => of(edit.subject().map(|e| self.group(e.group))),
            Change::Identity(edit) => of(edit.subject().map(|i| self.user(i.user))),
            // What was revoked or signed out stays so.
            Change::Credential(edit) => edit.after.is_none(),
            // What was kept of its secret may be gone, and whoever brings it back tries it anew.
            Change::Provider(edit) => edit.after.is_none(),
            Change::Preferences(edit) => of(edit.subject().map(|it| self.user(it.user()))),
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

    /// What comes back names nothing that is gone; whether anything is left to do then.
    fn mend(&self, edit: &mut Change, count: &mut usize) -> bool {
        match edit {
            Change::User(edit) => {
                let now = edit.before.as_ref().and_then(|user| user.manager);
                if let Some(user) = &mut edit.after
                    && user.manager.is_some_and(|manager| !self.user(manager))
                {
                    user.manager = now;
                    *count += 1;
                }
                differs(edit, count)
            }
            Change::Group(edit) => {
                if let Some(group) = &mut edit.after {
                    *count += self.without_tags(&mut group.tags);
                }
                differs(edit, count)
            }
            Change::App(edit) => {
                if let Some(app) = &mut edit.after {
                    *count += self.without_tags(&mut app.tags);
                }
                differs(edit, count)
            }
            _ => true,
        }
    }

    /// Takes out the tags that are gone; how many they were.
    fn without_tags(&self, tags: &mut Vec<Id<Tag>>) -> usize {
        let before = tags.len();
        tags.retain(|id| self.tag(*id));
        before - tags.len()
    }
}

/// Whether an edit still changes something; what it was for is counted already where not.
fn differs<T: PartialEq>(edit: &Edit<T>, count: &mut usize) -> bool {
    let differs = edit.before != edit.after;
    if !differs {
        *count = count.saturating_sub(1);
    }
    differs
}

fn created<T: Record>(edit: &Edit<T>) -> Option<Id<T>> {
    edit.before.is_none().then(|| edit.id()).flatten()
}
