//! Delete an app with all its groups.

use portcullis_model::{App, ChangeSet, Context, Edit, Id, Refusal, World};

use crate::{Operation, parts};

/// Ends an app, its groups, and everything that hangs on them.
#[derive(Clone, Copy, Debug)]
pub struct DeleteApp {
    /// Which.
    pub app: Id<App>,
}

impl Operation for DeleteApp {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let app = parts::app(world, self.app)?;
        let mut change = ChangeSet::new("app.delete");
        for group in world.app_groups(app.id) {
            parts::delete_group(world, context, group, &mut change);
        }
        change.push(Edit::end(app.clone()));
        Ok(change)
    }
}
