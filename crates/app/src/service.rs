//! The running program without its faces: the live world, the clock, the ids, and the two things
//! one can do with an operation.

use std::{
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Instant,
};

pub use portcullis_model::Clock;
use portcullis_model::{
    Actor, Context, Ids, Policy, Refusal, Timestamp, World,
    steady::{Reading, SteadyTime, Told},
};
use portcullis_rules::Budget;
use portcullis_store::{CommitError, Committed, Idempotency, Live, Proposal};
use uuid::Uuid;

use crate::{
    Operation, Preview,
    decide::{Decider, Types},
    deliver::Sink,
    pool::{Busy, Pool},
    preview::Planned,
};

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

    fn elapsed(&self) -> i64 {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        i64::try_from(START.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// UUIDs of version 7: the time, then random bits. Those of one millisecond ascend, so that the
/// million records of an import stand in their indexes as they are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

/// The last id there was, and what the next are made of.
static LAST: Mutex<Last> = Mutex::new(Last {
    millis: 0,
    bits: 0,
    random: [0; POOL],
    left: 0,
});

struct Last {
    millis: u64,
    /// The random bits after these.
    bits: u128,
    /// Random bytes of which the first `left` are not used yet: to ask for those of each id alone takes a
    /// third of the time in which a large import is compared.
    random: [u8; POOL],
    left: usize,
}

/// So many random bytes are asked for at once, those of 256 ids.
const POOL: usize = 4096;

impl Last {
    fn random(&mut self) -> u128 {
        if self.left == 0 {
            // Without randomness ids would collide; the version-7 prefix alone is not unique.
            assert!(
                getrandom::fill(&mut self.random).is_ok(),
                "the operating system gives no random bytes"
            );
            self.left = POOL;
        }
        self.left -= 16;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.random[self.left..self.left + 16]);
        u128::from_ne_bytes(bytes)
    }
}

/// The random bits of a UUID of version 7, between version and variant and after it.
const RANDOM_BITS: u32 = 74;

impl Ids for RandomIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.micros() / 1000).unwrap_or_default();
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        let random = last.random();
        let before = if last.millis == millis { last.bits } else { 0 };
        // Steps of half the bits: nobody guesses the next, and a millisecond holds billions.
        let next = before + 1 + (random >> (128 - RANDOM_BITS / 2));
        let bits = if before == 0 || next >> RANDOM_BITS != 0 {
            // Its first bit is left free for those after it.
            random >> (128 - RANDOM_BITS + 1)
        } else {
            next
        };
        (last.millis, last.bits) = (millis, bits);
        drop(last);
        let tail = ((bits >> 62) << 64 | bits & ((1 << 62) - 1)).to_be_bytes();
        let mut random = [0; 10];
        random.copy_from_slice(&tail[6..]);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// What the program is told about how it works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The settings that are rules.
    pub policy: Policy,
    /// Which types decisions know.
    pub types: Types,
    /// How many days the clock may be off before it is not believed; 0 for any number.
    pub clock_jump_days: u32,
}

/// So many days without an entry, or without the program, may well have been.
pub const CLOCK_JUMP_DAYS: u32 = 30;

impl From<Policy> for Settings {
    fn from(policy: Policy) -> Self {
        Self {
            policy,
            types: Types::default(),
            clock_jump_days: CLOCK_JUMP_DAYS,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Policy::default().into()
    }
}

/// A clock as far as it can be believed.
struct Steadied {
    clock: Arc<dyn Clock>,
    time: Mutex<SteadyTime>,
    live: Live,
}

impl Steadied {
    fn tell(&self) -> Told {
        let mut time = self.time.lock().unwrap_or_else(PoisonError::into_inner);
        time.tell(Reading {
            wall: self.clock.now(),
            elapsed: self.clock.elapsed(),
            last: self.live.last_at(),
        })
    }
}

/// The time that is written.
impl Clock for Steadied {
    fn now(&self) -> Timestamp {
        let Told { steady, .. } = self.tell();
        steady
    }

    fn elapsed(&self) -> i64 {
        self.clock.elapsed()
    }
}

/// The running program without its faces. Cheap to clone.
#[derive(Clone)]
pub struct App {
    live: Live,
    clock: Arc<Steadied>,
    ids: Arc<dyn Ids>,
    policy: Arc<Policy>,
    decider: Arc<Decider>,
    pool: Arc<Pool>,
    instance: Arc<str>,
    sinks: Arc<[Arc<dyn Sink>]>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        live: Live,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        settings: impl Into<Settings>,
    ) -> Self {
        let Settings {
            policy,
            types,
            clock_jump_days,
        } = settings.into();
        let clock = Steadied {
            clock,
            time: Mutex::new(SteadyTime::within_days(clock_jump_days)),
            live: live.clone(),
        };
        let instance = random(&*ids, clock.now());
        Self {
            live,
            clock: Arc::new(clock),
            ids,
            policy: Arc::new(policy),
            decider: Arc::new(Decider::new(types)),
            pool: Arc::default(),
            instance: format!("{instance:016x}").into(),
            sinks: Arc::default(),
        }
    }

    /// The same program, which tells `sinks` what is committed.
    #[must_use]
    pub fn telling(self, sinks: Vec<Arc<dyn Sink>>) -> Self {
        Self {
            sinks: sinks.into(),
            ..self
        }
    }

    /// What is told what is committed.
    #[must_use]
    pub fn sinks(&self) -> &[Arc<dyn Sink>] {
        &self.sinks
    }

    /// What this run of the program is called where several work with one database.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
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

    /// Now, for whoever asks what holds: the latest that it may be.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.time().now
    }

    /// What time it is, as far as that is known.
    #[must_use]
    pub fn time(&self) -> Told {
        self.clock.tell()
    }

    /// The settings that are rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Any number, from where ids come from: what needs chance is repeatable where ids are.
    #[must_use]
    pub fn random(&self) -> u64 {
        random(&*self.ids, self.clock.now())
    }

    /// A context for `actor`, at the time that would be written now.
    #[must_use]
    pub fn context(&self, actor: Actor) -> Context {
        Context {
            means: Default::default(),
            actor,
            now: self.clock.now(),
            policy: Arc::clone(&self.policy),
            ids: Arc::clone(&self.ids),
        }
    }

    /// What `operation` would do, without doing it. Planning and comparing take a while where it reaches
    /// many, so both are done where nobody else waits for the thread.
    ///
    /// # Errors
    /// Whatever would stand against it.
    pub async fn preview(
        &self,
        context: Context,
        operation: impl Operation,
    ) -> Result<Preview, CommitError> {
        let (world, types) = (self.live.world(), self.decider.types().clone());
        let (caller, now) = (context.actor, context.now);
        let work = move |budget: &Budget| {
            // Whoever may not do it is refused before anything is spent on it.
            let planned = Planned::new(world, &context, &operation)?;
            if let Some(prepare) = operation.prepare() {
                prepare(budget)?;
            }
            Ok(planned.preview(&types, now))
        };
        self.costly(caller, work).await
    }

    /// Whether `operation` would be done, without comparing what is with what would be.
    ///
    /// # Errors
    /// Whatever would stand against it.
    pub fn check(&self, context: &Context, operation: &impl Operation) -> Result<(), Refusal> {
        Planned::new(self.live.world(), context, operation).map(|_| ())
    }

    /// Runs what takes long on threads of its own, each piece within a budget.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    async fn costly<T: Send + 'static>(
        &self,
        caller: Actor,
        work: impl FnOnce(&Budget) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, CommitError> {
        let done = self.pool.run(caller, work).await;
        Ok(done.map_err(|Busy| CommitError::Busy)??)
    }

    /// Decides on the current world, and keeps what it has compiled.
    #[must_use]
    pub fn decider(&self) -> &Decider {
        &self.decider
    }

    /// Does `operation`. It is planned and guarded on the world and at the time at the writer's
    /// place, whenever `context` was made, and runs to its end even if the caller goes away.
    ///
    /// # Errors
    /// Whatever stands against it, or that the store could not be written.
    pub async fn commit(
        &self,
        context: Context,
        operation: impl Operation,
        idempotency: Option<Idempotency>,
    ) -> Result<Committed, CommitError> {
        if let Some(prepare) = operation.prepare() {
            // Whoever may not do it is refused before anything is spent on it. What was done before
            // is told again, whatever has become of the world since.
            if idempotency.is_none() {
                self.check(&context, &operation)?;
            }
            self.costly(context.actor, prepare).await?;
        }
        let judged = operation.judged();
        let proposal = Proposal::new(move |world, context| operation.plan(world, context))
            .judged(judged)
            .once(idempotency)
            .timed_by(Arc::clone(&self.clock) as Arc<dyn Clock>);
        self.live.commit(context, proposal).await
    }
}

fn random(ids: &dyn Ids, now: Timestamp) -> u64 {
    let (high, low) = ids.next(now).as_u64_pair();
    high.rotate_left(32) ^ low.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
