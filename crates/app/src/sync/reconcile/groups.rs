//! Apps and groups, found by name.

use portcullis_model::{
    App, Group, GroupKind, Id, Name, name,
    record::{AppOrigin, AppPart, Authority},
};

use super::Reconcile;
use crate::sync::{DesiredApp, DesiredGroup, DesiredKind, DriftCode, Kept, Wording};

impl Reconcile<'_> {
    pub(super) fn app(&mut self, said: &DesiredApp) {
        let there = self.world.find_app(&said.name);
        let new = || App {
            id: self.context.id(),
            name: said.name.clone(),
            description: said.description.clone(),
            tags: Vec::new(),
            origin: AppOrigin::Made,
        };
        let after = App {
            description: said.description.clone(),
            ..there.cloned().unwrap_or_else(new)
        };
        let app = after.id;
        self.apps.insert(said.name.key(), app);
        self.put(there, after);
        let owners = self.context.policy.owners_group_name(&said.name);
        if let Ok(name) = Name::parse(&owners) {
            let part = AppPart::Owners;
            let wording = Wording::Always(said.owners.clone());
            self.put_group("", &name, &wording, Kept::Here, |_| {
                Some(GroupKind::App { app, part })
            });
        }
    }

    pub(super) fn group(&mut self, said: &DesiredGroup) {
        if self.groups.contains_key(&said.name.key()) {
            return;
        }
        let (at, name) = (&said.at, &said.name);
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

    fn put_group(
        &mut self,
        at: &str,
        name: &Name,
        description: &Wording,
        kept: Kept,
        kind: impl Fn(&Self) -> Option<GroupKind>,
    ) {
        let there = self.world.find_group(name);
        let foreign = there.is_some_and(|group| {
            let mirrors_ours = group.is_managed() && kept == Kept::Outside;
            mirrors_ours || self.world.is_closed_to(self.source, group)
        });
        let (Wording::AtFirst(words) | Wording::Always(words)) = description;
        let mut after = match there {
            Some(there) => there.clone(),
            None => {
                let Some(kind) = kind(self) else {
                    let message = format!("`{name}` belongs to an app that is not known");
                    return self.drift(DriftCode::UnknownGroup, at, message);
                };
                Group {
                    id: self.context.id(),
                    name: name.clone(),
                    description: words.clone(),
                    kind,
                    authority: match kept {
                        Kept::Here => Authority::Portcullis,
                        Kept::Outside => Authority::External(self.source),
                    },
                    tags: Vec::new(),
                }
            }
        };
        self.groups.insert(name.key(), after.id);
        if foreign {
            return self.foreign(after.id, at);
        }
        if matches!(description, Wording::Always(_)) {
            after.description = words.clone();
        }
        self.put(there, after);
    }

    /// Tells once that another is the authority over the group.
    pub(super) fn foreign(&mut self, group: Id<Group>, at: &str) {
        if let Some(there) = self.world.group(group)
            && self.foreign.insert(group)
        {
            let message = format!("another than this source decides about `{}`", there.name);
            self.drift(DriftCode::ForeignGroup, at, message);
        }
    }

    pub(super) fn known_group(&self, name: &str) -> Option<Id<Group>> {
        let described = self.groups.get(&name::key(name)).copied();
        described.or_else(|| self.world.find_group(name).map(|group| group.id))
    }

    pub(super) fn group_of(&mut self, name: &str, at: &str) -> Option<Id<Group>> {
        let found = self.known_group(name);
        if found.is_none() {
            let message = format!("there is no group `{name}`; list it as a group first");
            self.drift(DriftCode::UnknownGroup, at, message);
        }
        found
    }
}
