//! What all operations have in common.

use portcullis_model::{ChangeSet, Context, Refusal, World};

/// Something somebody wants done: how it becomes a change set on the world as it is.
pub trait Operation: Send + Sync + 'static {
    /// The change set that does it, from the world it will be applied to.
    ///
    /// # Errors
    /// What was named does not exist, or the wish makes no sense in this world. Whether the actor
    /// may do it is the guard's to say.
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal>;
}

impl Operation for Box<dyn Operation> {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        (**self).plan(world, context)
    }
}
