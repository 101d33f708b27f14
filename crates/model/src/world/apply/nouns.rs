//! Edits of users, groups, apps and tags.

use std::sync::Arc;

use super::{expect, free, in_use, known};
use crate::{
    App, Group, Id, Noun, Refusal, Tag, User,
    letters::fold,
    record::AppOrigin,
    world::{
        AppNode, GroupNode, Ix, NameSpace, UserNode, World,
        search::{Searched as _, name_key},
        slots::Slots,
    },
};

impl World {
    pub(super) fn apply_user(
        &mut self,
        before: Option<&User>,
        after: Option<User>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?;
        let ix = self.user_ix.get(&id.uuid()).copied();
        let there = ix.and_then(|ix| self.user_at(ix));
        expect("user", there.map(|node| &*node.user), before)?;
        let hangs_on = !there.is_none_or(|node| node.facts.is_empty())
            || self.identities_of(id).next().is_some()
            || self.credentials_of(id).next().is_some()
            || self.preferences(id).is_some();
        if after.is_none() && hangs_on {
            return Err(in_use(
                "user",
                &there.map_or_else(String::new, |n| n.user.login.to_string()),
            ));
        }
        let source = |user: Option<&User>| user.and_then(|user| user.source);
        let sources = (source(before), source(after.as_ref()));
        let words = (User::listed(before), User::listed(after.as_ref()));
        if let Some(before) = before {
            self.user_names.remove(&name_key(before));
            let key: Arc<str> = fold(&before.login).into();
            self.logins.remove(&key);
            self.unlook(NameSpace::Person, &before.login);
            if let Some(of_kind) = self.kinds.get_mut(&before.kind) {
                of_kind.remove(&key);
            }
            if let Some(manager) = before.manager {
                self.reports.remove(&(manager.uuid(), key));
            }
            if let Some(email) = &before.email {
                self.emails.remove(fold(email).as_str());
                self.unlook(NameSpace::Person, email);
            }
        }
        if let Some(after) = after {
            let user = Arc::new(after);
            let key: Arc<str> = fold(&user.login).into();
            free(&self.logins, "user", "login", &user.login)?;
            if let Some(email) = &user.email {
                free(&self.emails, "user", "e-mail address", email)?;
            }
            let ix = match ix {
                Some(ix) => {
                    let slot = self.users.get_mut(ix);
                    if let Some(slot) = slot {
                        match slot {
                            Some(node) => {
                                let node = Arc::make_mut(node);
                                node.user = Arc::clone(&user);
                                node.key = Arc::clone(&key);
                            }
                            None => {
                                *slot = Some(Arc::new(UserNode {
                                    user: Arc::clone(&user),
                                    key: Arc::clone(&key),
                                    facts: Slots::default(),
                                }));
                            }
                        }
                    }
                    ix
                }
                None => {
                    let node = UserNode {
                        user: Arc::clone(&user),
                        key: Arc::clone(&key),
                        facts: Slots::default(),
                    };
                    let ix = self.users.push(Some(Arc::new(node)));
                    self.user_ix.insert(id.uuid(), ix);
                    ix
                }
            };
            self.user_words.edit(ix, &words.0, &words.1);
            self.user_names.insert(name_key(&user), ix);
            if let Some(manager) = user.manager {
                self.reports.insert((manager.uuid(), Arc::clone(&key)), ix);
            }
            let of_kind = self.kinds.entry(user.kind).or_default();
            of_kind.insert(Arc::clone(&key), ix);
            self.logins.insert(key, (ix, Arc::clone(&user)));
            self.look(NameSpace::Person, &user.login);
            if let Some(email) = &user.email {
                self.emails.insert(fold(email).into(), ix);
                self.look(NameSpace::Person, email);
            }
        } else if let Some(ix) = ix {
            if let Some(slot) = self.users.get_mut(ix) {
                *slot = None;
            }
            self.user_words.edit(ix, &words.0, &words.1);
        }
        self.count_kept(sources.0, sources.1, |kept| &mut kept.users);
        Ok(())
    }

    pub(super) fn apply_group(
        &mut self,
        before: Option<&Group>,
        after: Option<Group>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?;
        let ix = self.group_ix.get(&id.uuid()).copied();
        let there = ix.and_then(|ix| self.group_at(ix));
        expect("group", there.map(|node| &*node.group), before)?;
        if let Some(node) = there.filter(|_| after.is_none())
            && !(node.facts.is_empty()
                && node.targets.is_empty()
                && node.children.is_empty()
                && node.entitlements.is_empty())
        {
            return Err(in_use("group", &node.group.name));
        }
        let source = |group: Option<&Group>| group.and_then(|group| group.source);
        let sources = (source(before), source(after.as_ref()));
        let words = (Group::listed(before), Group::listed(after.as_ref()));
        if let Some(before) = before {
            self.group_names.remove(fold(&before.name).as_str());
            self.unlook(NameSpace::Group, &before.name);
            if let (Some(app), Some(ix)) = (before.app(), ix) {
                self.edit_app_groups(app, |groups| groups.retain(|g| *g != ix));
            }
        }
        if let Some(after) = after {
            let group = Arc::new(after);
            free(&self.group_names, "group", "name", &group.name)?;
            if let Some(app) = group.app()
                && !self.apps.contains_key(&app.uuid())
            {
                return Err(Refusal::not_found(Noun::App, app));
            }
            for tag in &group.tags {
                self.tag(*tag)
                    .ok_or_else(|| Refusal::not_found(Noun::Tag, tag))?;
            }
            let fresh = || {
                Arc::new(GroupNode {
                    group: Arc::clone(&group),
                    facts: Slots::default(),
                    owners: Slots::default(),
                    targets: Vec::new(),
                    children: Vec::new(),
                    entitlements: Vec::new(),
                })
            };
            let ix = match ix {
                Some(ix) => {
                    if let Some(slot) = self.groups.get_mut(ix) {
                        match slot {
                            Some(node) => Arc::make_mut(node).group = Arc::clone(&group),
                            None => *slot = Some(fresh()),
                        }
                    }
                    ix
                }
                None => {
                    let ix = self.groups.push(Some(fresh()));
                    self.group_ix.insert(id.uuid(), ix);
                    ix
                }
            };
            self.group_words.edit(ix, &words.0, &words.1);
            self.group_names.insert(fold(&group.name).into(), ix);
            self.look(NameSpace::Group, &group.name);
            if let Some(app) = group.app() {
                self.edit_app_groups(app, |groups| groups.push(ix));
            }
        } else if let Some(ix) = ix {
            if let Some(slot) = self.groups.get_mut(ix) {
                *slot = None;
            }
            self.group_words.edit(ix, &words.0, &words.1);
        }
        self.count_kept(sources.0, sources.1, |kept| &mut kept.groups);
        Ok(())
    }

    fn edit_app_groups(&mut self, app: Id<App>, edit: impl FnOnce(&mut Vec<Ix>)) {
        if let Some(node) = self.apps.get_mut(&app.uuid()) {
            edit(&mut Arc::make_mut(node).groups);
        }
    }

    pub(super) fn apply_app(
        &mut self,
        before: Option<&App>,
        after: Option<App>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?.uuid();
        let there = self.apps.get(&id);
        expect("app", there.map(|node| &*node.app), before)?;
        if let Some(node) = there.filter(|node| after.is_none() && !node.groups.is_empty()) {
            return Err(in_use("app", &node.app.name));
        }
        let source = |app: Option<&App>| app.and_then(|app| app.source);
        let sources = (source(before), source(after.as_ref()));
        let (was, is) = (App::listed(before), App::listed(after.as_ref()));
        self.app_words.edit(id, &was, &is);
        if let Some(before) = before {
            self.app_names.remove(fold(&before.name).as_str());
            self.unlook(NameSpace::App, &before.name);
            self.built_in = self.built_in.filter(|built_in| *built_in != id);
        }
        if let Some(after) = after {
            let app = Arc::new(after);
            free(&self.app_names, "app", "name", &app.name)?;
            for tag in &app.tags {
                self.tag(*tag)
                    .ok_or_else(|| Refusal::not_found(Noun::Tag, tag))?;
            }
            self.app_names.insert(fold(&app.name).into(), id);
            self.look(NameSpace::App, &app.name);
            if app.origin == AppOrigin::BuiltIn && self.built_in.is_none() {
                self.built_in = Some(id);
            }
            match self.apps.get_mut(&id) {
                Some(node) => Arc::make_mut(node).app = app,
                None => {
                    self.apps.insert(
                        id,
                        Arc::new(AppNode {
                            app,
                            groups: Vec::new(),
                        }),
                    );
                }
            }
        } else {
            self.apps.remove(&id);
        }
        self.count_kept(sources.0, sources.1, |kept| &mut kept.apps);
        Ok(())
    }

    pub(super) fn apply_tag(
        &mut self,
        before: Option<&Tag>,
        after: Option<Tag>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?;
        expect("tag", self.tag(id), before)?;
        if let Some(before) = before.filter(|_| after.is_none()) {
            let used = self.groups().any(|group| group.tags.contains(&id))
                || self.apps().any(|app| app.tags.contains(&id));
            if used {
                return Err(in_use("tag", &before.name));
            }
        }
        let (was, is) = (Tag::listed(before), Tag::listed(after.as_ref()));
        self.tag_words.edit(id.uuid(), &was, &is);
        if let Some(before) = before {
            self.tag_names.remove(fold(&before.name).as_str());
            self.unlook(NameSpace::Tag, &before.name);
        }
        if let Some(after) = after {
            free(&self.tag_names, "tag", "name", &after.name)?;
            self.tag_names.insert(fold(&after.name).into(), id.uuid());
            self.look(NameSpace::Tag, &after.name);
            self.tags.insert(id.uuid(), Arc::new(after));
        } else {
            self.tags.remove(&id.uuid());
        }
        Ok(())
    }
}
