//! Delete a tag.

use portcullis_model::{
    App, ChangeSet, Context, Edit, Group, Id, OperationName, Refusal, Tag, Wants, World,
};

use crate::{Operation, endings};

/// Takes a tag off everything that carries it, then ends it. Ends it has cut stay as they are.
#[derive(Clone, Copy, Debug)]
pub struct DeleteTag {
    /// Which.
    pub tag: Id<Tag>,
}

impl Operation for DeleteTag {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let tag = world.require_tag(self.tag)?;
        let mut change = ChangeSet::new(OperationName::TagDelete);
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
        endings::reject_requests(
            context,
            &mut change,
            "the tag was deleted",
            world,
            |request| matches!(&request.wants, Wants::NewGroup { tags, .. } if tags.contains(&tag.id)),
        );
        change.push(Edit::end(tag.clone()));
        Ok(change)
    }
}
