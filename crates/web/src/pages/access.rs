//! What somebody has, grouped by app, with the way that decides and until when.

use std::collections::BTreeMap;

use portcullis_model::{MembershipKind, Timestamp, User, World, world::Access};

use crate::{
    pages::{
        convert,
        grants::{through, why_href},
    },
    ui,
};

/// Everything somebody has in one place: an app, the roles, or groups of no app.
pub(crate) struct Section {
    pub app: Option<ui::Entity>,
    pub title: &'static str,
    pub rows: Vec<Row>,
}

/// One place somebody has.
pub(crate) struct Row {
    /// Whose it is, where that is not said otherwise.
    pub who: Option<ui::Entity>,
    pub group: ui::Entity,
    pub is_owner: bool,
    pub through: Vec<ui::Entity>,
    /// How many ways there are besides the one shown.
    pub others: usize,
    pub why: String,
    pub ends: ui::ExpiryPill,
    /// Where more time is asked for; empty where that makes no sense.
    pub renew: String,
}

/// In which order sections stand: roles, then apps by name, then the rest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SectionKey {
    Roles,
    App(String),
    Groups,
}

/// Where something stands among what somebody has.
pub(crate) fn section_of(world: &World, access: &Access<'_>) -> SectionKey {
    match access.group.app().and_then(|app| world.app(app)) {
        _ if access.group.is_role() => SectionKey::Roles,
        Some(app) => SectionKey::App(app.name.to_string()),
        None => SectionKey::Groups,
    }
}

/// Puts access into the order of its sections, keeping the order inside them.
pub(crate) fn in_order(world: &World, access: &mut [Access<'_>]) {
    access.sort_by_cached_key(|access| section_of(world, access));
}

/// Access as sections. Takes it in any order.
pub(crate) fn sections(
    world: &World,
    user: &User,
    access: &[Access<'_>],
    now: Timestamp,
) -> Vec<Section> {
    let mut all: BTreeMap<SectionKey, Section> = BTreeMap::new();
    for access in access {
        let key = section_of(world, access);
        let title = match key {
            SectionKey::Roles => "A role",
            _ => "No app",
        };
        let app = access.group.app().and_then(|app| world.app(app));
        all.entry(key)
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

/// A place with the way that decides.
pub(crate) fn row(world: &World, user: &User, access: &Access<'_>, now: Timestamp) -> Row {
    let (group, kind) = (access.group, access.kind);
    let renew = Some(group).filter(|group| group.is_managed());
    Row {
        who: None,
        group: convert::group(group),
        is_owner: kind == MembershipKind::Owner,
        through: through(world, &access.paths, access.until),
        others: access.paths.len().saturating_sub(1),
        why: why_href(user, group, kind),
        ends: convert::ends(access.until, now),
        renew: renew.map_or_else(String::new, |group| convert::ask_href(group, kind)),
    }
}
