//! What somebody has, grouped by app, with the way that decides and until when.

use portcullis_model::{User, World, world::Access};

use crate::{
    pages::{
        convert,
        frame::Page,
        grants::{deciding, path_groups, why_href},
    },
    ui,
};

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

/// What is in order, section by section: an app, the roles, or groups of no app.
pub(crate) fn sections<'a, 'w>(page: &Page, all: &'a [Access<'w>]) -> Vec<&'a [Access<'w>]> {
    let of = |access: &Access<'_>| section_of(page.world(), access);
    all.chunk_by(|a, b| of(a) == of(b)).collect()
}

/// The groups through which somebody has it: nothing where they are in directly.
pub(crate) fn through(page: &Page, access: &Access<'_>) -> Vec<ui::Entity> {
    let path = deciding(&access.paths, access.until);
    path.map_or_else(Vec::new, |path| path_groups(page.world(), path))
}

/// Where it is told why somebody has it.
pub(crate) fn why(user: &User, access: &Access<'_>) -> String {
    why_href(user, access.group, access.kind)
}

/// Where more time is asked for; empty where that makes no sense.
pub(crate) fn renew(access: &Access<'_>) -> String {
    let renew = Some(access.group).filter(|group| group.is_managed());
    renew.map_or_else(String::new, |group| convert::ask_href(group, access.kind))
}
