//! The living, in order of their names. Lists for pages start anywhere without sorting.

use std::ops::Bound;

use super::World;
use crate::{App, Group, Id, Request, Resource, Tag, Timestamp, User, letters};

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

    /// Groups, roles and app groups by name, those after `after` if given.
    pub fn groups_after<'w>(
        &'w self,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'w Group> + use<'w> {
        self.group_names
            .range::<_, str>((bound(after.map(letters::fold).as_deref()), Bound::Unbounded))
            .filter_map(|(_, ix)| self.group_at(*ix))
            .map(|node| &*node.group)
    }

    /// All groups, roles and app groups by name.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups_after(None)
    }

    /// Apps by name, those after `after` if given.
    pub fn apps_after<'w>(
        &'w self,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'w App> + use<'w> {
        self.app_names
            .range::<_, str>((bound(after.map(letters::fold).as_deref()), Bound::Unbounded))
            .filter_map(|(_, id)| self.app(Id::new(*id)))
    }

    /// All apps by name.
    pub fn apps(&self) -> impl Iterator<Item = &App> {
        self.apps_after(None)
    }

    /// Tags by name, those after `after` if given.
    pub fn tags_after<'w>(
        &'w self,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'w Tag> + use<'w> {
        self.tag_names
            .range::<_, str>((bound(after.map(letters::fold).as_deref()), Bound::Unbounded))
            .filter_map(|(_, id)| self.tag(Id::new(*id)))
    }

    /// All tags by name.
    pub fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.tags_after(None)
    }

    /// Pending requests, oldest first.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.values().map(|request| &**request)
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

fn bound(after: Option<&str>) -> Bound<&str> {
    after.map_or(Bound::Unbounded, Bound::Excluded)
}
