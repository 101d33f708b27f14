//! Delivering through crashes: at least once, in order, once for sinks that know their keys.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use portcullis_app::{
    App,
    deliver::{Answer, Delivering, Delivery, LogSink, Schedule, Sink},
    group::CreateGroup,
    tasks::{Deliverer, run_delivery},
    user::InitAdmin,
};
use portcullis_model::{
    Actor, ChangeSet, Context, Description, GroupKind, Policy, SystemActor, World,
};
use portcullis_store::{Effect, EffectSource, EffectState, Live, OutboxFilter, OutboxRow, Store};
use portcullis_testkit::Database;
use serde_json::json;

use crate::town::{ByHand, Counter, parse};

/// What a sink does when it is asked.
#[derive(Clone, Copy, Debug, Default)]
enum Mood {
    /// Does it.
    #[default]
    Good,
    /// Never answers, and does nothing.
    Silent,
    /// Does it, and never answers.
    DoesAndIsSilent,
    Busy(u64),
    Refuses,
    Panics,
}

/// The outside: how often each key was asked for, and what was done, once for each key.
#[derive(Default)]
struct Outside {
    mood: Mutex<Mood>,
    asked: Mutex<BTreeMap<String, u32>>,
    done: Mutex<Vec<String>>,
}

impl Outside {
    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn done(&self) -> Vec<String> {
        self.done.lock().unwrap().clone()
    }

    fn asked(&self, key: &str) -> u32 {
        self.asked.lock().unwrap().get(key).copied().unwrap_or(0)
    }
}

/// Delivers to the outside in order of the log, and knows its keys there.
struct TestSink(Arc<Outside>);

impl EffectSource for TestSink {
    fn name(&self) -> &'static str {
        "test"
    }

    fn effects(&self, change: &ChangeSet, after: &World, _: &Context) -> Vec<Effect> {
        vec![Effect {
            order_key: String::new(),
            dedup_key: after.position().to_string(),
            payload: json!(change.operation),
            delay: Duration::ZERO,
        }]
    }
}

impl Sink for TestSink {
    fn told(&self) -> String {
        "a test".to_owned()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a> {
        let mood = *self.0.mood.lock().unwrap();
        *self
            .0
            .asked
            .lock()
            .unwrap()
            .entry(delivery.key.clone())
            .or_default() += 1;
        if matches!(mood, Mood::Good | Mood::DoesAndIsSilent) {
            let mut done = self.0.done.lock().unwrap();
            if !done.contains(&delivery.key) {
                done.push(delivery.key.clone());
            }
        }
        Box::pin(async move {
            match mood {
                Mood::Good => Answer::Done {
                    receipt: "done".into(),
                },
                Mood::Silent | Mood::DoesAndIsSilent => std::future::pending().await,
                Mood::Busy(seconds) => Answer::Retry {
                    why: "busy".into(),
                    after: Some(Duration::from_secs(seconds)),
                },
                Mood::Refuses => Answer::Failed {
                    why: "no such thing".into(),
                },
                Mood::Panics => panic!("a bug of the sink"),
            }
        })
    }

    fn deadline(&self) -> Duration {
        Duration::from_millis(200)
    }

    fn schedule(&self) -> Schedule {
        Schedule {
            attempts: 4,
            ..Schedule::default()
        }
    }
}

/// A program that is started and crashes on the same database.
struct Program<'d> {
    database: &'d Database,
    outside: Arc<Outside>,
    clock: ByHand,
    ids: Arc<Counter>,
}

impl<'d> Program<'d> {
    fn on(database: &'d Database) -> Self {
        Self {
            database,
            outside: Arc::default(),
            clock: ByHand::default(),
            ids: Arc::new(Counter(1.into())),
        }
    }

    async fn start(&self) -> (App, Deliverer) {
        let sink: Arc<dyn Sink> = Arc::new(TestSink(Arc::clone(&self.outside)));
        let store = Store::open(&self.database.url).await.unwrap();
        let live = Live::with_sinks(store, [Arc::clone(&sink) as _])
            .await
            .unwrap();
        let app = App::new(
            live,
            Arc::new(self.clock.clone()),
            self.ids.clone(),
            Policy::default(),
        );
        (app.clone(), Deliverer::new(app, sink))
    }

    /// A commit by an administrator who exists; the first makes them.
    async fn commit(&self, app: &App, name: &str) {
        let operator = app.context(Actor::System(SystemActor::Operator));
        if app.world().user_count() == 0 {
            let init = InitAdmin {
                email: parse!(Email, "root@example.com"),
                login: None,
                name: None,
            };
            app.commit(operator, init, None).await.unwrap();
            return;
        }
        let root = app.world().find_user("root").unwrap().id;
        let create = CreateGroup {
            kind: GroupKind::Group,
            name: parse!(Name, name),
            description: Description::default(),
            tags: Vec::new(),
            owners: vec![root],
        };
        app.commit(app.context(Actor::User(root)), create, None)
            .await
            .unwrap();
    }
}

async fn rows(app: &App) -> Vec<OutboxRow> {
    let mut rows = app
        .store()
        .outbox()
        .list(&OutboxFilter::default())
        .await
        .unwrap()
        .items;
    rows.reverse();
    rows
}

async fn states(app: &App) -> Vec<EffectState> {
    rows(app).await.iter().map(|row| row.state).collect()
}

/// Lets the deliverer go on for a moment, then drops it where it stands, like a crash.
async fn crash_during(mut deliverer: Deliverer) {
    let round = tokio::time::timeout(Duration::from_millis(150), deliverer.round());
    assert!(round.await.is_err(), "the delivery was to be under way");
}

portcullis_testkit::both_engines! {
    async fn a_crash_before_during_and_after_delivery_loses_nothing(db: Database) {
        let program = Program::on(&db);
        let outside = Arc::clone(&program.outside);
        // Before: committed, and never claimed.
        let (app, deliverer) = program.start().await;
        program.commit(&app, "").await;
        drop((app, deliverer));
        let (app, mut deliverer) = program.start().await;
        assert_eq!(deliverer.round().await?, 1);
        assert_eq!((outside.done(), outside.asked("1")), (vec!["1".to_owned()], 1));

        // During: the sink was asked and had done nothing.
        program.commit(&app, "Two").await;
        program.commit(&app, "Three").await;
        outside.is(Mood::Silent);
        crash_during(deliverer).await;
        drop(app);
        outside.is(Mood::Good);
        let (app, mut deliverer) = program.start().await;
        // The lease of the dead holds it, and it holds the next.
        assert_eq!(deliverer.round().await?, 0);
        assert_eq!(states(&app).await, [EffectState::Done, EffectState::Leased, EffectState::Waiting]);
        program.clock.pass_seconds(31);
        assert_eq!(deliverer.round().await?, 1);
        assert_eq!((outside.done(), outside.asked("2")), (vec!["1".into(), "2".to_owned()], 2));

        // After: the sink had done it, and its receipt was not written.
        outside.is(Mood::DoesAndIsSilent);
        crash_during(deliverer).await;
        assert_eq!(outside.done(), ["1", "2", "3"]);
        drop(app);
        outside.is(Mood::Good);
        let (app, mut deliverer) = program.start().await;
        program.clock.pass_seconds(31);
        assert_eq!(deliverer.round().await?, 1);
        // Twice asked, as documented; once done, because the sink knows the key.
        assert_eq!((outside.done(), outside.asked("3")), (vec!["1".into(), "2".into(), "3".to_owned()], 2));
        assert_eq!(states(&app).await, [EffectState::Done; 3]);
        assert!(rows(&app).await.iter().all(|row| row.receipt.as_deref() == Some("done")));
    }

    async fn answers_decide_when_it_is_tried_again_and_when_no_more(db: Database) {
        let program = Program::on(&db);
        let outside = Arc::clone(&program.outside);
        let (app, mut deliverer) = program.start().await;
        program.commit(&app, "").await;
        program.commit(&app, "Two").await;
        let due = async || app.store().outbox().next_due("test").await.unwrap();
        for (attempt, mood) in [(1, Mood::Busy(100)), (2, Mood::Silent), (3, Mood::Panics)] {
            outside.is(mood);
            let now = app.now();
            assert_eq!(deliverer.round().await?, 1, "{mood:?}");
            let row = &rows(&app).await[0];
            assert_eq!((row.state, row.attempts), (EffectState::Waiting, attempt), "{row:?}");
            assert!(row.next_at > now);
            if attempt == 1 {
                assert_eq!(row.next_at, now.plus_seconds(100));
            }
            // The one behind it does not overtake.
            assert_eq!(due().await, Some(row.next_at));
            assert_eq!(deliverer.round().await?, 0);
            program.clock.pass_seconds(100);
        }
        // The fourth attempt is the last.
        outside.is(Mood::Busy(1));
        assert_eq!(deliverer.round().await?, 1);
        let row = &rows(&app).await[0];
        assert_eq!((row.state, row.receipt.as_deref()), (EffectState::Dead, Some("given up after 4 attempts: busy")));
        assert_eq!((due().await, deliverer.round().await?), (None, 0));
        app.store().outbox().skip(row.id, "not needed", app.now()).await?;
        // What fails for good is not tried again.
        outside.is(Mood::Refuses);
        assert_eq!(deliverer.round().await?, 1);
        let row = &rows(&app).await[1];
        assert_eq!((row.state, row.receipt.as_deref()), (EffectState::Dead, Some("no such thing")));
        app.store().outbox().retry(row.id, app.now()).await?;
        outside.is(Mood::Good);
        assert_eq!(deliverer.round().await?, 1);
        assert_eq!((outside.done(), states(&app).await), (vec!["2".to_owned()], vec![EffectState::Skipped, EffectState::Done]));
    }

    async fn what_crashes_the_program_each_time_is_given_up(db: Database) {
        let program = Program::on(&db);
        program.outside.is(Mood::Silent);
        let (app, mut deliverer) = program.start().await;
        program.commit(&app, "").await;
        for _ in 0..4 {
            crash_during(deliverer).await;
            program.clock.pass_seconds(31);
            (_, deliverer) = program.start().await;
        }
        assert_eq!(deliverer.round().await?, 1);
        assert_eq!((states(&app).await, program.outside.asked("1")), (vec![EffectState::Dead], 4));
    }

    async fn the_running_task_delivers_what_is_committed_and_stops_when_told(db: Database) {
        let store = Store::open(&db.url).await?;
        let sinks: Vec<Arc<dyn Sink>> = vec![Arc::new(LogSink)];
        let live = Live::with_sinks(store, sinks.iter().map(|sink| Arc::clone(sink) as _)).await?;
        let program = Program::on(&db);
        let app = App::new(live, Arc::new(program.clock.clone()), program.ids.clone(), Policy::default());
        let (tell, stop) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(run_delivery(app.clone(), sinks, stop));
        for name in ["", "One", "Two"] {
            program.commit(&app, name).await;
        }
        let all = async || {
            let states = states(&app).await;
            states.len() > 3 && states.iter().all(|state| *state == EffectState::Done)
        };
        let soon = std::time::Instant::now() + Duration::from_secs(20);
        while !all().await {
            assert!(std::time::Instant::now() < soon, "{:?}", rows(&app).await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(rows(&app).await.iter().all(|row| row.receipt.as_deref() == Some("written to the log")));
        tell.send_replace(true);
        tokio::time::timeout(Duration::from_secs(5), running).await??;
    }
}
