//! The world outside: two sinks that fail in every way, and remember what was asked of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use portcullis_app::deliver::{Answer, Delivering, Delivery, LogSink, Schedule, Sink};
use portcullis_model::{Change, ChangeSet, Context, World};
use portcullis_sandbox::Rng;
use portcullis_store::{Effect, EffectSource};
use serde_json::json;
use tokio::sync::Notify;

use crate::plan::Break;

/// What a sink that panics on purpose says.
pub(crate) const PANIC: &str = "a panic of the simulated outside";

/// Follows every change, in the order of its lane: each effect is one of its own.
pub(crate) const RECORDS: &str = "records";
/// Brings groups up to date: one effect stands for all that waits.
pub(crate) const GROUPS: &str = "groups";

/// What the outside knows.
#[derive(Default)]
pub(crate) struct Memory {
    /// What was done under which key, and how often it was asked for.
    pub(crate) done: BTreeMap<String, u32>,
    /// Keys of which the program has written a receipt: it may not ask again.
    pub(crate) receipts: BTreeSet<String>,
    /// Keys that were answered as done, and whose receipt may be on its way.
    pub(crate) answered: Vec<String>,
    /// The last place asked for, of each lane.
    last: BTreeMap<String, (u64, u64)>,
    /// The latest commit that was known when a group was brought up to date last.
    pub(crate) groups: BTreeMap<String, u64>,
    /// What the program did wrong.
    pub(crate) wrong: Vec<String>,
    /// The head of the log, as it is now.
    pub(crate) head: u64,
    /// Everything goes well from here on.
    pub(crate) calm: bool,
    pub(crate) asked: u64,
    pub(crate) failed: u64,
}

pub(crate) struct Outside {
    seed: u64,
    broken: Option<Break>,
    memory: Mutex<Memory>,
    /// The program is to crash now.
    pub(crate) crash: Notify,
}

impl Outside {
    pub(crate) fn new(seed: u64, broken: Option<Break>) -> Arc<Self> {
        Arc::new(Self {
            seed,
            broken,
            memory: Mutex::default(),
            crash: Notify::new(),
        })
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sinks(self: &Arc<Self>) -> [Arc<dyn Sink>; 2] {
        [
            Arc::new(Records(Arc::clone(self))),
            Arc::new(Groups(Arc::clone(self))),
        ]
    }

    /// What happens to an attempt; the same whenever it is made.
    fn fate(&self, key: &str, attempt: u32) -> Fate {
        if self.memory().calm {
            return Fate::Good;
        }
        let mut mixed = self.seed ^ u64::from(attempt);
        for byte in key.bytes() {
            mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut rng = Rng::new(mixed);
        match rng.below(1000) {
            0..700 => Fate::Good,
            700..780 => Fate::Busy(None),
            780..820 => Fate::Busy(Some(Duration::from_secs(rng.next() % 7200))),
            820..850 => Fate::DoneAndBusy,
            850..870 => Fate::Refused,
            870..900 => Fate::Silent,
            900..930 => Fate::DoneAndSilent,
            930..960 => Fate::Panic,
            960..967 => Fate::Crash,
            967..974 => Fate::DoneAndCrash,
            _ => Fate::Good,
        }
    }

    async fn answer(&self, key: &str, fate: Fate) -> Answer {
        let busy = |after| Answer::Retry {
            why: "busy".into(),
            after,
        };
        match fate {
            Fate::Good => {
                self.memory().answered.push(key.to_owned());
                Answer::Done {
                    receipt: "ok".into(),
                }
            }
            Fate::Busy(after) => busy(after),
            Fate::DoneAndBusy => busy(None),
            Fate::Refused => Answer::Failed {
                why: "refused".into(),
            },
            Fate::Silent | Fate::DoneAndSilent => std::future::pending().await,
            Fate::Panic => std::panic::panic_any(PANIC),
            Fate::Crash | Fate::DoneAndCrash => {
                self.crash.notify_one();
                std::future::pending().await
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Good,
    Busy(Option<Duration>),
    /// It was done, and the answer is that it was not.
    DoneAndBusy,
    Refused,
    Silent,
    DoneAndSilent,
    Panic,
    Crash,
    DoneAndCrash,
}

impl Fate {
    const fn does(self) -> bool {
        matches!(
            self,
            Self::Good | Self::DoneAndBusy | Self::DoneAndSilent | Self::DoneAndCrash
        )
    }
}

/// No answer comes late here: it comes at once or never.
const DEADLINE: Duration = Duration::from_millis(1);
const SCHEDULE: Schedule = Schedule {
    first: Duration::from_secs(60),
    longest: Duration::from_secs(14_400),
    attempts: 6,
};

/// How many effects of `records` may be under way at once.
const LANES: u64 = 24;

struct Records(Arc<Outside>);

impl EffectSource for Records {
    fn name(&self) -> &'static str {
        RECORDS
    }

    fn effects(&self, change: &ChangeSet, after: &World, context: &Context) -> Vec<Effect> {
        let mut effects = LogSink.effects(change, after, context);
        for (n, effect) in effects.iter_mut().enumerate() {
            // Few lanes, so that much waits behind what fails.
            let lane = format!("lane {}", after.position().0 % LANES);
            effect.payload = json!({ "lane": lane, "n": n });
            effect.order_key = match self.0.broken {
                Some(Break::Order) => effect.dedup_key.clone(),
                _ => lane,
            };
        }
        effects
    }
}

impl Sink for Records {
    fn told(&self) -> String {
        "a simulated system".to_owned()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a> {
        let fate = self.0.fate(&delivery.key, delivery.attempt);
        let mut memory = self.0.memory();
        memory.asked += 1;
        memory.failed += u64::from(fate != Fate::Good);
        if memory.receipts.contains(&delivery.key) {
            let key = &delivery.key;
            memory
                .wrong
                .push(format!("{key} is delivered again after its receipt"));
        }
        let lane = delivery.payload["lane"].as_str().unwrap_or_default();
        let place = (
            delivery.position.0,
            delivery.payload["n"].as_u64().unwrap_or_default(),
        );
        let last = memory.last.entry(lane.to_owned()).or_default();
        if *last > place {
            let wrong = format!("{place:?} of {lane} is delivered after {last:?}");
            memory.wrong.push(wrong);
        } else {
            *last = place;
        }
        if fate.does() {
            *memory.done.entry(delivery.key.clone()).or_default() += 1;
        }
        drop(memory);
        Box::pin(self.0.answer(&delivery.key, fate))
    }

    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn schedule(&self) -> Schedule {
        SCHEDULE
    }
}

struct Groups(Arc<Outside>);

/// The groups whose members a change touches.
pub(crate) fn groups_of(change: &ChangeSet) -> BTreeSet<String> {
    let groups = change.changes.iter().filter_map(|change| match change {
        Change::Membership(edit) => edit.subject().map(|m| m.group.to_string()),
        _ => None,
    });
    groups.collect()
}

impl EffectSource for Groups {
    fn name(&self) -> &'static str {
        GROUPS
    }

    fn effects(&self, change: &ChangeSet, after: &World, _: &Context) -> Vec<Effect> {
        let broken = self.0.broken == Some(Break::Dedup);
        let effects = groups_of(change).into_iter().map(|group| Effect {
            order_key: group.clone(),
            dedup_key: match broken {
                true => format!("{group}@{}", after.position()),
                false => group.clone(),
            },
            payload: json!({ "group": group }),
            delay: Duration::ZERO,
        });
        effects.collect()
    }
}

impl Sink for Groups {
    fn told(&self) -> String {
        "a simulated system".to_owned()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a> {
        // Its keys come again: each commit has chances of its own.
        let fate = self.0.fate(
            &format!("{}@{}", delivery.key, delivery.position),
            delivery.attempt,
        );
        let mut memory = self.0.memory();
        memory.asked += 1;
        memory.failed += u64::from(fate != Fate::Good);
        if fate.does() {
            // It asks for the members as they are by then.
            let head = memory.head;
            let group = delivery.payload["group"].as_str().unwrap_or_default();
            memory.groups.insert(group.to_owned(), head);
        }
        drop(memory);
        Box::pin(self.0.answer("", fate))
    }

    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn schedule(&self) -> Schedule {
        SCHEDULE
    }
}
