//! Edit a tag.

use portcullis_model::{
    ChangeSet, Constraints, Context, Edit, Id, OperationName, Refusal, Tag, World,
    name::{Description, Name},
};

use crate::{Operation, grants};

/// Changes what is given and leaves the rest. What lasts longer than the tag now allows is cut, in
/// every group that carries it.
#[derive(Clone, Debug)]
pub struct EditTag {
    /// Which tag.
    pub tag: Id<Tag>,
    /// Its new name.
    pub name: Option<Name>,
    /// Its new description.
    pub description: Option<Description>,
    /// Whether it constrains what carries it.
    pub enabled: Option<bool>,
    /// What it demands, all of it.
    pub constraints: Option<Constraints>,
}

impl Operation for EditTag {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let before = world.require_tag(self.tag)?.clone();
        let after = Tag {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            description: self
                .description
                .clone()
                .unwrap_or_else(|| before.description.clone()),
            enabled: self.enabled.unwrap_or(before.enabled),
            constraints: self.constraints.unwrap_or(before.constraints),
            ..before.clone()
        };
        let mut change = ChangeSet::new(OperationName::TagEdit);
        if after == before {
            return Ok(change);
        }
        change.push(Edit::update(before, after));
        let carrying: Vec<_> = world
            .groups()
            .filter(|group| world.tags_on(group).any(|tag| tag.id == self.tag))
            .map(|group| group.id)
            .collect();
        grants::shrink_after(world, context, &carrying, &mut change)?;
        Ok(change)
    }
}
