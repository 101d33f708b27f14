//! Get a tag with what carries it.

use portcullis_model::{Tag, World};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    extract::{Answer, Key, Read, tag},
    wire::{GroupRef, Named, TagRow},
};

/// A tag with what carries it itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagDetail<'w> {
    #[serde(flatten)]
    row: TagRow<'w>,
    /// The apps that carry it, whose groups it constrains too.
    apps: Vec<Named<'w>>,
    /// The groups that carry it themselves.
    groups: Vec<GroupRef<'w>>,
}

impl<'w> TagDetail<'w> {
    pub(super) fn of(world: &'w World, tag: &'w Tag) -> Self {
        let apps = world.apps().filter(|app| app.tags.contains(&tag.id));
        let groups = world.groups().filter(|group| group.tags.contains(&tag.id));
        Self {
            row: TagRow::of(tag),
            apps: apps.map(Named::app).collect(),
            groups: groups.map(|group| GroupRef::of(world, group)).collect(),
        }
    }
}

/// Get a tag
#[utoipa::path(get, path = "/tags/{tag}", tag = "tags", responses((status = 200, body = TagDetail)))]
pub(crate) async fn get_tag(Key(key): Key, read: Read) -> Answer {
    read.answer(&TagDetail::of(&read.world, tag(&read.world, &key)?))
}
