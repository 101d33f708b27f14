//! Edits of memberships, inclusions, entitlements, requests and resources.

use std::sync::Arc;

use super::{expect, known, moved, same_place, taken};
use crate::{
    Credential, Entitlement, Group, Identity, Inclusion, Membership, MembershipKind, Noun,
    Preferences, Provider, Refusal, RefusalCode, Request, Resource, User,
    letters::fold,
    request::WantsTarget,
    world::{
        Edge, GroupNode, Ix, Link, NameSpace, Registered, World,
        needle::Texts,
        slots::Slots,
        words::{Listed, listed},
    },
};

/// The words by which a group is found that confers something of this name.
fn conferred(label: &str) -> Listed {
    listed(&Texts {
        confers: vec![label],
        ..Texts::default()
    })
}

impl World {
    pub(super) fn apply_membership(
        &mut self,
        before: Option<&Membership>,
        after: Option<Membership>,
    ) -> Result<(), Refusal> {
        known(before, after.as_ref())?;
        same_place(before, after.as_ref(), |m| (m.user, m.group, m.kind))?;
        if let Some(before) = before {
            let slot = self
                .membership_slot(before)
                .ok_or_else(|| moved("membership", "somebody has changed it since"))?;
            let Some(fact) = self.edges.get_mut(slot).and_then(Option::take) else {
                return Err(moved("membership", "somebody has changed it since"));
            };
            self.memberships.get_mut(slot).map(Option::take);
            self.edit_user_facts(fact.user, |facts| facts.remove(slot));
            self.edit_group(fact.group, |node| {
                node.facts.remove(slot);
                if fact.kind == MembershipKind::Owner {
                    node.owners.remove(slot);
                }
            });
            self.times.remove_membership(slot, fact.validity);
            self.free.push_back(slot);
            self.members -= 1;
        }
        let owner_of = before.or(after.as_ref());
        let owner_of = owner_of.filter(|fact| fact.kind == MembershipKind::Owner);
        let owner_of = owner_of.map(|fact| fact.group);
        if let Some(after) = after {
            let membership = after;
            let user = self.live_user_ix(membership.user)?;
            let group = self.live_group_ix(membership.group)?;
            if self.slot_of(user, group, membership.kind).is_some() {
                return Err(Refusal::conflict(
                    RefusalCode::AlreadyInGroup,
                    format!(
                        "`{}` already has a direct {} in `{}`",
                        self.user(membership.user).map_or("", |user| &user.login),
                        membership.kind.noun(),
                        self.group(membership.group).map_or("", |group| &group.name),
                    ),
                    "extend it instead of adding it again",
                ));
            }
            let (validity, kind) = (membership.validity, membership.kind);
            let edge = Some(Edge {
                validity,
                user,
                group,
                kind,
            });
            let slot = match self.free.pop_back() {
                Some(slot) => {
                    if let Some(place) = self.edges.get_mut(slot) {
                        *place = edge;
                    }
                    if let Some(place) = self.memberships.get_mut(slot) {
                        *place = Some(membership);
                    }
                    slot
                }
                None => {
                    self.edges.push(edge);
                    self.memberships.push(Some(membership))
                }
            };
            self.times.add_membership(slot, validity);
            self.edit_user_facts(user, |facts| facts.insert(slot));
            self.edit_group(group, |node| {
                node.facts.insert(slot);
                if kind == MembershipKind::Owner {
                    node.owners.insert(slot);
                }
            });
            self.members += 1;
        }
        if let Some(group) = owner_of {
            self.settle_all(group);
        }
        Ok(())
    }

    /// The slot that holds exactly `membership`.
    fn membership_slot(&self, membership: &Membership) -> Option<u32> {
        self.direct_slot(membership.user, membership.group, membership.kind)
            .filter(|slot| self.membership(*slot) == Some(membership))
    }

    fn edit_user_facts(&mut self, ix: Ix, edit: impl FnOnce(&mut Slots)) {
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
            .ok_or_else(|| Refusal::not_found(Noun::User, id))
    }

    fn live_group_ix(&self, id: crate::Id<Group>) -> Result<Ix, Refusal> {
        self.group_ix
            .get(&id.uuid())
            .copied()
            .filter(|ix| self.group_at(*ix).is_some())
            .ok_or_else(|| Refusal::not_found(Noun::Group, id))
    }

    pub(super) fn apply_inclusion(
        &mut self,
        before: Option<&Inclusion>,
        after: Option<Inclusion>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?.uuid();
        same_place(before, after.as_ref(), |i| (i.child, i.target, i.kind))?;
        expect("inclusion", self.inclusions.get(&id).map(|i| &**i), before)?;
        if let Some(before) = before {
            let child = self.live_group_ix(before.child)?;
            let target = self.live_group_ix(before.target)?;
            self.edit_group(child, |node| {
                node.targets.retain(|l| l.inclusion.id != before.id);
            });
            self.edit_group(target, |node| {
                node.children.retain(|l| l.inclusion.id != before.id);
            });
            self.inclusions.remove(&id);
            self.times.remove(before.validity);
        }
        if let Some(after) = after {
            let child = self.live_group_ix(after.child)?;
            let target = self.live_group_ix(after.target)?;
            if self
                .inclusion_of(after.child, after.target, after.kind)
                .is_some()
            {
                return Err(Refusal::conflict(
                    RefusalCode::AlreadyIncluded,
                    format!(
                        "the members of `{}` already are {}s of `{}`",
                        self.group(after.child).map_or("", |group| &group.name),
                        after.kind,
                        self.group(after.target).map_or("", |group| &group.name),
                    ),
                    "extend that inclusion instead of adding another",
                ));
            }
            self.times.add(after.validity);
            let inclusion = Arc::new(after);
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

    pub(super) fn apply_entitlement(
        &mut self,
        before: Option<&Entitlement>,
        after: Option<Entitlement>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?.uuid();
        same_place(before, after.as_ref(), |e| e.group)?;
        expect(
            "entitlement",
            self.entitlements.get(&id).map(|e| &**e),
            before,
        )?;
        if let Some(before) = before {
            let group = self.live_group_ix(before.group)?;
            self.edit_group(group, |node| {
                node.entitlements.retain(|e| e.id != before.id);
            });
            self.entitlements.remove(&id);
            // What else it confers may be called by the same words.
            let mut gone = conferred(before.grant.label());
            for other in self.entitlements_of(before.group) {
                let kept = conferred(other.grant.label());
                gone.retain(|word| kept.binary_search(word).is_err());
            }
            self.group_words.edit(group, &gone, &Listed::new());
            self.times.remove(before.validity);
            self.count_permission(before, group, false);
        }
        if let Some(after) = after {
            let group = self.live_group_ix(after.group)?;
            let (kind, name) = (after.grant.kind(), fold(after.grant.label()));
            if self
                .entitlements_of(after.group)
                .any(|e| e.grant.kind() == kind && fold(e.grant.label()) == name)
            {
                return Err(Refusal::conflict(
                    RefusalCode::AlreadyConferred,
                    format!(
                        "`{}` already confers {kind} `{}`",
                        self.group(after.group).map_or("", |group| &group.name),
                        after.grant.label(),
                    ),
                    "edit that one instead of adding another",
                ));
            }
            let words = conferred(after.grant.label());
            self.group_words.edit(group, &Listed::new(), &words);
            self.count_permission(&after, group, true);
            self.times.add(after.validity);
            let entitlement = Arc::new(after);
            let shared = Arc::clone(&entitlement);
            self.edit_group(group, |node| node.entitlements.push(shared));
            self.entitlements.insert(id, entitlement);
        }
        Ok(())
    }

    fn count_permission(&mut self, entitlement: &Entitlement, group: Ix, added: bool) {
        let Some(permission) = entitlement.grant.named() else {
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
            self.unlook(NameSpace::Permission, &key);
            self.permissions.remove(&key);
        } else {
            self.look(NameSpace::Permission, &key);
            self.permissions.insert(key, holders);
        }
    }

    pub(super) fn apply_request(
        &mut self,
        before: Option<&Request>,
        after: Option<Request>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?;
        let there = self.request(id);
        let waited = before.filter(|before| before.is_pending());
        if there != waited {
            return Err(Refusal::conflict(
                RefusalCode::AlreadyResolved,
                "the request is no longer as you saw it: somebody has decided or changed it",
                "load it again to see what became of it",
            ));
        }
        if let Some(waited) = waited {
            let key = (waited.wants.target(), id.uuid());
            self.asked.remove(&key);
            self.unsettled.remove(&key);
        }
        match after.filter(Request::is_pending) {
            Some(after) => {
                self.live_user_ix(after.requester)?;
                for group in after.wants.groups() {
                    self.live_group_ix(group)?;
                }
                let (target, after) = (after.wants.target(), Arc::new(after));
                self.asked.insert((target, id.uuid()), Arc::clone(&after));
                self.settle(target, &after);
                self.requests.insert(id.uuid(), after);
            }
            None => {
                self.requests.remove(&id.uuid());
            }
        }
        Ok(())
    }

    /// Says of a request whether an owner of the group it is about, other than who asks, has been
    /// one since it was filed: while none has lapsed, it does not fall to admins.
    fn settle(&mut self, target: WantsTarget, request: &Arc<Request>) {
        let asker = self.user_ix.get(&request.requester.uuid());
        let group = match target {
            WantsTarget::Group(group) => self.group_node(group),
            WantsTarget::App(_) | WantsTarget::Directory => None,
        };
        let owners = group.into_iter().flat_map(|node| node.owners.iter());
        let lasts = owners
            .filter_map(|slot| self.edge(slot))
            .filter(|edge| Some(&edge.user) != asker)
            .any(|edge| edge.validity.from <= request.created_at);
        let key = (target, request.id.uuid());
        if lasts {
            self.unsettled.remove(&key);
        } else {
            self.unsettled.insert(key, Arc::clone(request));
        }
    }

    /// The same of everything that is asked of a group, whose owners have changed.
    fn settle_all(&mut self, group: crate::Id<Group>) {
        let target = WantsTarget::Group(group);
        let asked: Vec<_> = self.asked_of(target).map(Arc::clone).collect();
        for request in asked {
            self.settle(target, &request);
        }
    }

    pub(super) fn apply_resource(
        &mut self,
        before: Option<&Resource>,
        after: Option<Resource>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?;
        expect("resource", self.resource(id), before)?;
        if let Some(before) = before {
            if let Some(of_type) = self.resource_keys.get_mut(&before.resource_type) {
                of_type.remove(&before.resource_id);
                if of_type.is_empty() {
                    self.resource_keys.remove(&before.resource_type);
                }
            }
            self.resources.remove(&id.uuid());
        }
        if let Some(after) = after {
            let resource = Arc::new(after);
            let of_type = self
                .resource_keys
                .entry(Arc::clone(&resource.resource_type));
            let of_type = of_type.or_default();
            if of_type.contains_key(&resource.resource_id) {
                return Err(taken("resource", "id", &resource.resource_id));
            }
            let registered = Arc::new(Registered {
                values: crate::decide::resource_attributes(&resource),
                resource: Arc::clone(&resource),
            });
            of_type.insert(Arc::clone(&resource.resource_id), registered);
            self.resources.insert(id.uuid(), resource);
        }
        Ok(())
    }

    pub(super) fn apply_credential(
        &mut self,
        before: Option<&Credential>,
        after: Option<Credential>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?;
        let there = self.credentials.get(&id.uuid()).map(|it| &**it);
        expect("credential", there, before)?;
        same_place(before, after.as_ref(), |it| (it.user, it.digest))?;
        if let Some(before) = before {
            self.credential_keys.remove(&before.digest);
            self.credentials_of.remove(&(before.user.uuid(), id.uuid()));
            let end = (before.validity.until, id.uuid());
            self.credential_ends.remove(&end);
            self.token_ends.remove(&end);
            self.credentials.remove(&id.uuid());
        }
        if let Some(after) = after {
            self.live_user_ix(after.user)?;
            if self.credential_keys.contains_key(&after.digest) {
                return Err(taken("credential", "id", &id.to_string()));
            }
            let end = (after.validity.until, id.uuid());
            if after.token().is_some() {
                self.token_ends.insert(end, ());
            }
            self.credential_ends.insert(end, ());
            self.credential_keys.insert(after.digest, id.uuid());
            self.credentials_of
                .insert((after.user.uuid(), id.uuid()), ());
            self.credentials.insert(id.uuid(), Arc::new(after));
        }
        Ok(())
    }

    pub(super) fn apply_preferences(
        &mut self,
        before: Option<&Preferences>,
        after: Option<Preferences>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?.uuid();
        expect(
            "preferences",
            self.preferences.get(&id).map(|it| &**it),
            before,
        )?;
        match after {
            Some(after) => {
                self.live_user_ix(after.user())?;
                self.preferences.insert(id, Arc::new(after));
            }
            None => drop(self.preferences.remove(&id)),
        }
        Ok(())
    }

    pub(super) fn apply_provider(
        &mut self,
        before: Option<&Provider>,
        after: Option<Provider>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?.uuid();
        expect("provider", self.providers.get(&id).map(|it| &**it), before)?;
        self.providers.remove(&id);
        if let Some(after) = after {
            if self.provider(after.name).is_some() {
                return Err(taken("provider", "name", after.name.as_str()));
            }
            self.providers.insert(id, Arc::new(after));
        }
        Ok(())
    }

    pub(super) fn apply_identity(
        &mut self,
        before: Option<&Identity>,
        after: Option<Identity>,
    ) -> Result<(), Refusal> {
        let id = known(before, after.as_ref())?;
        let there = self.identities.get(&id.uuid()).map(|identity| &**identity);
        expect("identity", there, before)?;
        same_place(before, after.as_ref(), |identity| {
            (identity.user, identity.connector)
        })?;
        if let Some(before) = before {
            let key = (before.connector, Arc::clone(&before.external_id));
            self.identity_keys.remove(&key);
            self.identities_of.remove(&(before.user.uuid(), id.uuid()));
            self.identities.remove(&id.uuid());
        }
        if let Some(after) = after {
            self.live_user_ix(after.user)?;
            let key = (after.connector, Arc::clone(&after.external_id));
            if self.identity_keys.contains_key(&key) {
                return Err(taken("identity", "external id", &after.external_id));
            }
            self.identity_keys.insert(key, id.uuid());
            self.identities_of
                .insert((after.user.uuid(), id.uuid()), ());
            self.identities.insert(id.uuid(), Arc::new(after));
        }
        Ok(())
    }
}
