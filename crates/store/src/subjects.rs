//! What a log entry is about: every user, group, app, tag, request and resource a change names,
//! under the names of that moment, so that history can be told of what is long deleted.

use std::{
    cmp::Reverse,
    collections::{HashMap, hash_map},
};

use portcullis_model::{Change, ChangeSet, Edit, Group, Id, User, World};
use uuid::Uuid;

portcullis_model::words! {
    /// What kind of thing a log entry is about.
    pub enum SubjectKind {
        /// A person, service or agent, called by its login.
        User = "user",
        /// A group, role or app group, called by its name.
        Group = "group",
        /// An app, called by its name.
        App = "app",
        /// A tag, called by its name.
        Tag = "tag",
        /// A request, called by its requester and what it is for.
        Request = "request",
        /// A registered resource, called by its type and id.
        Resource = "resource",
    }
}

/// One thing a log entry is about.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// Its id.
    pub id: Uuid,
    /// Its name when the entry was written.
    pub label: String,
}

/// What `change` is about, each thing once: what is mentioned most comes first, as the group that
/// twenty people were added to, then in order of mention.
pub(crate) fn of(change: &ChangeSet, before: &World, after: &World) -> Vec<Subject> {
    let mut list = List {
        before,
        after,
        places: HashMap::new(),
        subjects: Vec::new(),
    };
    for change in &change.changes {
        list.change(change);
    }
    let mut subjects = list.subjects;
    subjects.sort_by_key(|(mentions, _)| Reverse(*mentions));
    subjects.into_iter().map(|(_, subject)| subject).collect()
}

struct List<'a> {
    before: &'a World,
    after: &'a World,
    /// Where in `subjects` each thing stands.
    places: HashMap<Uuid, usize>,
    /// How often each is mentioned.
    subjects: Vec<(usize, Subject)>,
}

impl List<'_> {
    fn change(&mut self, change: &Change) {
        match change {
            Change::User(edit) => both(edit, |user| {
                self.add(SubjectKind::User, user.id.uuid(), || user.login.to_string());
            }),
            Change::Group(edit) => both(edit, |group| {
                self.add(SubjectKind::Group, group.id.uuid(), || {
                    group.name.to_string()
                });
                if let Some(app) = group.app() {
                    let name = [self.after, self.before]
                        .into_iter()
                        .find_map(|world| world.app(app))
                        .map(|app| app.name.to_string());
                    self.add(SubjectKind::App, app.uuid(), || name.unwrap_or_default());
                }
            }),
            Change::App(edit) => both(edit, |app| {
                self.add(SubjectKind::App, app.id.uuid(), || app.name.to_string());
            }),
            Change::Tag(edit) => both(edit, |tag| {
                self.add(SubjectKind::Tag, tag.id.uuid(), || tag.name.to_string());
            }),
            Change::Membership(edit) => both(edit, |membership| {
                self.user(membership.user);
                self.group(membership.group);
            }),
            Change::Inclusion(edit) => both(edit, |inclusion| {
                self.group(inclusion.child);
                self.group(inclusion.target);
            }),
            Change::Entitlement(edit) => both(edit, |entitlement| self.group(entitlement.group)),
            Change::Request(edit) => both(edit, |request| {
                let user = request.requester;
                let wanted = match request.wants.group() {
                    Some(group) => group_name([self.after, self.before], group),
                    None => request.wants.label(self.after),
                };
                let label = format!("{} → {wanted}", login([self.after, self.before], user));
                self.add(SubjectKind::Request, request.id.uuid(), || label);
                self.user(user);
                for group in request.wants.groups() {
                    self.group(group);
                }
            }),
            Change::Identity(edit) => both(edit, |identity| self.user(identity.user)),
            Change::Credential(edit) => both(edit, |credential| self.user(credential.user)),
            Change::Provider(_) => {}
            Change::Preferences(edit) => both(edit, |it| self.user(it.user())),
            Change::Resource(edit) => both(edit, |resource| {
                self.add(SubjectKind::Resource, resource.id.uuid(), || {
                    format!("{}:{}", resource.resource_type, resource.resource_id)
                });
            }),
        }
    }

    // An import mentions everybody a hundred times: the name is looked for once.
    fn user(&mut self, id: Id<User>) {
        let worlds = [self.after, self.before];
        self.add(SubjectKind::User, id.uuid(), || login(worlds, id));
    }

    fn group(&mut self, id: Id<Group>) {
        let worlds = [self.after, self.before];
        self.add(SubjectKind::Group, id.uuid(), || group_name(worlds, id));
    }

    fn add(&mut self, kind: SubjectKind, id: Uuid, label: impl FnOnce() -> String) {
        match self.places.entry(id) {
            hash_map::Entry::Occupied(place) => self.subjects[*place.get()].0 += 1,
            hash_map::Entry::Vacant(place) => {
                place.insert(self.subjects.len());
                let label = label();
                self.subjects.push((1, Subject { kind, id, label }));
            }
        }
    }
}

fn login(worlds: [&World; 2], id: Id<User>) -> String {
    let user = worlds.into_iter().find_map(|world| world.user(id));
    user.map_or_else(String::new, |user| user.login.to_string())
}

fn group_name(worlds: [&World; 2], id: Id<Group>) -> String {
    let group = worlds.into_iter().find_map(|world| world.group(id));
    group.map_or_else(String::new, |group| group.name.to_string())
}

/// Hands over the record as it is to be, then as it was: the newer name wins, and what only the
/// older version names is mentioned too.
fn both<T>(edit: &Edit<T>, mut take: impl FnMut(&T)) {
    for record in [&edit.after, &edit.before].into_iter().flatten() {
        take(record);
    }
}
