//! Apps and groups, found by name.

use portcullis_model::{
    App, Closed, ConnectorId, Description, Edit, Group, GroupKind, Id, Name, Sourced, name,
    record::{AppOrigin, AppPart, Authority},
};

use super::Reconcile;
use crate::sync::{At, DesiredApp, DesiredGroup, DesiredKind, DriftCode, Kept, Wording};

impl Reconcile<'_> {
    pub(super) fn app(&mut self, said: &DesiredApp) {
        let owners = self.context.policy.owners_group_name(&said.name);
        let there = self.world.find_app(&said.name);
        if let Some(there) = there.filter(|there| there.source != Some(self.source)) {
            self.apps.insert(said.name.key(), there.id);
            return self.foreign_app(there, &owners, &said.at);
        }
        let new = || App {
            id: self.context.id(),
            source: Some(self.source),
            name: said.name.clone(),
            description: Description::default(),
            tags: Vec::new(),
            origin: AppOrigin::Made,
        };
        let mut after = there.cloned().unwrap_or_else(new);
        if let Some(description) = &said.description {
            after.description = description.clone();
        }
        let app = after.id;
        self.apps.insert(said.name.key(), app);
        self.put(there, after);
        if let Ok(name) = Name::parse(&owners) {
            let part = AppPart::Owners;
            let wording = Wording::Always(said.owners.clone());
            self.put_group(&said.at, &name, &wording, Kept::Here, |_| {
                Some(GroupKind::App { app, part })
            });
        }
    }

    /// Tells that the app is another's. Whoever takes it over takes its owners group with it.
    fn foreign_app(&mut self, there: &App, owners: &str, at: &str) {
        if there.origin == AppOrigin::BuiltIn {
            let message = format!(
                "`{}` is Portcullis itself, which no source keeps",
                there.name
            );
            return self.drift(DriftCode::ForeignApp, at, message);
        }
        let message = self.not_kept(there, &there.name);
        self.drift(DriftCode::ForeignApp, at, message);
        self.adoptable(there, &there.name);
        let owners = self.world.find_group(owners);
        let closed = |group: &&Group| self.world.closed_to(self.source, group).is_some();
        if let Some(owners) = owners.filter(closed) {
            let own = owners.clone().kept_by(Some(self.source));
            let edit = Edit::update(owners.clone(), own);
            let with_app = self.plan.foreign.last_mut();
            with_app
                .into_iter()
                .for_each(|(_, edits)| edits.push(edit.clone().into()));
        }
    }

    pub(super) fn group(&mut self, said: &DesiredGroup) {
        if self.groups.contains_key(&said.name.key()) {
            return;
        }
        let (at, name) = (&said.at, &said.name);
        if let Kept::By(other) = said.kept {
            return self.kept_by(other, at, name);
        }
        self.put_group(at, name, &said.description, said.kept, |all| {
            Some(match &said.kind {
                DesiredKind::Group => GroupKind::Group,
                DesiredKind::Role => GroupKind::Role,
                DesiredKind::App(app) => {
                    let known = || all.world.find_app(app).map(|app| app.id);
                    GroupKind::App {
                        app: all.apps.get(&app.key()).copied().or_else(known)?,
                        part: AppPart::Access,
                    }
                }
            })
        });
        if let Some(id) = self.groups.get(&name.key()).filter(|_| said.listed) {
            self.listed.insert(*id);
        }
    }

    /// Notes the group as one that `other` keeps, or tells that it does not.
    fn kept_by(&mut self, other: ConnectorId, at: &str, name: &Name) {
        let Some(there) = self.world.find_group(name) else {
            let message =
                format!("there is no group `{name}` yet; bring in what `{other}` says first");
            return self.drift(DriftCode::ForeignGroup, at, message);
        };
        self.groups.insert(name.key(), there.id);
        if there.source == Some(other) && self.world.is_open_to_grants(there) {
            self.confers.insert(there.id);
        } else if self.foreign.insert(there.id) {
            let message = format!(
                "{} is not kept by the source `{other}`; correct who keeps it, or leave the group out",
                there.called()
            );
            self.drift(DriftCode::ForeignGroup, at, message);
        }
    }

    fn put_group(
        &mut self,
        at: &str,
        name: &Name,
        description: &Wording,
        kept: Kept,
        kind: impl Fn(&Self) -> Option<GroupKind>,
    ) {
        let there = self.world.find_group(name);
        let closed = there.and_then(|group| self.world.closed_to(self.source, group));
        let said = kind(self);
        let another = |there: &&Group| said.is_some_and(|said| !is_alike(said, there.kind));
        if let Some(there) = there.filter(another) {
            let message = format!(
                "`{name}` is {} already, and not what is described here; call one of them otherwise",
                if there.app().is_some() {
                    "a group of an app"
                } else {
                    "a group of its own"
                }
            );
            return self.drift(DriftCode::ForeignGroup, at, message);
        }
        let words = match description {
            Wording::Unsaid => None,
            Wording::AtFirst(words) | Wording::Always(words) => Some(words),
        };
        let mut after = match there {
            Some(there) => there.clone(),
            None => {
                let Some(kind) = said else {
                    let message = format!("`{name}` belongs to an app that is not known");
                    return self.drift(DriftCode::UnknownGroup, at, message);
                };
                let made = Group {
                    id: self.context.id(),
                    source: Some(self.source),
                    name: name.clone(),
                    description: words.cloned().unwrap_or_default(),
                    kind,
                    authority: match kept {
                        Kept::Here | Kept::By(_) => Authority::Portcullis,
                        Kept::Outside => Authority::External(self.source),
                    },
                    tags: Vec::new(),
                };
                self.made.insert(made.id, made.clone());
                made
            }
        };
        self.groups.insert(name.key(), after.id);
        let mirrors_ours = |there: &&Group| there.is_managed() && kept == Kept::Outside;
        if let Some(there) = there.filter(|there| closed.is_some() || mirrors_ours(there)) {
            return self.foreign(there, closed, &at);
        }
        if let Wording::Always(words) = description {
            after.description = words.clone();
        }
        self.put(there, after);
    }

    /// Tells once that the group is another's, by why it is closed; where it is not, the source
    /// would be the authority over a group that it only keeps.
    pub(super) fn foreign(&mut self, there: &Group, closed: Option<Closed>, at: &dyn ToString) {
        if !self.foreign.insert(there.id) {
            return;
        }
        let name = &there.name;
        let message = match closed {
            Some(Closed::BuiltIn) => format!(
                "`{name}` says who administers Portcullis, which no source does; leave it out"
            ),
            Some(Closed::Outside(other)) => {
                format!("`{name}` is kept by `{other}`, an outside system; change it there")
            }
            Some(Closed::Kept) => {
                self.adoptable(there, name);
                self.not_kept(there, name)
            }
            None => format!(
                "`{name}` is decided about in Portcullis; another than this source keeps it"
            ),
        };
        self.drift(DriftCode::ForeignGroup, at, message);
    }

    pub(super) fn known_group(&self, name: &str) -> Option<Id<Group>> {
        let described = self.groups.get(&name::key(name)).copied();
        described.or_else(|| self.world.find_group(name).map(|group| group.id))
    }

    pub(super) fn group_of(&mut self, name: &str, at: &At) -> Option<Id<Group>> {
        let found = self.known_group(name);
        if found.is_none() {
            let message = format!("there is no group `{name}`; list it as a group first");
            self.drift(DriftCode::UnknownGroup, at, message);
        }
        found
    }
}

/// Whether what is said of a group may be meant of one that is there: in the same app, in the same
/// part, or both in none.
fn is_alike(said: GroupKind, there: GroupKind) -> bool {
    match (said, there) {
        (GroupKind::App { .. }, _) | (_, GroupKind::App { .. }) => said == there,
        (GroupKind::Group | GroupKind::Role, GroupKind::Group | GroupKind::Role) => true,
    }
}
