//! Apps on the wire.

use portcullis_model::{App, Id, MembershipKind, Noun, Timestamp, World, record::AppOrigin};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    Answer, Done, Shown,
    groups::wire::GroupRow,
    wire::{IdBody, Named, Person},
};

/// An app in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppRow<'w> {
    id: IdBody,
    name: &'w str,
    description: &'w str,
    /// Whether it is Portcullis itself.
    built_in: bool,
    tags: Vec<Named<'w>>,
}

impl<'w> AppRow<'w> {
    pub(crate) fn of(world: &'w World, app: &'w App) -> Self {
        let tags = app.tags.iter().filter_map(|tag| world.tag(*tag));
        Self {
            id: app.id.into(),
            name: &app.name,
            description: &app.description,
            built_in: app.origin == AppOrigin::BuiltIn,
            tags: tags.map(Named::tag).collect(),
        }
    }
}

/// An app with its groups and who owns it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppDetail<'w> {
    #[serde(flatten)]
    row: AppRow<'w>,
    /// Who owns it: the owners of its owners group.
    owners: Vec<Person<'w>>,
    /// Its groups: the owners group first, then by name.
    groups: Vec<AppGroup<'w>>,
}

/// One of an app's groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppGroup<'w> {
    #[serde(flatten)]
    row: GroupRow<'w>,
    /// How many members it has, directly or through roles.
    member_count: usize,
    /// How many owners it has, directly or through roles.
    owner_count: usize,
}

impl<'w> AppDetail<'w> {
    pub(crate) fn of(world: &'w World, app: &'w App, now: Timestamp) -> Self {
        let mut groups: Vec<_> = world.app_groups(app.id).collect();
        groups.sort_by_key(|group| (!group.is_owners_group(), &group.name));
        let owners = world.owners_group(app.id).map_or_else(Vec::new, |group| {
            world.holders(group.id, MembershipKind::Owner, now)
        });
        Self {
            row: AppRow::of(world, app),
            owners: owners
                .into_iter()
                .map(|holder| Person::of(holder.user))
                .collect(),
            groups: groups
                .into_iter()
                .map(|group| AppGroup {
                    row: GroupRow::of(world, group),
                    member_count: world.holder_count(group.id, MembershipKind::Member, now),
                    owner_count: world.holder_count(group.id, MembershipKind::Owner, now),
                })
                .collect(),
        }
    }
}

impl Shown for App {
    const NOUN: Noun = Noun::App;

    fn written<'d>(done: &Done<'d>, id: Id<Self>) -> Option<&'d Self> {
        done.world.app(id)
    }

    fn show(&self, done: &Done<'_>) -> Answer {
        done.answer(&AppDetail::of(done.world, self, done.now))
    }
}
