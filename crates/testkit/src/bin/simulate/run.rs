//! One run: days, steps, crashes.

use std::{fmt, sync::Arc};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::SignedDuration;
use portcullis_app::{
    App,
    tasks::{self, Deliverer},
};
use portcullis_model::Policy;
use portcullis_sandbox::Rng;
use portcullis_store::{CommitError, Committed, EffectState, Live, OutboxFilter, Replay, Store};
use portcullis_testkit::{ManualClock, SeededIds, db};

use crate::{
    actions,
    checks::Ledger,
    outside::Outside,
    plan::{Break, Plan},
    source,
};

/// How many things people try each day.
const A_DAY: u32 = 24;
/// How far the clock jumps.
const TEN_YEARS: SignedDuration = SignedDuration::from_hours(87_600);

/// What a run was.
#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: u64,
    commits: u64,
    refused: u64,
    crashes: u64,
    jumps: u64,
    asked: u64,
    failed: u64,
    hash: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} steps, {} commits, {} refused, {} crashes, {} jumps of the clock, {} deliveries of which {} failed; log {}",
            self.steps,
            self.commits,
            self.refused,
            self.crashes,
            self.jumps,
            self.asked,
            self.failed,
            &self.hash[..16.min(self.hash.len())]
        )
    }
}

pub(crate) async fn run(plan: Plan) -> Result<Report> {
    let mut simulation = Simulation::begin(plan).await?;
    for day in 0..plan.days {
        let lived = simulation.day(day).await;
        lived.with_context(|| format!("day {day}, step {}", simulation.report.steps))?;
    }
    simulation.end().await
}

struct Simulation {
    plan: Plan,
    rng: Rng,
    clock: ManualClock,
    ids: Arc<SeededIds>,
    database: portcullis_testkit::Database,
    outside: Arc<Outside>,
    ledger: Ledger,
    program: Program,
    /// Whether the clock shows ten years on.
    jumped: bool,
    report: Report,
}

/// The program as long as it lives.
struct Program {
    app: App,
    deliverers: Vec<Deliverer>,
}

impl Simulation {
    async fn begin(plan: Plan) -> Result<Self> {
        let database = db::on_sqlite()?;
        let clock = ManualClock::default();
        let ids = Arc::new(SeededIds::new(plan.seed as u32));
        let sample = portcullis_sandbox::generate(plan.people, plan.seed, clock.now().into())?;
        let live = Live::start(Store::open(&database.url).await?).await?;
        portcullis_sandbox::commit(&live, sample.steps, |_| {}).await?;
        let mut ledger = Ledger::default();
        ledger.begin(&live.world());
        drop(live);
        let outside = Outside::new(plan.seed, plan.broken);
        let program = Program::start(&database.url, &clock, &ids, &outside, true).await?;
        Ok(Self {
            plan,
            rng: Rng::new(plan.seed),
            clock,
            ids,
            database,
            outside,
            ledger,
            program,
            jumped: false,
            report: Report::default(),
        })
    }

    async fn day(&mut self, day: u32) -> Result<()> {
        for _ in 0..A_DAY {
            self.report.steps += 1;
            let pause = self.rng.between(1, 2 * 86_400 / i64::from(A_DAY));
            self.clock.advance(SignedDuration::from_secs(pause));
            if self.rng.chance(4) {
                let app = &self.program.app;
                let tried = source::read(app, &mut self.rng, self.plan.broken).await?;
                self.note(tried)?;
            } else if let Some(tried) = actions::act(&self.program.app, &mut self.rng).await {
                self.note(tried)?;
            }
            self.maybe_crash().await?;
            self.maybe_jump()?;
            self.expire().await?;
            self.maybe_crash().await?;
            self.deliver().await?;
            let world = self.program.app.world();
            self.ledger.each_step(&world, &self.outside)?;
        }
        self.operate(70).await?;
        let app = &self.program.app;
        self.ledger.outbox(app.store(), &self.outside).await?;
        if day % 30 == 29 {
            self.all_facts().await?;
        }
        Ok(())
    }

    /// What was answered is noted, and holds from now on.
    fn note(&mut self, tried: Result<Committed, CommitError>) -> Result<()> {
        match tried {
            Ok(committed) if committed.replayed == Replay::Fresh => {
                self.report.commits += 1;
                self.ledger.acknowledge(&committed, &self.outside)
            }
            Ok(_) => Ok(()),
            Err(CommitError::Refused(_)) => {
                self.report.refused += 1;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn expire(&mut self) -> Result<()> {
        match tasks::expire(&self.program.app).await {
            Ok(None) => Ok(()),
            Ok(Some(committed)) => self.note(Ok(committed)),
            Err(error) => self.note(Err(error)),
        }
    }

    /// For a few steps the clock shows ten years on; nothing may end by that, nor be written then.
    fn maybe_jump(&mut self) -> Result<()> {
        if self.jumped {
            if self.rng.chance(50) {
                self.set_right()?;
            }
        } else if self.rng.below(150) == 0 {
            self.report.jumps += 1;
            self.jumped = true;
            self.clock.jump(TEN_YEARS);
        }
        Ok(())
    }

    fn set_right(&mut self) -> Result<()> {
        if std::mem::take(&mut self.jumped) {
            self.clock.jump(-TEN_YEARS);
            let last = self.program.app.live().last_at();
            ensure!(
                last <= Some(self.clock.now().into()),
                "the log has an entry of {last:?}, when the clock showed ten years on"
            );
        }
        Ok(())
    }

    /// A round of each sink; where the outside makes the program crash, it does.
    async fn deliver(&mut self) -> Result<()> {
        for at in 0..self.program.deliverers.len() {
            let outside = Arc::clone(&self.outside);
            let crashed = {
                let round = self.program.deliverers[at].round();
                tokio::select! {
                    biased;
                    () = outside.crash.notified() => true,
                    round = round => {
                        round?;
                        let mut memory = outside.memory();
                        let answered = std::mem::take(&mut memory.answered);
                        memory.receipts.extend(answered.into_iter().filter(|key| !key.is_empty()));
                        false
                    }
                }
            };
            if crashed {
                self.outside.memory().answered.clear();
                self.crash().await?;
                return Ok(());
            }
        }
        if self.plan.broken == Some(Break::Receipt) && self.rng.chance(2) {
            self.program.forget_receipts(&self.database.url).await?;
        }
        Ok(())
    }

    async fn maybe_crash(&mut self) -> Result<()> {
        if self.rng.below(200) == 0 {
            self.crash().await?;
        }
        Ok(())
    }

    /// Everything in memory is gone; what was acknowledged is not.
    async fn crash(&mut self) -> Result<()> {
        self.report.crashes += 1;
        // A program that starts knows no other time than the clock's.
        self.set_right()?;
        let sinks = self.plan.broken != Some(Break::Loss);
        self.program = Program::start(
            &self.database.url,
            &self.clock,
            &self.ids,
            &self.outside,
            sinks,
        )
        .await?;
        let world = self.program.app.world();
        self.ledger.each_step(&world, &self.outside)
    }

    /// What was given up is retried, in `percent` of a hundred cases, or skipped.
    async fn operate(&mut self, percent: usize) -> Result<()> {
        let app = &self.program.app;
        let outbox = app.store().outbox();
        let filter = OutboxFilter {
            state: Some(EffectState::Dead),
            limit: 1000,
            ..OutboxFilter::default()
        };
        for row in outbox.list(&filter).await?.items {
            if self.rng.chance(percent) {
                outbox.retry(row.id, app.time().steady).await?;
            } else {
                outbox.skip(row.id, "simulated", app.time().steady).await?;
                let group = row.payload["group"].as_str();
                let what = group.map_or(row.dedup_key, str::to_owned);
                self.ledger.skipped.insert(what);
            }
        }
        Ok(())
    }

    async fn all_facts(&mut self) -> Result<()> {
        self.set_right()?;
        self.expire().await?;
        let app = &self.program.app;
        self.ledger
            .facts(app.store(), &app.world(), app.now())
            .await
    }

    /// Calm days until all is delivered; then everything must be true.
    async fn end(mut self) -> Result<Report> {
        self.outside.memory().calm = true;
        self.set_right()?;
        for _ in 0..20_000 {
            self.clock.advance(SignedDuration::from_hours(5));
            self.expire().await?;
            self.operate(100).await?;
            self.deliver().await?;
            let outbox = self.program.app.store().outbox();
            let counts = outbox.counts().await?;
            let open = counts
                .iter()
                .any(|count| !matches!(count.state, EffectState::Done | EffectState::Skipped));
            if !open {
                return self.report().await;
            }
        }
        bail!("the outbox was never empty")
    }

    async fn report(mut self) -> Result<Report> {
        self.all_facts().await?;
        let app = &self.program.app;
        self.ledger.outbox(app.store(), &self.outside).await?;
        self.ledger.each_step(&app.world(), &self.outside)?;
        self.ledger.delivered(&self.outside)?;
        self.report.hash = self.ledger.chain(app.store()).await?;
        let memory = self.outside.memory();
        (self.report.asked, self.report.failed) = (memory.asked, memory.failed);
        Ok(std::mem::take(&mut self.report))
    }
}

impl Program {
    async fn start(
        url: &str,
        clock: &ManualClock,
        ids: &Arc<SeededIds>,
        outside: &Arc<Outside>,
        with_sinks: bool,
    ) -> Result<Self> {
        let sinks = outside.sinks();
        let store = Store::open(url).await?;
        let known = sinks.iter().filter(|_| with_sinks);
        let live = Live::with_sinks(store, known.map(|sink| Arc::clone(sink) as _)).await?;
        let ids = Arc::clone(ids);
        let app = App::new(live, Arc::new(clock.clone()), ids, Policy::default());
        let deliverers = sinks.map(|sink| Deliverer::new(app.clone(), sink));
        Ok(Self {
            app,
            deliverers: deliverers.into(),
        })
    }

    /// The defect that `--break receipt` makes: what was done is due again.
    async fn forget_receipts(&self, url: &str) -> Result<()> {
        use sqlx::Connection as _;
        let mut conn = sqlx::SqliteConnection::connect(url).await?;
        let sql = "UPDATE outbox SET state = 'waiting', attempts = 0 \
                   WHERE id = (SELECT MAX(id) FROM outbox WHERE state = 'done' AND sink = 'records')";
        sqlx::query(sql).execute(&mut conn).await?;
        conn.close().await?;
        Ok(())
    }
}
