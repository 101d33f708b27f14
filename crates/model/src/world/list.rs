//! The living, in order of their names. Lists for pages start anywhere without sorting.

use std::{ops::Bound, sync::Arc};

use imbl::OrdMap;
use uuid::Uuid;

use super::{World, query::Order};
use crate::{
    App, Group, Id, Request, Resource, Tag, Timestamp, User, UserKind, letters,
    request::WantsTarget,
};

impl World {
    /// Users by login, those after `after` if given.
    pub fn users_after<'w>(
        &'w self,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'w User> + use<'w> {
        self.logins
            .range::<_, str>((bound(after.map(letters::fold).as_deref()), Bound::Unbounded))
            .map(|(_, (_, user))| &**user)
    }

    /// All users by login.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users_after(None)
    }

    /// Users of a kind by login, in either direction, those behind `after` if given.
    pub(super) fn users_of<'w>(
        &'w self,
        kind: UserKind,
        after: Option<&str>,
        order: Order,
    ) -> Box<dyn Iterator<Item = &'w User> + 'w> {
        let Some(of_kind) = self.kinds.get(&kind) else {
            return Box::new(std::iter::empty());
        };
        let users = walk(of_kind, after, order);
        Box::new(users.filter_map(|ix| Some(&*self.user_at(*ix)?.user)))
    }

    /// How many users of a kind there are.
    pub(super) fn count_of(&self, kind: UserKind) -> usize {
        self.kinds.get(&kind).map_or(0, OrdMap::len)
    }

    /// All groups, roles and app groups by name.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.group_names
            .values()
            .filter_map(|ix| self.group_at(*ix))
            .map(|node| &*node.group)
    }

    /// All apps by name.
    pub fn apps(&self) -> impl Iterator<Item = &App> {
        self.app_names
            .values()
            .filter_map(|id| self.app(Id::new(*id)))
    }

    /// All tags by name.
    pub fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.tag_names
            .values()
            .filter_map(|id| self.tag(Id::new(*id)))
    }

    /// Pending requests, oldest first.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.values().map(|request| &**request)
    }

    /// Pending requests with what they are about, those that may fall to admins at `now`.
    pub(crate) fn unsettled(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = (WantsTarget, &Request)> {
        let lapsed = self.memberships_lapsed(now).next().is_some();
        let all = if lapsed { &self.asked } else { &self.unsettled };
        let all = all.iter();
        all.map(|((target, _), request)| (*target, &**request))
    }

    /// Pending requests about that.
    pub(crate) fn asked(&self, target: WantsTarget) -> impl Iterator<Item = &Request> {
        self.asked_of(target).map(|request| &**request)
    }

    pub(super) fn asked_of(&self, target: WantsTarget) -> impl Iterator<Item = &Arc<Request>> {
        let range = (target, Uuid::nil())..=(target, Uuid::max());
        self.asked.range(range).map(|(_, request)| request)
    }

    /// Registered resources of a type, by id, those after `after` if given.
    pub fn resources_of_type(
        &self,
        resource_type: &str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &Resource> {
        self.resource_keys
            .get(resource_type)
            .into_iter()
            .flat_map(move |of_type| of_type.range::<_, str>((bound(after), Bound::Unbounded)))
            .map(|(_, registered)| &*registered.resource)
    }

    /// All registered resources, by type and id.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resource_keys
            .values()
            .flat_map(|of_type| of_type.values())
            .map(|registered| &*registered.resource)
    }

    /// The names of all permissions that some group confers at `now`, in order.
    pub fn permission_names(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.permissions.iter().filter_map(move |(key, holders)| {
            holders.keys().find_map(|ix| {
                self.group_at(*ix)?
                    .entitlements
                    .iter()
                    .filter(|e| e.validity.contains(now))
                    .filter_map(|e| e.grant.named())
                    .find(|p| p.name.key() == **key)
                    .map(|p| p.name.as_str())
            })
        })
    }
}

/// The values of an index by name, in either direction, those behind `after` if given.
pub(super) fn walk<'w, V>(
    index: &'w OrdMap<Arc<str>, V>,
    after: Option<&str>,
    order: Order,
) -> Box<dyn Iterator<Item = &'w V> + 'w> {
    let after = after.map(letters::fold);
    let after = bound(after.as_deref());
    match order {
        Order::Asc => {
            let range = index.range::<_, str>((after, Bound::Unbounded));
            Box::new(range.map(|(_, value)| value))
        }
        Order::Desc => {
            let range = index.range::<_, str>((Bound::Unbounded, after));
            Box::new(range.rev().map(|(_, value)| value))
        }
    }
}

fn bound(after: Option<&str>) -> Bound<&str> {
    after.map_or(Bound::Unbounded, Bound::Excluded)
}
