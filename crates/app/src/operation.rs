//! What all operations have in common.

use portcullis_model::{ChangeSet, Context, Refusal, World};
use portcullis_rules::Budget;

/// Something somebody wants done: how it becomes a change set on the world as it is.
pub trait Operation: Send + Sync + 'static {
    /// The change set that does it, from the world it will be applied to.
    ///
    /// # Errors
    /// What was named does not exist, or the wish makes no sense in this world. Whether the actor
    /// may do it is the guard's to say.
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal>;

    /// What tells whether the wish makes sense in any world, where that takes long: it is done once,
    /// and not at the writer's place, where everybody waits.
    fn prepare(&self) -> Option<Prepare> {
        None
    }
}

/// Finds what is wrong with a wish whatever the world is.
pub type Prepare = Box<dyn FnOnce(&Budget) -> Result<(), Refusal> + Send>;

impl Operation for Box<dyn Operation> {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        (**self).plan(world, context)
    }

    fn prepare(&self) -> Option<Prepare> {
        (**self).prepare()
    }
}
