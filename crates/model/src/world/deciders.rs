//! Who decides about what: admins, owners of apps and of groups.

use std::collections::BTreeMap;

use super::World;
use crate::{App, Group, Id, MembershipKind, Timestamp, User, UserKind};

impl World {
    /// Whether `user` is an admin at `now`: a member of the owners group of the built-in app. An agent never
    /// is, nor does it own anything, whatever it is in: it has access for its sponsor, and decides for nobody.
    #[must_use]
    pub fn is_admin(&self, user: Id<User>, now: Timestamp) -> bool {
        let group = self
            .built_in_app()
            .and_then(|app| self.owners_group(app.id));
        !self.is_agent(user)
            && group.is_some_and(|group| {
                self.holds(user, group.id, MembershipKind::Member, now)
                    .is_some()
            })
    }

    /// Whether `user` owns `app` at `now`: is an owner of one of its owners groups.
    #[must_use]
    pub fn owns_app(&self, user: Id<User>, app: Id<App>, now: Timestamp) -> bool {
        self.app_groups(app)
            .filter(|group| group.is_owners_group())
            .any(|group| self.owns_group(user, group.id, now))
    }

    /// Whether `user` owns `group` at `now`, directly or through a role.
    #[must_use]
    pub fn owns_group(&self, user: Id<User>, group: Id<Group>, now: Timestamp) -> bool {
        !self.is_agent(user)
            && self
                .holds(user, group, MembershipKind::Owner, now)
                .is_some()
    }

    /// The groups a user owns, directly or through a role, and those of the apps they own.
    pub fn owned_with_apps(&self, user: Id<User>, now: Timestamp) -> impl Iterator<Item = &Group> {
        let mut owned = BTreeMap::new();
        for (group, kind, _) in self.groups_of(user, now) {
            if kind != MembershipKind::Owner || self.is_agent(user) {
                continue;
            }
            owned.insert(group.id, group);
            if let Some(app) = group.app().filter(|_| group.is_owners_group()) {
                owned.extend(self.app_groups(app).map(|group| (group.id, group)));
            }
        }
        owned.into_values()
    }

    /// Who is asked about a group: its owners other than `requester`, else its app's, else admins.
    #[must_use]
    pub fn deciders(
        &self,
        group: &Group,
        requester: Option<Id<User>>,
        now: Timestamp,
    ) -> Vec<&User> {
        let others = |group: Id<Group>, kind: MembershipKind| -> Vec<&User> {
            let all = self.holders(group, kind, now);
            all.into_iter()
                .map(|h| h.user)
                .filter(|u| Some(u.id) != requester && u.kind != UserKind::Agent)
                .collect()
        };
        let owners = others(group.id, MembershipKind::Owner);
        if !owners.is_empty() {
            return owners;
        }
        let of_app = group.app().and_then(|app| self.owners_group(app));
        let owners = of_app.map_or_else(Vec::new, |group| others(group.id, MembershipKind::Owner));
        if !owners.is_empty() {
            return owners;
        }
        self.admins(requester, now)
    }

    /// The admins other than `requester`, by login.
    #[must_use]
    pub fn admins(&self, requester: Option<Id<User>>, now: Timestamp) -> Vec<&User> {
        let group = self
            .built_in_app()
            .and_then(|app| self.owners_group(app.id));
        let all = group.map_or_else(Vec::new, |group| {
            self.holders(group.id, MembershipKind::Member, now)
        });
        let users = all.into_iter().map(|holder| holder.user);
        users
            .filter(|user| Some(user.id) != requester && user.kind != UserKind::Agent)
            .collect()
    }
}
