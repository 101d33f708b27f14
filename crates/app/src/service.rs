//! The running program without its faces: the live world, the clock, the ids, and the two things
//! one can do with an operation.

use std::sync::Arc;

use portcullis_model::{
    Actor, ChangeSet, Context, Diff, Ids, MembershipKind, Policy, Refusal, Timestamp, World, guard,
};
use portcullis_store::{CommitError, Committed, Idempotency, Live, Proposal};
use serde::Serialize;
use uuid::Uuid;

/// Tells the time at the edge of the program.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place where the wall clock is read"
    )]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }
}

/// UUIDs of version 7: the time, then random bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        // Without randomness ids would collide; the version-7 prefix alone is not unique.
        assert!(
            getrandom::fill(&mut random).is_ok(),
            "the operating system gives no random bytes"
        );
        let millis = u64::try_from(now.micros() / 1000).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// Something somebody wants done: how it becomes a change set on the world as it is.
pub trait Operation: Send + 'static {
    /// The change set that does it, from the world it will be applied to.
    ///
    /// # Errors
    /// What was named does not exist, or the wish makes no sense in this world. Whether the actor
    /// may do it is the guard's to say.
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal>;
}

/// What would happen: the change, who gains and loses what, and what to think of first.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The edits.
    pub change: ChangeSet,
    /// Who gains, who loses, whose end moves.
    pub diff: Diff,
    /// What is allowed but should be thought of.
    pub warnings: Vec<Warning>,
    /// The world as it is.
    pub before: Arc<World>,
    /// The world as it would be.
    pub after: World,
}

/// Something allowed that should be thought of before confirming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable code.
    pub code: &'static str,
    /// The sentence to show.
    pub message: String,
}

/// The running program without its faces. Cheap to clone.
#[derive(Clone)]
pub struct App {
    live: Live,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    policy: Arc<Policy>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(live: Live, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, policy: Policy) -> Self {
        Self {
            live,
            clock,
            ids,
            policy: Arc::new(policy),
        }
    }

    /// The current world.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.live.world()
    }

    /// The live world and its writer, for waiting and following.
    #[must_use]
    pub const fn live(&self) -> &Live {
        &self.live
    }

    /// The store, for history.
    #[must_use]
    pub fn store(&self) -> &portcullis_store::Store {
        self.live.store()
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The settings that are rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A context for `actor`, now.
    #[must_use]
    pub fn context(&self, actor: Actor) -> Context {
        Context {
            actor,
            now: self.clock.now(),
            policy: Arc::clone(&self.policy),
            ids: Arc::clone(&self.ids),
        }
    }

    /// What `operation` would do, without doing it.
    ///
    /// # Errors
    /// Whatever would stand against it.
    pub fn preview(
        &self,
        context: &Context,
        operation: &impl Operation,
    ) -> Result<Preview, Refusal> {
        preview(self.live.world(), context, operation)
    }

    /// Does `operation`. It is planned and guarded on the world at the writer's place, and runs to
    /// its end even if the caller goes away.
    ///
    /// # Errors
    /// Whatever stands against it, or that the store could not be written.
    pub async fn commit(
        &self,
        context: Context,
        operation: impl Operation,
        idempotency: Option<Idempotency>,
    ) -> Result<Committed, CommitError> {
        let proposal = Proposal {
            build: Box::new(move |world, context| operation.plan(world, context)),
            idempotency,
            effects: None,
        };
        self.live.commit(context, proposal).await
    }
}

/// What `operation` would do to `world`.
///
/// # Errors
/// Whatever would stand against it.
fn preview(
    world: Arc<World>,
    context: &Context,
    operation: &impl Operation,
) -> Result<Preview, Refusal> {
    let change = operation.plan(&world, context)?;
    let (change, after) = guard(&world, change, context)?.into_parts();
    let diff = world.diff(&after, context.now);
    let warnings = warnings(&world, &after, &diff, context.now);
    Ok(Preview {
        change,
        diff,
        warnings,
        before: world,
        after,
    })
}

fn warnings(before: &World, after: &World, diff: &Diff, now: Timestamp) -> Vec<Warning> {
    let mut all = Vec::new();
    let touched: std::collections::BTreeSet<_> = diff
        .losses
        .iter()
        .filter_map(|line| match line.what {
            portcullis_model::world::What::Group { group, kind } => Some((group, kind)),
            portcullis_model::world::What::Permission { .. } => None,
        })
        .collect();
    for (id, kind) in touched {
        let Some(group) = after.group(id) else {
            continue;
        };
        if after.holder_count(id, kind, now) > 0 || before.holder_count(id, kind, now) == 0 {
            continue;
        }
        match kind {
            MembershipKind::Owner => all.push(Warning {
                code: "no_owner_left",
                message: format!(
                    "`{}` would have no owner; requests for it would go to {}",
                    group.name,
                    if group.app().is_some() {
                        "the app's owners"
                    } else {
                        "the admins"
                    }
                ),
            }),
            MembershipKind::Member => all.push(Warning {
                code: "no_member_left",
                message: format!("`{}` would have no members", group.name),
            }),
        }
    }
    all
}
