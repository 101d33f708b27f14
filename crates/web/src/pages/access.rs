//! What somebody has, grouped by app, with the way that decides and until when.

use std::collections::BTreeMap;

use portcullis_model::{MembershipKind, Timestamp, User, World, world::Access};

use crate::{
    pages::{
        convert,
        parts::{address, deciding, through},
    },
    ui,
};

/// Everything somebody has in one place: an app, the roles, or groups of no app.
pub(crate) struct Section {
    pub app: Option<ui::Entity>,
    pub title: &'static str,
    pub rows: Vec<Row>,
}

/// One thing somebody has.
pub(crate) struct Row {
    pub group: ui::Entity,
    pub is_owner: bool,
    pub through: Vec<ui::Entity>,
    /// How many ways there are besides the one shown.
    pub others: usize,
    pub why: String,
    pub ends: ui::ExpiryPill,
}

/// In which order sections stand: roles, then apps by name, then the rest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Roles,
    App(String),
    Groups,
}

/// Where something stands among what somebody has.
pub(crate) fn place(world: &World, access: &Access<'_>) -> Place {
    match access.group.app().and_then(|app| world.app(app)) {
        _ if access.group.is_role() => Place::Roles,
        Some(app) => Place::App(app.name.to_string()),
        None => Place::Groups,
    }
}

/// Puts access into the order of its sections, keeping the order inside them.
pub(crate) fn in_order(world: &World, access: &mut [Access<'_>]) {
    access.sort_by_cached_key(|access| place(world, access));
}

/// Access as sections. Takes it in any order.
pub(crate) fn sections(
    world: &World,
    user: &User,
    access: &[Access<'_>],
    now: Timestamp,
) -> Vec<Section> {
    let mut all: BTreeMap<Place, Section> = BTreeMap::new();
    for access in access {
        let place = place(world, access);
        let title = if place == Place::Roles {
            "A role"
        } else {
            "No app"
        };
        let app = access.group.app().and_then(|app| world.app(app));
        all.entry(place)
            .or_insert_with(|| Section {
                app: app.map(convert::app),
                title,
                rows: Vec::new(),
            })
            .rows
            .push(row(world, user, access, now));
    }
    all.into_values().collect()
}

fn row(world: &World, user: &User, access: &Access<'_>, now: Timestamp) -> Row {
    let path = deciding(&access.paths, access.until);
    Row {
        group: convert::group(access.group),
        is_owner: access.kind == MembershipKind::Owner,
        through: path.map_or_else(Vec::new, |path| through(world, path)),
        others: access.paths.len().saturating_sub(1),
        why: address(
            "/why",
            &[
                ("user", &user.login),
                ("group", &access.group.name),
                ("kind", &access.kind.to_string()),
            ],
        ),
        ends: convert::ends(access.until, now),
    }
}
