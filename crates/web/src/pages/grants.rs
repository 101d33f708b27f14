//! Who has what, through what and until when.

use portcullis_model::{
    Expiry, Group, MembershipKind, Timestamp, User, World,
    world::{Path, query::UserQuery},
};

use super::convert::{self, address};
use crate::ui;

/// How near an end must be to be pointed out, in days.
pub(crate) const SOON_DAYS: i64 = 7;

/// A person as lists show them, with their login beside the name.
pub(crate) fn person(user: &User) -> ui::Entity {
    convert::user(user).with_detail(user.login.as_str())
}

/// Whether a person is meant by a search.
pub(crate) fn is_meant(user: &User, query: &str) -> bool {
    UserQuery::means(user, query)
}

/// The groups a path leads through, its goal not included.
pub(crate) fn path_groups(world: &World, path: &Path<'_>) -> Vec<ui::Entity> {
    let mut steps = path.steps(world);
    steps.pop();
    steps.iter().map(|it| convert::group(it.group)).collect()
}

/// The path that decides when access ends: the first of those that last longest.
pub(crate) fn deciding<'p, 'w>(paths: &'p [Path<'w>], until: Expiry) -> Option<&'p Path<'w>> {
    paths
        .iter()
        .find(|path| path.until == until)
        .or(paths.first())
}

/// Since when a path has stood.
pub(crate) fn since(path: &Path<'_>) -> Timestamp {
    let starts = path.via.iter().map(|inclusion| inclusion.validity.from);
    starts.fold(path.direct.validity.from, Ord::max)
}

/// Whether something ends within `days`.
pub(crate) fn ends_within(until: Expiry, now: Timestamp, days: i64) -> bool {
    until.instant().is_some() && !until.is_past(now) && until <= Expiry::at(now.plus_days(days))
}

/// Where it is told why somebody is in a group.
pub(crate) fn why_href(user: &User, group: &Group, kind: MembershipKind) -> String {
    address(
        "/why",
        &[
            ("user", &user.login),
            ("group", &group.name),
            ("kind", &kind.to_string()),
        ],
    )
}

/// Where it is told why somebody has a permission.
pub(crate) fn why_has(user: &User, name: &str) -> String {
    address("/why", &[("user", &user.login), ("permission", name)])
}
