//! Delete an app with all its groups.

use portcullis_model::{
    App, ChangeSet, Context, Edit, Id, OperationName, Refusal, World, request::WantsTarget,
};

use crate::{Operation, endings};

/// Ends an app, its groups, and everything that hangs on them.
#[derive(Clone, Copy, Debug)]
pub struct DeleteApp {
    /// Which.
    pub app: Id<App>,
}

impl Operation for DeleteApp {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let app = world.require_app(self.app)?;
        let mut change = ChangeSet::new(OperationName::AppDelete);
        for group in world.app_groups(app.id) {
            endings::delete_group(world, context, group, &mut change);
        }
        endings::reject_requests(
            context,
            &mut change,
            "the app was deleted",
            world,
            |request| request.wants.target() == WantsTarget::App(app.id),
        );
        change.push(Edit::end(app.clone()));
        Ok(change)
    }
}
