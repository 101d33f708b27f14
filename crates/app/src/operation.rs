//! What all operations have in common.

use std::sync::Arc;

use portcullis_model::{ChangeSet, Context, Refusal, RefusalCode, World};
use portcullis_rules::Budget;
use portcullis_store::Judged;

use crate::Warning;

/// Something somebody wants done: how it becomes a change set on the world as it is.
pub trait Operation: Send + Sync + 'static {
    /// The change set that does it, from the world it will be applied to.
    ///
    /// # Errors
    /// What was named does not exist, or the wish makes no sense in this world. Whether the actor
    /// may do it is the guard's to say.
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal>;

    /// What is allowed but should be thought of, beside what every preview says; `change` is what it
    /// plans in this world.
    fn warnings(&self, _world: &World, _context: &Context, _change: &ChangeSet) -> Vec<Warning> {
        Vec::new()
    }

    /// What planning and guarding it came to before, where that is known; it is taken.
    fn judged(&self) -> Option<Box<Judged>> {
        None
    }

    /// What tells whether the wish makes sense in any world, where that takes long: it is done once,
    /// and not at the writer's place, where everybody waits.
    fn prepare(&self) -> Option<Prepare> {
        None
    }
}

/// An operation made from what somebody was shown: it is done where what it changes is still as it
/// was then, at the writer's place too.
pub struct AsSeen {
    /// The operation.
    pub operation: Arc<dyn Operation>,
    /// What was shown.
    pub seen: Arc<World>,
}

impl Operation for AsSeen {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let change = self.operation.plan(world, context)?;
        // A change fits only what it was made from.
        if world.position() != self.seen.position() && self.seen.after(&change).is_err() {
            return Err(Refusal::conflict(
                RefusalCode::ChangedMeanwhile,
                "somebody changed this since you opened it",
                "save again to replace their version, or cancel to see it",
            ));
        }
        Ok(change)
    }

    fn warnings(&self, world: &World, context: &Context, change: &ChangeSet) -> Vec<Warning> {
        self.operation.warnings(world, context, change)
    }

    fn prepare(&self) -> Option<Prepare> {
        self.operation.prepare()
    }
}

/// Finds what is wrong with a wish whatever the world is.
pub type Prepare = Box<dyn FnOnce(&Budget) -> Result<(), Refusal> + Send>;

impl Operation for Arc<dyn Operation> {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        (**self).plan(world, context)
    }

    fn warnings(&self, world: &World, context: &Context, change: &ChangeSet) -> Vec<Warning> {
        (**self).warnings(world, context, change)
    }

    fn prepare(&self) -> Option<Prepare> {
        (**self).prepare()
    }
}
