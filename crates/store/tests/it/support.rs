//! Databases on both engines, ids in order, and a small company to write about.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis_model::{
    Actor, ChangeSet, Context, Description, Edit, Email, Expiry, Group, GroupKind, Id, Ids, Login,
    Membership, MembershipKind, Name, OperationName, Policy, Reason, SystemActor, Timestamp, User,
    Validity, World,
    record::{Authority, UserKind},
};
use portcullis_store::{
    CommitError, Committed, Effect, EffectSource, Engine, Live, Proposal, Store,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// Runs the body on each engine, in a database of its own.
macro_rules! both {
    ($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block) => {
        mod $name {
            #[allow(unused_imports, reason = "some bodies use nothing of their module")]
            use super::*;

            async fn body($database: &crate::support::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = crate::support::Database::sqlite();
                body(&database).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(database) = crate::support::Database::postgres().await else {
                    return;
                };
                body(&database).await;
                database.drop().await;
            }
        }
    };
}
pub(crate) use both;

/// A sink by what commits mean to it.
#[derive(Clone, Copy)]
pub(crate) struct Sink(
    pub(crate) &'static str,
    pub(crate) fn(&ChangeSet, &World) -> Vec<Effect>,
);

impl EffectSource for Sink {
    fn name(&self) -> &str {
        self.0
    }

    fn effects(&self, change: &ChangeSet, after: &World, _: &Context) -> Vec<Effect> {
        (self.1)(change, after)
    }
}

/// An effect without a payload.
pub(crate) fn effect(order_key: impl Into<String>, dedup_key: impl Into<String>) -> Effect {
    Effect {
        order_key: order_key.into(),
        dedup_key: dedup_key.into(),
        payload: serde_json::Value::Null,
        delay: std::time::Duration::ZERO,
    }
}

/// An empty database.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) engine: Engine,
    server: String,
    pub(crate) dir: TempDir,
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

impl Database {
    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}", dir.path().join("db").display()),
            engine: Engine::Sqlite,
            server: String::new(),
            dir,
        }
    }

    /// `None` where there is no server and none is demanded.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by the environment where its server is"
    )]
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("PORTCULLIS_TEST_PG") else {
            assert!(
                std::env::var("CI").is_err(),
                "PORTCULLIS_TEST_PG is not set, and CI demands PostgreSQL"
            );
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("store_{}_{number}", std::process::id());
        admin(&server, &format!("CREATE DATABASE {name}")).await;
        let (front, query) = server.split_once('?').map_or((&*server, ""), |both| both);
        let (host, _) = front
            .rsplit_once('/')
            .expect("a server url with a database");
        let query = if query.is_empty() {
            ""
        } else {
            &format!("?{query}")
        };
        Some(Self {
            url: format!("{host}/{name}{query}"),
            engine: Engine::Postgres,
            server,
            dir: tempfile::tempdir().unwrap(),
        })
    }

    pub(crate) async fn drop(self) {
        // The query may hold slashes of its own: the folder of a socket.
        let front = self.url.split('?').next().unwrap();
        let name = front.rsplit_once('/').unwrap().1;
        admin(&self.server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    pub(crate) async fn live(&self) -> Live {
        Live::start(self.store().await).await.unwrap()
    }

    pub(crate) async fn live_with(&self, sinks: &[Sink]) -> Live {
        let sinks = sinks
            .iter()
            .map(|sink| Arc::new(*sink) as Arc<dyn EffectSource>);
        Live::with_sinks(self.store().await, sinks).await.unwrap()
    }

    /// Runs SQL behind the program's back.
    pub(crate) async fn sql(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.engine {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
            Engine::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
        }
    }

    /// One number from SQL.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.engine {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap()
            }
            Engine::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap()
            }
        }
    }
}

async fn admin(server: &str, sql: &str) {
    let mut conn = PgConnection::connect(server).await.unwrap();
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
}

/// Ids in order, the same in every run.
pub(crate) struct Counter(AtomicU64);

impl From<u64> for Counter {
    fn from(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }
}

impl Ids for Counter {
    fn next(&self, _: Timestamp) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair(n, n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// The first of March 2026, plus seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    start.plus_seconds(seconds)
}

/// The operator, on the first of March 2026.
pub(crate) fn context() -> Context {
    Context {
        means: Default::default(),
        actor: Actor::System(SystemActor::Operator),
        now: at(0),
        policy: Arc::new(Policy::default()),
        ids: Arc::new(Counter::from(1)),
    }
}

pub(crate) fn later(context: &Context, seconds: i64) -> Context {
    Context {
        now: at(seconds),
        ..context.clone()
    }
}

pub(crate) fn user(context: &Context, login: &str) -> User {
    User {
        id: context.id(),
        source: None,
        login: Login::parse(login).unwrap(),
        name: Name::parse(login).unwrap(),
        email: Email::parse(&format!("{login}@example.com")).ok(),
        kind: UserKind::Person,
        manager: None,
        attributes: BTreeMap::new(),
    }
}

pub(crate) fn group(context: &Context, name: &str) -> Group {
    Group {
        id: context.id(),
        source: None,
        name: Name::parse(name).unwrap(),
        description: Description::default(),
        kind: GroupKind::Group,
        authority: Authority::Portcullis,
        tags: Vec::new(),
    }
}

pub(crate) fn membership(
    context: &Context,
    user: Id<User>,
    group: Id<Group>,
    kind: MembershipKind,
) -> Membership {
    Membership {
        id: context.id(),
        user,
        group,
        kind,
        validity: Validity::new(context.now, Expiry::NEVER),
        reason: Reason::default(),
        granted_by: context.actor,
        request: None,
    }
}

/// Creates all of `users` and `groups`.
pub(crate) fn company(users: &[&User], groups: &[&Group]) -> ChangeSet {
    let mut change = ChangeSet::new(OperationName::UserCreate);
    for user in users {
        change.push(Edit::create((*user).clone()));
    }
    for group in groups {
        change.push(Edit::create((*group).clone()));
    }
    change
}

pub(crate) async fn commit(
    live: &Live,
    context: &Context,
    change: ChangeSet,
) -> Result<Committed, CommitError> {
    live.commit(context.clone(), Proposal::of(change)).await
}

/// Everything in a world, as text in one order, to compare worlds by.
pub(crate) fn facts(world: &World) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(world.users().map(|fact| format!("{fact:?}")));
    facts.extend(world.apps().map(|fact| format!("{fact:?}")));
    facts.extend(world.tags().map(|fact| format!("{fact:?}")));
    facts.extend(world.requests().map(|fact| format!("{fact:?}")));
    facts.extend(world.resources().map(|fact| format!("{fact:?}")));
    for group in world.groups() {
        facts.push(format!("{group:?}"));
        facts.extend(world.direct_of_group(group.id).map(|f| format!("{f:?}")));
        facts.extend(world.targets_of(group.id).map(|f| format!("{f:?}")));
        facts.extend(world.entitlements_of(group.id).map(|f| format!("{f:?}")));
    }
    for user in world.users() {
        let of_user = world.direct_of_user(user.id).count();
        facts.push(format!("{} has {of_user}", user.login));
    }
    facts.sort();
    facts
}
