//! The thin shell of delivering: claims what is due, asks the sink, writes down what it answered.
//! What an answer means is `deliver`'s.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use portcullis_model::Timestamp;
use portcullis_store::{LeaseTerms, Leased, Settlement, StoreError};
use tokio::sync::watch;

use crate::{
    App,
    deliver::{Answer, Budget, Delivery, Sink},
};

/// How much longer than its deadline a delivery is leased: the time to write the receipt.
const MARGIN: Duration = Duration::from_secs(30);
/// The longest without a look: another process may have left something behind.
const LOOK: Duration = Duration::from_secs(5);

/// Delivers to one sink.
pub struct Deliverer {
    app: App,
    sink: Arc<dyn Sink>,
    owner: String,
    /// What chance in waits is made from; the same for the same effect and attempt.
    seed: u64,
    budget: Option<Budget>,
}

impl Deliverer {
    /// One that delivers to `sink` what `app`'s store has for it.
    #[must_use]
    pub fn new(app: App, sink: Arc<dyn Sink>) -> Self {
        let seed = app.random();
        let owner = format!("{seed:016x}");
        let now = app.time().steady;
        let budget = sink.most_a_minute().map(|most| Budget::new(most, now));
        Self {
            app,
            sink,
            owner,
            seed,
            budget,
        }
    }

    /// Delivers what is due now, at most one effect of each ordering key; says how many were claimed.
    ///
    /// # Errors
    /// [`StoreError::Database`]. What was claimed and not written down is delivered again later.
    pub async fn round(&mut self) -> Result<usize, StoreError> {
        let now = self.app.time().steady;
        let at_once = self.sink.at_once();
        let most = match &mut self.budget {
            Some(budget) => at_once.min(budget.available(now)),
            None => at_once,
        };
        if most == 0 {
            return Ok(0);
        }
        let lease = self.sink.deadline() + MARGIN;
        let terms = LeaseTerms {
            owner: self.owner.clone(),
            until: plus(now, lease),
            most,
            together: self.sink.together(),
        };
        let outbox = self.app.store().outbox();
        let claimed = outbox.claim(self.sink.name(), now, &terms).await?;
        let count = claimed.len();
        let bundles = bundles(claimed);
        if let Some(budget) = &mut self.budget {
            budget.take(bundles.len());
        }
        let delivering: FuturesUnordered<_> = bundles
            .into_iter()
            .map(|bundle| async {
                let settlement = self.deliver(&bundle).await;
                bundle
                    .into_iter()
                    .map(move |leased| (leased, settlement.clone()))
            })
            .collect();
        // Receipts are written as answers come: a slow one keeps nobody else's.
        let mut settled = delivering.ready_chunks(at_once as usize);
        while let Some(settled) = settled.next().await {
            let settled: Vec<_> = settled.into_iter().flatten().collect();
            let wanted = settled.len() as u64;
            let held = outbox.settle(settled, self.app.time().steady).await?;
            if held < wanted {
                tracing::warn!(
                    sink = self.sink.name(),
                    lost = wanted - held,
                    "deliveries took longer than their leases, and are made again"
                );
            }
        }
        Ok(count)
    }

    /// Delivers what belongs together.
    async fn deliver(&self, bundle: &[Leased]) -> Settlement {
        let now = self.app.time().steady;
        let (Some(leased), Some(delivery)) = (bundle.first(), Delivery::of(bundle, now)) else {
            let receipt = "there was nothing to deliver".to_owned();
            return Settlement::Done { receipt };
        };
        let schedule = self.sink.schedule();
        if schedule.is_spent(leased.attempt) {
            let why = format!(
                "given up: {} attempts ended without a word",
                leased.attempt - 1
            );
            return Settlement::Dead { why };
        }
        // The call itself may panic too, before there is a future.
        let delivering = AssertUnwindSafe(async { self.sink.deliver(&delivery).await });
        let retry = |why: String| Answer::Retry { why, after: None };
        let answer = match tokio::time::timeout(self.sink.deadline(), delivering.catch_unwind())
            .await
        {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => retry("the sink has a bug: it panicked; see the program's log".into()),
            Err(_) => retry(format!("no answer in {} s", self.sink.deadline().as_secs())),
        };
        let settlement = schedule.settle(
            leased.attempt,
            answer,
            self.app.time().steady,
            self.chance(leased),
        );
        if let Settlement::Dead { why } = &settlement {
            tracing::error!(
                sink = self.sink.name(),
                effect = leased.id,
                why,
                "an effect was given up; see `portcullis outbox list --state dead`"
            );
        }
        settlement
    }

    /// Any number for this attempt, whatever else is delivered at the same time.
    fn chance(&self, leased: &Leased) -> u64 {
        let of = self.seed ^ leased.id.unsigned_abs().rotate_left(16) ^ u64::from(leased.attempt);
        let mixed = (of ^ (of >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 8
    }

    /// When to look again, if nothing is committed meanwhile.
    async fn wait(&self) -> Result<Duration, StoreError> {
        let due = self.app.store().outbox().next_due(self.sink.name()).await?;
        let due = match (due, &self.budget) {
            (Some(due), Some(budget)) => Some(due.max(budget.next())),
            (due, _) => due,
        };
        let Some(due) = due else { return Ok(LOOK) };
        let wait = due.micros().saturating_sub(self.app.time().steady.micros());
        Ok(Duration::from_micros(u64::try_from(wait).unwrap_or_default()).min(LOOK))
    }

    /// Delivers until told to stop; deliveries under way are finished then.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut moved = self.app.live().subscribe();
        while !*stop.borrow_and_update() {
            let looked = match self.round().await {
                Ok(0) => self.wait().await,
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            let wait = looked.unwrap_or_else(|error| {
                tracing::warn!(sink = self.sink.name(), %error, "could not look at the outbox; trying again");
                Duration::from_secs(5)
            });
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = moved.changed() => {}
                stopped = stop.changed() => if stopped.is_err() { return },
            }
        }
    }
}

/// What was claimed, by ordering key.
fn bundles(claimed: Vec<Leased>) -> Vec<Vec<Leased>> {
    let mut by_key: BTreeMap<String, Vec<Leased>> = BTreeMap::new();
    for leased in claimed {
        let of = by_key.entry(leased.effect.order_key.clone()).or_default();
        of.push(leased);
    }
    by_key.into_values().collect()
}

/// Delivers to all `sinks`, each on its own, until `stop` says so.
pub async fn run_delivery(app: App, sinks: Vec<Arc<dyn Sink>>, stop: watch::Receiver<bool>) {
    let deliverers = sinks.into_iter().map(|sink| {
        let (app, stop) = (app.clone(), stop.clone());
        async move { Deliverer::new(app, sink).run(stop).await }
    });
    let mut running: tokio::task::JoinSet<()> = deliverers.collect();
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a deliverer ended by a bug; restart the program to deliver again");
        }
    }
}

fn plus(at: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.micros().saturating_add(by))
}
