//! Access that ends soon is told once for each end, by one of several replicas, over restarts and silences.

use std::sync::Arc;

use portcullis_app::{
    App,
    deliver::{Answer, Delivering, Delivery, Sink, to_person},
    group::{AddPeople, CreateGroup},
    notices::Notice,
    tasks::{remind, tell_of_trouble},
    user::{CreateUser, InitAdmin},
};
use portcullis_model::{
    Actor, ChangeSet, Context, Expiry, GroupKind, MembershipKind, Policy, Reason, SystemActor,
    UserKind, World,
};
use portcullis_store::{
    Due, Effect, EffectSource, LeaseTerms, Live, OutboxFilter, Settlement, Store,
};
use portcullis_testkit::Database;

use crate::town::{ByHand, Counter, parse};

/// Takes nothing; what is put in the outbox for it is settled by hand.
struct Broken;

impl EffectSource for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn effects(&self, _: &ChangeSet, _: &World, _: &Context) -> Vec<Effect> {
        Vec::new()
    }
}

impl Sink for Broken {
    fn deliver<'a>(&'a self, _: &'a Delivery) -> Delivering<'a> {
        let why = "HTTP 503".to_owned();
        Box::pin(std::future::ready(Answer::Retry { why, after: None }))
    }

    fn told(&self) -> String {
        "nobody".to_owned()
    }
}

/// Writes to people, of what time makes due only.
struct Mail;

impl EffectSource for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn effects(&self, _: &ChangeSet, _: &World, _: &Context) -> Vec<Effect> {
        Vec::new()
    }
}

impl Sink for Mail {
    fn told(&self) -> String {
        "people".to_owned()
    }

    fn deliver<'a>(&'a self, _: &'a Delivery) -> Delivering<'a> {
        let receipt = "sent".to_owned();
        Box::pin(std::future::ready(Answer::Done { receipt }))
    }

    fn tell(&self, notice: &Notice, key: String) -> Option<Effect> {
        to_person(notice, key, std::time::Duration::ZERO)
    }
}

struct Replica {
    app: App,
    sinks: Vec<Arc<dyn Sink>>,
}

impl Replica {
    async fn start(db: &Database, clock: &ByHand, ids: &Arc<Counter>) -> Self {
        let sinks: Vec<Arc<dyn Sink>> = vec![Arc::new(Mail)];
        let store = Store::open(&db.url).await.unwrap();
        let live = Live::with_sinks(store, sinks.iter().map(|sink| Arc::clone(sink) as _))
            .await
            .unwrap();
        let app = App::new(
            live,
            Arc::new(clock.clone()),
            ids.clone(),
            Policy::default(),
        );
        Self { app, sinks }
    }

    /// Looks, and looks again while there is more.
    async fn look(&self) {
        while remind(&self.app, &self.sinks).await.unwrap() {}
    }

    /// What was told so far, oldest first: to whom and how many days before.
    async fn told(&self) -> Vec<(String, u64)> {
        let rows = self
            .app
            .store()
            .outbox()
            .list(&OutboxFilter::default())
            .await
            .unwrap()
            .items;
        let told = rows.iter().rev().map(|row| {
            let (who, days) = (&row.payload["to"]["name"], &row.payload["days"]);
            (who.as_str().unwrap().to_owned(), days.as_u64().unwrap())
        });
        told.collect()
    }

    /// Puts `login` in the group for so many days; makes both where they are missing.
    async fn puts(&self, login: &str, days: i64) {
        let app = &self.app;
        if app.world().user_count() == 0 {
            let init = InitAdmin {
                email: parse!(Email, "root@example.com"),
                login: None,
                name: None,
            };
            app.commit(
                app.context(Actor::System(SystemActor::Operator)),
                init,
                None,
            )
            .await
            .unwrap();
            let group = CreateGroup {
                kind: GroupKind::Group,
                name: parse!(Name, "Lab"),
                description: Default::default(),
                tags: Vec::new(),
                owners: Vec::new(),
            };
            app.commit(self.root(), group, None).await.unwrap();
        }
        if app.world().find_user(login).is_none() {
            let user = CreateUser {
                login: parse!(Login, login),
                name: parse!(Name, login),
                email: None,
                kind: UserKind::Person,
                manager: None,
                attributes: [].into(),
            };
            app.commit(self.root(), user, None).await.unwrap();
        }
        let world = app.world();
        let add = AddPeople {
            group: world.find_group("Lab").unwrap().id,
            kind: MembershipKind::Member,
            users: vec![world.find_user(login).unwrap().id],
            until: Expiry::at(app.now().plus_days(days)),
            reason: Reason::default(),
        };
        app.commit(self.root(), add, None).await.unwrap();
    }

    fn root(&self) -> Context {
        let root = self.app.world().find_user("root").unwrap().id;
        self.app.context(Actor::User(root))
    }
}

fn told(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter()
        .map(|(who, days)| ((*who).to_owned(), *days))
        .collect()
}

portcullis_testkit::both_engines! {
    async fn two_replicas_tell_each_end_once(db: Database) {
        let (clock, ids) = (ByHand::default(), Arc::new(Counter(1.into())));
        let here = Replica::start(&db, &clock, &ids).await;
        here.puts("ana", 30).await;
        here.puts("ben", 20).await;
        let there = Replica::start(&db, &clock, &ids).await;
        // An hour each, both at once, for a month.
        for _ in 0..31 * 24 {
            clock.pass_seconds(3600);
            if clock.0.elapsed() % 7 == 0 {
                tokio::join!(here.look(), there.look());
            } else {
                there.look().await;
                here.look().await;
            }
        }
        let wanted = [("ben", 7), ("ben", 1), ("ana", 7), ("ana", 1)];
        assert_eq!(there.told().await, told(&wanted));
    }

    async fn a_restart_repeats_nothing_and_a_silence_is_caught_up_with_what_is_nearest(db: Database) {
        let (clock, ids) = (ByHand::default(), Arc::new(Counter(1.into())));
        let first = Replica::start(&db, &clock, &ids).await;
        first.puts("ana", 30).await;
        first.look().await;
        clock.pass_seconds(3600 * (23 * 24 + 1));
        first.look().await;
        assert_eq!(first.told().await, told(&[("ana", 7)]));
        drop(first);
        let second = Replica::start(&db, &clock, &ids).await;
        second.look().await;
        assert_eq!(second.told().await, told(&[("ana", 7)]));
        // With another end it is told anew; after a long silence only what is nearest.
        second.puts("ana", 20).await;
        second.puts("ben", 20).await;
        clock.pass_seconds(3600 * (19 * 24 + 12));
        second.look().await;
        assert_eq!(second.told().await, told(&[("ana", 7), ("ana", 1), ("ben", 1)]));
        // Nothing is told of what has ended meanwhile.
        second.puts("cid", 20).await;
        clock.pass_seconds(3600 * (25 * 24));
        second.look().await;
        assert_eq!(second.told().await.len(), 3);
    }

    async fn nothing_is_told_by_a_clock_that_is_not_believed(db: Database) {
        let (clock, ids) = (ByHand::default(), Arc::new(Counter(1.into())));
        let replica = Replica::start(&db, &clock, &ids).await;
        replica.puts("ana", 90).await;
        replica.look().await;
        clock.0.jump(jiff::SignedDuration::from_hours(84 * 24));
        replica.look().await;
        assert!(replica.told().await.is_empty());
        clock.0.jump(jiff::SignedDuration::from_hours(-84 * 24));
        clock.pass_seconds(3600 * (84 * 24));
        replica.look().await;
        assert_eq!(replica.told().await, told(&[("ana", 7)]));
    }

    async fn admins_hear_by_others_of_a_sink_that_takes_nothing(db: Database) {
        let (clock, ids) = (ByHand::default(), Arc::new(Counter(1.into())));
        let replica = Replica::start(&db, &clock, &ids).await;
        replica.puts("ana", 300).await;
        let app = &replica.app;
        let sinks: [Arc<dyn Sink>; 2] = [Arc::new(Mail), Arc::new(Broken)];
        let look = async || tell_of_trouble(app, &sinks).await.unwrap();
        let outbox = app.store().outbox();
        let told = async || {
            let filter = OutboxFilter { sink: Some("mail".into()), ..OutboxFilter::default() };
            let rows = outbox.list(&filter).await.unwrap().items;
            rows.into_iter().map(|row| row.payload).collect::<Vec<_>>()
        };
        // Something waits there, and nobody has tried yet.
        let waits = Due {
            from: None,
            until: app.time().steady,
            position: app.world().position(),
            effects: vec![("broken".into(), Effect {
                order_key: "x".into(),
                dedup_key: "x".into(),
                payload: serde_json::json!({}),
                delay: std::time::Duration::ZERO,
            })],
        };
        assert!(outbox.write_due("test", waits).await.unwrap());
        clock.pass_seconds(3600);
        look().await;
        assert!(told().await.is_empty(), "what waits is no trouble");
        // It is tried in vain, and a quarter of an hour goes by.
        let terms = || LeaseTerms { owner: "me".into(), until: app.now().plus_days(1), most: 9, together: 1 };
        let taken = outbox.claim("broken", app.now(), &terms()).await.unwrap();
        let again = Settlement::Again { at: app.now(), why: "HTTP 503".into() };
        outbox.settle(taken.into_iter().map(|it| (it, again.clone())).collect(), app.now()).await.unwrap();
        look().await;
        let all = told().await;
        assert_eq!(all.len(), 1, "root is the only admin, and by one sink: {all:?}");
        let said = |key: &str| all[0][key].as_str().unwrap_or_default().to_owned();
        assert_eq!((said("about"), said("connector"), said("trouble")), ("failing".into(), "broken".into(), "HTTP 503".into()));
        assert_eq!(all[0]["to"]["name"], "root");
        // Not each minute, but once a day, as long as it lasts.
        for _ in 0..47 {
            clock.pass_seconds(1800);
            look().await;
        }
        assert_eq!(told().await.len(), 1);
        clock.pass_seconds(1800);
        look().await;
        assert_eq!(told().await.len(), 2);
        let taken = outbox.claim("broken", app.now(), &terms()).await.unwrap();
        let done = Settlement::Done { receipt: "taken".into() };
        outbox.settle(taken.into_iter().map(|it| (it, done.clone())).collect(), app.now()).await.unwrap();
        clock.pass_seconds(3 * 86_400);
        look().await;
        assert_eq!(told().await.len(), 2, "it goes well again");
    }
}
