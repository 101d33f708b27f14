//! The program with one sink, a clock that is moved by hand, and people who ask for things.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use portcullis_app::{
    App, Clock, SystemClock,
    deliver::Sink,
    group::{AddPeople, CreateGroup},
    notices::EventFilter,
    request::CreateRequest,
    tasks::Deliverer,
    user::{CreateUser, InitAdmin},
};
use portcullis_connect::{
    Channel, Portal,
    http::{Http, Settings},
};
use portcullis_model::{
    Actor, Description, Email, Expiry, GroupKind, Ids, Login, MembershipKind, Name, Policy, Reason,
    SystemActor, Timestamp, UserKind, Wants,
};
use portcullis_store::{EffectState, Live, OutboxFilter, OutboxRow, Store};
use portcullis_testkit::{Database, ManualClock, db};
use uuid::Uuid;

#[derive(Clone)]
pub(crate) struct ByHand(ManualClock);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        self.0.now().into()
    }

    fn elapsed(&self) -> i64 {
        self.0.elapsed()
    }
}

/// It starts where the machine's clock is: those who check signatures ask that one.
impl Default for ByHand {
    fn default() -> Self {
        Self(ManualClock::at(SystemClock.now().to_jiff()))
    }
}

struct Counter(AtomicU64);

impl Ids for Counter {
    fn next(&self, _: Timestamp) -> Uuid {
        Uuid::from_u64_pair(7, self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A client that is not patient.
pub(crate) fn http(clock: &ByHand) -> Http {
    let settings = Settings {
        patience: Duration::from_millis(500),
        ..Settings::default()
    };
    Http::new(&settings, Arc::new(clock.clone())).unwrap()
}

/// A channel that waits a minute for more.
pub(crate) fn channel(name: &str) -> Channel {
    Channel {
        name: name.to_owned(),
        events: EventFilter::default(),
        bundle_after: Duration::from_secs(60),
        portal: Portal {
            url: Some("https://portal.example.com".to_owned()),
        },
    }
}

pub(crate) struct Program {
    pub(crate) app: App,
    pub(crate) clock: ByHand,
    deliverer: Deliverer,
    _database: Database,
}

impl Program {
    /// The program with this sink, and `root` who administers it.
    pub(crate) async fn start(clock: ByHand, sink: impl Sink + 'static) -> Self {
        let sink: Arc<dyn Sink> = Arc::new(sink);
        let database = db::on_sqlite().unwrap();
        let store = Store::open(&database.url).await.unwrap();
        let live = Live::with_sinks(store, [Arc::clone(&sink) as _])
            .await
            .unwrap();
        let ids = Arc::new(Counter(1.into()));
        let app = App::new(live, Arc::new(clock.clone()), ids, Policy::default());
        let init = InitAdmin {
            email: Email::parse("root@example.com").unwrap(),
            login: None,
            name: None,
        };
        let operator = app.context(Actor::System(SystemActor::Operator));
        app.commit(operator, init, None).await.unwrap();
        let deliverer = Deliverer::new(app.clone(), sink);
        Self {
            app,
            clock,
            deliverer,
            _database: database,
        }
    }

    fn as_user(&self, login: &str) -> portcullis_model::Context {
        let user = self.app.world().find_user(login).unwrap().id;
        self.app.context(Actor::User(user))
    }

    pub(crate) async fn group(&self, name: &str) {
        let create = CreateGroup {
            kind: GroupKind::Group,
            name: Name::parse(name).unwrap(),
            description: Description::default(),
            tags: Vec::new(),
            owners: Vec::new(),
        };
        self.app
            .commit(self.as_user("root"), create, None)
            .await
            .unwrap();
    }

    pub(crate) async fn user(&self, login: &str, name: &str) {
        let create = CreateUser {
            login: Login::parse(login).unwrap(),
            name: Name::parse(name).unwrap(),
            email: Some(Email::parse(&format!("{login}@example.com")).unwrap()),
            kind: UserKind::Person,
            manager: None,
            attributes: [].into(),
        };
        self.app
            .commit(self.as_user("root"), create, None)
            .await
            .unwrap();
    }

    pub(crate) async fn asks(&self, login: &str, group: &str, reason: &str) {
        let create = CreateRequest {
            wants: Wants::Membership {
                group: self.app.world().find_group(group).unwrap().id,
                kind: MembershipKind::Member,
            },
            until: Expiry::NEVER,
            reason: Reason::parse(reason).unwrap(),
        };
        self.app
            .commit(self.as_user(login), create, None)
            .await
            .unwrap();
    }

    pub(crate) async fn adds(&self, login: &str, group: &str) {
        let world = self.app.world();
        let add = AddPeople {
            group: world.find_group(group).unwrap().id,
            kind: MembershipKind::Member,
            users: vec![world.find_user(login).unwrap().id],
            until: Expiry::NEVER,
            reason: Reason::default(),
        };
        self.app
            .commit(self.as_user("root"), add, None)
            .await
            .unwrap();
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock
            .0
            .advance(jiff::SignedDuration::from_secs(seconds));
    }

    /// Delivers what is due; says how many effects were claimed.
    pub(crate) async fn round(&mut self) -> usize {
        self.deliverer.round().await.unwrap()
    }

    /// Delivers all that is due.
    pub(crate) async fn rounds(&mut self) {
        while self.round().await > 0 {}
    }

    /// Leaves out what waits: what founding the place means to its first admin.
    pub(crate) async fn forget(&self) {
        for row in self.rows().await {
            let outbox = self.app.store().outbox();
            outbox
                .skip(row.id, "not asked about", self.app.now())
                .await
                .unwrap();
        }
    }

    /// The outbox without what was skipped, oldest first.
    pub(crate) async fn rows(&self) -> Vec<OutboxRow> {
        let filter = OutboxFilter {
            limit: 1000,
            ..OutboxFilter::default()
        };
        let mut rows = self.app.store().outbox().list(&filter).await.unwrap().items;
        rows.retain(|row| row.state != EffectState::Skipped);
        rows.reverse();
        rows
    }

    /// The last effect: what has become of it, and what was said of it.
    pub(crate) async fn last(&self) -> (EffectState, String) {
        let row = self.rows().await.pop().unwrap();
        (row.state, row.receipt.unwrap_or_default())
    }
}
