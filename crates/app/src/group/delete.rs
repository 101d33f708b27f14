//! Delete a group.

use portcullis_model::{ChangeSet, Context, Group, Id, OperationName, Refusal, World};

use crate::{Operation, endings};

/// Ends a group and everything that hangs on it: who is in it, what it is in, what it confers, who
/// asked for it.
#[derive(Clone, Copy, Debug)]
pub struct DeleteGroup {
    /// Which.
    pub group: Id<Group>,
}

impl Operation for DeleteGroup {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = world.require_group(self.group)?;
        let mut change = ChangeSet::new(OperationName::GroupDelete);
        endings::delete_group(world, context, group, &mut change);
        Ok(change)
    }
}
