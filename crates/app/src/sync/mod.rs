//! How a source's word becomes a change: it is read into a [`Desired`], compared with the world,
//! and what it would end is counted, all where the change is made.

mod adopt;
mod compared;
mod desired;
mod drift;
mod fuse;
mod plan;
mod reconcile;

use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Context, FieldError, OperationName, Refusal, World,
};

pub use adopt::{Adopt, Outlook};
pub use compared::Compared;
pub use desired::{
    At, Desired, DesiredApp, DesiredEntitlement, DesiredGroup, DesiredInclusion, DesiredKind,
    DesiredMembership, DesiredResource, DesiredUser, FactKind, Groups, Kept, Said, Scope, Unsaid,
    UserKey, Wording,
};
pub use drift::{Drift, DriftCode};
pub use fuse::{Limits, Tripped, fuse};
pub use plan::{Count, Plan};
pub use reconcile::reconcile;

use crate::Operation;

/// What can be read into a [`Desired`].
pub trait Source: Send + Sync + 'static {
    /// What reading it is called in the log.
    const OPERATION: OperationName;

    /// What it says, and everything that is wrong with it.
    fn read(&self, context: &Context) -> (Desired, Vec<FieldError>);

    /// Whether a difference that would stay refuses the whole, beside those that always do.
    fn refuses(&self, _code: DriftCode) -> bool {
        false
    }
}

/// Brings the world in line with a source, by the connector that acts.
#[derive(Clone, Debug)]
pub struct SyncSource<S> {
    /// The source.
    pub source: S,
    /// How much it may end.
    pub limits: Limits,
    /// Whether what others made or deleted of what it names is left out, rather than refusing the
    /// whole: the rest, and what it no longer says, does not wait for them.
    pub leaves_out: bool,
}

impl<S: Source> SyncSource<S> {
    /// With the usual limits.
    pub fn new(source: S) -> Self {
        Self {
            source,
            limits: Limits::default(),
            leaves_out: false,
        }
    }

    /// Where so many removals have been looked at.
    #[must_use]
    pub fn allowing(mut self, removals: usize) -> Self {
        self.limits.allowed = removals;
        self
    }

    /// Without what others made or deleted of what it names.
    #[must_use]
    pub fn leaving_out(mut self) -> Self {
        self.leaves_out = true;
        self
    }

    /// What would be done and what would stay different.
    ///
    /// # Errors
    /// Everything that is wrong with the source, or that it would end too much.
    pub fn compare(&self, world: &World, context: &Context) -> Result<Plan, Refusal> {
        let connector = connector(context)?;
        let (desired, mut faults) = self.source.read(context);
        let plan = reconcile(world, &desired, connector, context);
        let refuses = |code: DriftCode| code.stops() || self.source.refuses(code);
        let refused = plan.drift.iter().filter(|d| refuses(d.code));
        let refused = refused.filter(|_| !self.leaves_out);
        faults.extend(refused.map(|d| FieldError::new(&d.at, &d.message)));
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults));
        }
        fuse(&plan, &self.limits)?;
        Ok(plan)
    }

    /// What differs, whatever is wrong with it.
    fn reconciled(&self, world: &World, context: &Context) -> Result<Plan, Refusal> {
        let (desired, _) = self.source.read(context);
        Ok(reconcile(world, &desired, connector(context)?, context))
    }
}

fn connector(context: &Context) -> Result<ConnectorId, Refusal> {
    match context.actor {
        Actor::Connector(connector) => Ok(connector),
        _ => Err(Refusal::invalid("actor", "only a connector reads a source")),
    }
}

impl<S: Source> Operation for SyncSource<S> {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut change = ChangeSet::new(S::OPERATION);
        change.changes = self.compare(world, context)?.edits;
        Ok(change)
    }
}
