//! Changing a world into the next one. Every edit is checked against what is there: a world never
//! takes a change that was made for another.

use std::sync::Arc;

use super::{AppNode, Fact, GroupNode, Ix, Link, UserNode, World};
use crate::{
    App, Change, ChangeSet, Edit, Entitlement, Group, Inclusion, Membership, Position, Record,
    Refusal, Request, Resource, Tag, User, name,
};

impl World {
    /// The world after `change`, at the next position.
    ///
    /// # Errors
    /// A conflict where the world is not as the change found it; names taken; things still in use.
    pub fn after(&self, change: &ChangeSet) -> Result<Self, Refusal> {
        let mut world = self.clone();
        for edit in &change.changes {
            world.apply(edit)?;
        }
        world.position = self.position.next();
        Ok(world)
    }

    /// Builds a world from all current records, in this order: users, apps, tags, groups,
    /// inclusions, memberships, entitlements, requests, resources.
    ///
    /// # Errors
    /// The same as [`World::after`], where the records contradict each other.
    pub fn load(
        records: impl IntoIterator<Item = Change>,
        position: Position,
    ) -> Result<Self, Refusal> {
        let mut world = Self::default();
        for record in records {
            world.apply_owned(record)?;
        }
        world.position = position;
        Ok(world)
    }

    /// Applies one edit in place; for loading and for the steps of [`World::after`].
    fn apply(&mut self, change: &Change) -> Result<(), Refusal> {
        self.apply_owned(change.clone())
    }

    fn apply_owned(&mut self, change: Change) -> Result<(), Refusal> {
        match change {
            Change::User(edit) => self.apply_user(edit),
            Change::Group(edit) => self.apply_group(edit),
            Change::App(edit) => self.apply_app(edit),
            Change::Tag(edit) => self.apply_tag(edit),
            Change::Membership(edit) => self.apply_membership(edit),
            Change::Inclusion(edit) => self.apply_inclusion(edit),
            Change::Entitlement(edit) => self.apply_entitlement(edit),
            Change::Request(edit) => self.apply_request(edit),
            Change::Resource(edit) => self.apply_resource(edit),
        }
    }

    fn apply_user(&mut self, edit: Edit<User>) -> Result<(), Refusal> {
        let id = known(&edit)?;
        let ix = self.user_ix.get(&id.uuid()).copied();
        let there = ix.and_then(|ix| self.user_at(ix));
        expect("user", there.map(|node| &*node.user), &edit)?;
        if edit.after.is_none() && there.is_some_and(|node| !node.facts.is_empty()) {
            return Err(in_use(
                "user",
                &there.map_or_else(String::new, |n| n.user.login.to_string()),
            ));
        }
        if let Some(before) = &edit.before {
            self.logins.remove(before.login.key().as_str());
            if let Some(email) = &before.email {
                self.emails.remove(email.key().as_str());
            }
        }
        if let Some(after) = edit.after {
            let user: Arc<User> = after.into();
            free(
                &self.logins,
                &user.login.key(),
                "user",
                "login",
                &user.login,
            )?;
            if let Some(email) = &user.email {
                free(&self.emails, &email.key(), "user", "e-mail address", email)?;
            }
            let ix = match ix {
                Some(ix) => {
                    let slot = self.users.get_mut(ix);
                    if let Some(slot) = slot {
                        match slot {
                            Some(node) => Arc::make_mut(node).user = Arc::clone(&user),
                            None => {
                                *slot = Some(Arc::new(UserNode {
                                    user: Arc::clone(&user),
                                    facts: Vec::new(),
                                }));
                            }
                        }
                    }
                    ix
                }
                None => {
                    let node = UserNode {
                        user: Arc::clone(&user),
                        facts: Vec::new(),
                    };
                    let ix = self.users.push(Some(Arc::new(node)));
                    self.user_ix.insert(id.uuid(), ix);
                    ix
                }
            };
            self.logins.insert(user.login.key().into(), ix);
            if let Some(email) = &user.email {
                self.emails.insert(email.key().into(), ix);
            }
        } else if let Some(slot) = ix.and_then(|ix| self.users.get_mut(ix)) {
            *slot = None;
        }
        Ok(())
    }

    fn apply_group(&mut self, edit: Edit<Group>) -> Result<(), Refusal> {
        let id = known(&edit)?;
        let ix = self.group_ix.get(&id.uuid()).copied();
        let there = ix.and_then(|ix| self.group_at(ix));
        expect("group", there.map(|node| &*node.group), &edit)?;
        if let Some(node) = there.filter(|_| edit.after.is_none())
            && !(node.facts.is_empty()
                && node.targets.is_empty()
                && node.children.is_empty()
                && node.entitlements.is_empty())
        {
            return Err(in_use("group", &node.group.name));
        }
        if let Some(before) = &edit.before {
            self.group_names.remove(before.name.key().as_str());
            if let (Some(app), Some(ix)) = (before.app(), ix) {
                self.edit_app_groups(app, |groups| groups.retain(|g| *g != ix));
            }
        }
        if let Some(after) = edit.after {
            let group: Arc<Group> = after.into();
            free(
                &self.group_names,
                &group.name.key(),
                "group",
                "name",
                &group.name,
            )?;
            if let Some(app) = group.app()
                && !self.apps.contains_key(&app.uuid())
            {
                return Err(Refusal::not_found("app", app));
            }
            for tag in &group.tags {
                self.tag(*tag)
                    .ok_or_else(|| Refusal::not_found("tag", tag))?;
            }
            let fresh = || {
                Arc::new(GroupNode {
                    group: Arc::clone(&group),
                    facts: Vec::new(),
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
            self.group_names.insert(group.name.key().into(), ix);
            if let Some(app) = group.app() {
                self.edit_app_groups(app, |groups| groups.push(ix));
            }
        } else if let Some(slot) = ix.and_then(|ix| self.groups.get_mut(ix)) {
            *slot = None;
        }
        Ok(())
    }

    fn edit_app_groups(&mut self, app: crate::Id<App>, edit: impl FnOnce(&mut Vec<Ix>)) {
        if let Some(node) = self.apps.get_mut(&app.uuid()) {
            edit(&mut Arc::make_mut(node).groups);
        }
    }

    fn apply_app(&mut self, edit: Edit<App>) -> Result<(), Refusal> {
        let id = known(&edit)?.uuid();
        let there = self.apps.get(&id);
        expect("app", there.map(|node| &*node.app), &edit)?;
        if let Some(node) = there.filter(|node| edit.after.is_none() && !node.groups.is_empty()) {
            return Err(in_use("app", &node.app.name));
        }
        if let Some(before) = &edit.before {
            self.app_names.remove(before.name.key().as_str());
        }
        if let Some(after) = edit.after {
            let app: Arc<App> = after.into();
            free(&self.app_names, &app.name.key(), "app", "name", &app.name)?;
            for tag in &app.tags {
                self.tag(*tag)
                    .ok_or_else(|| Refusal::not_found("tag", tag))?;
            }
            self.app_names.insert(app.name.key().into(), id);
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
        Ok(())
    }

    fn apply_tag(&mut self, edit: Edit<Tag>) -> Result<(), Refusal> {
        let id = known(&edit)?;
        expect("tag", self.tag(id), &edit)?;
        if let Some(before) = edit.before.as_ref().filter(|_| edit.after.is_none()) {
            let used = self.groups().any(|group| group.tags.contains(&id))
                || self.apps().any(|app| app.tags.contains(&id));
            if used {
                return Err(in_use("tag", &before.name));
            }
        }
        if let Some(before) = &edit.before {
            self.tag_names.remove(before.name.key().as_str());
        }
        if let Some(after) = edit.after {
            free(
                &self.tag_names,
                &after.name.key(),
                "tag",
                "name",
                &after.name,
            )?;
            self.tag_names.insert(after.name.key().into(), id.uuid());
            self.tags.insert(id.uuid(), after.into());
        } else {
            self.tags.remove(&id.uuid());
        }
        Ok(())
    }

    fn apply_membership(&mut self, edit: Edit<Membership>) -> Result<(), Refusal> {
        known(&edit)?;
        same_place(&edit, |m| (m.user, m.group, m.kind))?;
        if let Some(before) = &edit.before {
            let slot = self
                .membership_slot(before)
                .ok_or_else(|| moved("membership", "somebody has changed it since"))?;
            let Some(fact) = self.memberships.get_mut(slot).and_then(Option::take) else {
                return Err(moved("membership", "somebody has changed it since"));
            };
            self.edit_user_facts(fact.user, |facts| facts.retain(|s| *s != slot));
            self.edit_group(fact.group, |node| node.facts.retain(|s| *s != slot));
            Arc::make_mut(&mut self.free).push(slot);
            self.members -= 1;
        }
        if let Some(after) = edit.after {
            let membership = *after;
            let user = self.live_user_ix(membership.user)?;
            let group = self.live_group_ix(membership.group)?;
            if self
                .direct(membership.user, membership.group, membership.kind)
                .is_some()
            {
                return Err(Refusal::conflict(
                    "already_in_group",
                    format!(
                        "`{}` already has a direct {} in `{}`",
                        self.user(membership.user).map_or("", |user| &user.login),
                        membership.kind.noun(),
                        self.group(membership.group).map_or("", |group| &group.name),
                    ),
                    "extend it instead of adding it again",
                ));
            }
            let fact = Some(Fact {
                user,
                group,
                membership,
            });
            let slot = if self.free.is_empty() {
                self.memberships.push(fact)
            } else {
                let slot = Arc::make_mut(&mut self.free).pop().unwrap_or_default();
                if let Some(place) = self.memberships.get_mut(slot) {
                    *place = fact;
                }
                slot
            };
            self.edit_user_facts(user, |facts| facts.push(slot));
            self.edit_group(group, |node| node.facts.push(slot));
            self.members += 1;
        }
        Ok(())
    }

    /// The slot that holds exactly `membership`.
    fn membership_slot(&self, membership: &Membership) -> Option<u32> {
        let of_user = &self.user_node(membership.user)?.facts;
        let of_group = &self.group_node(membership.group)?.facts;
        let shorter = if of_user.len() < of_group.len() {
            of_user
        } else {
            of_group
        };
        shorter.iter().copied().find(|slot| {
            self.fact(*slot)
                .is_some_and(|fact| fact.membership == *membership)
        })
    }

    fn edit_user_facts(&mut self, ix: Ix, edit: impl FnOnce(&mut Vec<u32>)) {
        if let Some(Some(node)) = self.users.get_mut(ix) {
            edit(&mut Arc::make_mut(node).facts);
        }
    }

    fn edit_group(&mut self, ix: Ix, edit: impl FnOnce(&mut GroupNode)) {
        if let Some(Some(node)) = self.groups.get_mut(ix) {
            edit(Arc::make_mut(node));
        }
    }

    fn live_user_ix(&self, id: crate::Id<User>) -> Result<Ix, Refusal> {
        self.user_ix
            .get(&id.uuid())
            .copied()
            .filter(|ix| self.user_at(*ix).is_some())
            .ok_or_else(|| Refusal::not_found("user", id))
    }

    fn live_group_ix(&self, id: crate::Id<Group>) -> Result<Ix, Refusal> {
        self.group_ix
            .get(&id.uuid())
            .copied()
            .filter(|ix| self.group_at(*ix).is_some())
            .ok_or_else(|| Refusal::not_found("group", id))
    }

    fn apply_inclusion(&mut self, edit: Edit<Inclusion>) -> Result<(), Refusal> {
        let id = known(&edit)?.uuid();
        same_place(&edit, |i| (i.child, i.target, i.kind))?;
        expect("inclusion", self.inclusions.get(&id).map(|i| &**i), &edit)?;
        if let Some(before) = &edit.before {
            let child = self.live_group_ix(before.child)?;
            let target = self.live_group_ix(before.target)?;
            self.edit_group(child, |node| {
                node.targets.retain(|l| l.inclusion.id != before.id);
            });
            self.edit_group(target, |node| {
                node.children.retain(|l| l.inclusion.id != before.id);
            });
            self.inclusions.remove(&id);
        }
        if let Some(after) = edit.after {
            let child = self.live_group_ix(after.child)?;
            let target = self.live_group_ix(after.target)?;
            if self
                .inclusion_of(after.child, after.target, after.kind)
                .is_some()
            {
                return Err(Refusal::conflict(
                    "already_included",
                    format!(
                        "the members of `{}` already are {}s of `{}`",
                        self.group(after.child).map_or("", |group| &group.name),
                        after.kind,
                        self.group(after.target).map_or("", |group| &group.name),
                    ),
                    "extend that inclusion instead of adding another",
                ));
            }
            let inclusion: Arc<Inclusion> = after.into();
            let link = |ix| Link {
                ix,
                inclusion: Arc::clone(&inclusion),
            };
            let (to_target, to_child) = (link(target), link(child));
            self.edit_group(child, |node| node.targets.push(to_target));
            self.edit_group(target, |node| node.children.push(to_child));
            self.inclusions.insert(id, inclusion);
        }
        Ok(())
    }

    fn apply_entitlement(&mut self, edit: Edit<Entitlement>) -> Result<(), Refusal> {
        let id = known(&edit)?.uuid();
        same_place(&edit, |e| e.group)?;
        expect(
            "entitlement",
            self.entitlements.get(&id).map(|e| &**e),
            &edit,
        )?;
        if let Some(before) = &edit.before {
            let group = self.live_group_ix(before.group)?;
            self.edit_group(group, |node| {
                node.entitlements.retain(|e| e.id != before.id);
            });
            self.entitlements.remove(&id);
            self.count_permission(before, group, false);
        }
        if let Some(after) = edit.after {
            let group = self.live_group_ix(after.group)?;
            let (kind, key) = (after.grant.kind(), after.grant.key());
            if self
                .entitlements_of(after.group)
                .any(|e| e.grant.kind() == kind && e.grant.key() == key)
            {
                return Err(Refusal::conflict(
                    "already_conferred",
                    format!(
                        "`{}` already confers {kind} `{}`",
                        self.group(after.group).map_or("", |group| &group.name),
                        after.grant.label(),
                    ),
                    "edit that one instead of adding another",
                ));
            }
            self.count_permission(&after, group, true);
            let entitlement: Arc<Entitlement> = after.into();
            let shared = Arc::clone(&entitlement);
            self.edit_group(group, |node| node.entitlements.push(shared));
            self.entitlements.insert(id, entitlement);
        }
        Ok(())
    }

    fn count_permission(&mut self, entitlement: &Entitlement, group: Ix, added: bool) {
        let Some(permission) = entitlement.grant.permission() else {
            return;
        };
        let key: Arc<str> = permission.name.key().into();
        let mut holders = self.permissions.get(&key).cloned().unwrap_or_default();
        let map = Arc::make_mut(&mut holders);
        if added {
            *map.entry(group).or_default() += 1;
        } else if let Some(count) = map.get_mut(&group) {
            *count -= 1;
            if *count == 0 {
                map.remove(&group);
            }
        }
        if map.is_empty() {
            self.permissions.remove(&key);
        } else {
            self.permissions.insert(key, holders);
        }
    }

    fn apply_request(&mut self, edit: Edit<Request>) -> Result<(), Refusal> {
        let id = known(&edit)?;
        let there = self.request(id);
        let waited = edit.before.as_ref().filter(|before| before.is_pending());
        if there != waited.map(|before| &**before) {
            return Err(Refusal::conflict(
                "already_resolved",
                "the request is no longer as you saw it: somebody has decided or changed it",
                "load it again to see what became of it",
            ));
        }
        match edit.after.filter(|after| after.is_pending()) {
            Some(after) => {
                self.live_user_ix(after.requester)?;
                self.live_group_ix(after.wants.group())?;
                self.requests.insert(id.uuid(), after.into());
            }
            None => {
                self.requests.remove(&id.uuid());
            }
        }
        Ok(())
    }

    fn apply_resource(&mut self, edit: Edit<Resource>) -> Result<(), Refusal> {
        let id = known(&edit)?;
        expect("resource", self.resource(id), &edit)?;
        if let Some(before) = &edit.before {
            let key = (
                Arc::clone(&before.resource_type),
                Arc::clone(&before.resource_id),
            );
            self.resource_keys.remove(&key);
            self.resources.remove(&id.uuid());
        }
        if let Some(after) = edit.after {
            let key = (
                Arc::clone(&after.resource_type),
                Arc::clone(&after.resource_id),
            );
            if self.resource_keys.contains_key(&key) {
                return Err(taken("resource", "id", &after.resource_id));
            }
            self.resource_keys.insert(key, id.uuid());
            self.resources.insert(id.uuid(), after.into());
        }
        Ok(())
    }
}

fn known<T: Record>(edit: &Edit<T>) -> Result<crate::Id<T>, Refusal> {
    let same = match (&edit.before, &edit.after) {
        (Some(before), Some(after)) => before.id() == after.id(),
        (None, None) => false,
        _ => true,
    };
    match edit.id() {
        Some(id) if same => Ok(id),
        _ => Err(Refusal::invalid(
            "",
            "an edit names one record, before or after or both",
        )),
    }
}

/// Whoever may edit a fact in one place must not take it from another: what a fact is about is
/// part of its identity, so that rights and rules need to look at one place only.
fn same_place<T, P: PartialEq>(edit: &Edit<T>, place: impl Fn(&T) -> P) -> Result<(), Refusal> {
    match (&edit.before, &edit.after) {
        (Some(before), Some(after)) if place(before) != place(after) => Err(Refusal::invalid(
            "",
            "an edit keeps who and what a fact is about; end it and create another",
        )),
        _ => Ok(()),
    }
}

fn expect<T: Record>(what: &'static str, there: Option<&T>, edit: &Edit<T>) -> Result<(), Refusal> {
    if there == edit.before.as_deref() {
        return Ok(());
    }
    Err(match (there, &edit.before) {
        (Some(_), None) => moved(what, "one with this id already exists"),
        (None, _) => moved(what, "it no longer exists"),
        _ => moved(what, "somebody has changed it since"),
    })
}

fn moved(what: &str, how: &str) -> Refusal {
    Refusal::conflict(
        "changed_meanwhile",
        format!("the {what} is not as it was when you looked: {how}"),
        "load it again and repeat what you wanted if it still applies",
    )
}

fn in_use(what: &str, name: &str) -> Refusal {
    Refusal::conflict(
        "in_use",
        format!("{what} `{name}` is still in use"),
        "end what depends on it in the same change",
    )
}

fn taken(what: &'static str, field: &str, value: &str) -> Refusal {
    Refusal::Rule {
        code: "name_taken",
        sentence: format!("there already is a {what} with the {field} `{value}`"),
        next: "choose another, or change the one that exists".into(),
    }
}

fn free<V: Clone>(
    index: &imbl::OrdMap<Arc<str>, V>,
    key: &str,
    what: &'static str,
    field: &str,
    value: &str,
) -> Result<(), Refusal> {
    debug_assert_eq!(key, name::key(value));
    if index.contains_key(key) {
        Err(taken(what, field, value))
    } else {
        Ok(())
    }
}
