//! Delete a tag.

use portcullis_model::{App, ChangeSet, Context, Edit, Group, Id, Refusal, Tag, World};

use crate::{Operation, parts};

/// Takes a tag off everything that carries it, then ends it. Ends it has cut stay as they are.
#[derive(Clone, Copy, Debug)]
pub struct DeleteTag {
    /// Which.
    pub tag: Id<Tag>,
}

impl Operation for DeleteTag {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let tag = parts::tag(world, self.tag)?;
        let mut change = ChangeSet::new("tag.delete");
        for group in world.groups().filter(|group| group.tags.contains(&tag.id)) {
            let tags = group
                .tags
                .iter()
                .copied()
                .filter(|t| *t != tag.id)
                .collect();
            change.push(Edit::update(
                group.clone(),
                Group {
                    tags,
                    ..group.clone()
                },
            ));
        }
        for app in world.apps().filter(|app| app.tags.contains(&tag.id)) {
            let tags = app.tags.iter().copied().filter(|t| *t != tag.id).collect();
            change.push(Edit::update(
                app.clone(),
                App {
                    tags,
                    ..app.clone()
                },
            ));
        }
        change.push(Edit::end(tag.clone()));
        Ok(change)
    }
}
