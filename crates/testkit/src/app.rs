//! The real app on a real port, with a manual clock and seeded ids, and actors as clients.
//!
//! ```no_run
//! # async fn test() -> anyhow::Result<()> {
//! use portcullis_testkit::TestApp;
//!
//! let app = TestApp::start().await?;
//! let groups = app.as_user("sven").get("/api/v1/groups").await;
//! assert_eq!(groups.status, 200);
//! # Ok(()) }
//! ```

use std::sync::Arc;

use anyhow::{Context as _, Result};
use portcullis_app::{
    App, Clock, Operation,
    app::CreateApp,
    group::{AddPeople, AttachRole, CreateGroup, GrantEntitlement},
    tag::CreateTag,
    user::{CreateUser, InitAdmin},
};
use portcullis_model::{
    Actor, Constraints, Expiry, Grant, Group, GroupKind, Id, Ids, MembershipKind, Permission,
    Policy, SystemActor, Tag, Timestamp, User, UserKind, World,
    name::{Description, Email, Login, Name, PermissionName, Reason},
    record::{AppOrigin, AppPart},
    tag::Limit,
};
use portcullis_store::{Live, Store};
use portcullis_web::{Access, Decisions, Limits, SigningKey, Web};
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{Database, ManualClock, SeededIds, db};

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Self::now(self).into()
    }

    fn elapsed(&self) -> i64 {
        Self::elapsed(self)
    }
}

impl Ids for SeededIds {
    fn next(&self, _: Timestamp) -> Uuid {
        Self::next(self)
    }
}

/// The real app, serving on a port of its own until it is dropped.
pub struct TestApp {
    /// The program behind the face, for what has no route.
    pub app: App,
    /// The clock it reads.
    pub clock: ManualClock,
    /// Where it answers, without a slash at the end.
    pub url: String,
    client: reqwest::Client,
    serving: JoinHandle<()>,
    /// Where its data is, for what no part of it would do.
    pub database: Database,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl TestApp {
    /// The app with the sample company ([`company`]) on SQLite.
    ///
    /// # Errors
    /// When the database or the port cannot be opened.
    pub async fn start() -> Result<Self> {
        Self::on(db::on_sqlite()?).await
    }

    /// The same, with these limits instead of next to none.
    ///
    /// # Errors
    /// As [`TestApp::start`].
    pub async fn limited(limits: Limits) -> Result<Self> {
        Self::within(db::on_sqlite()?, limits).await
    }

    /// The same on PostgreSQL, or `None` where the run has none (see [`crate::pg::database`]).
    ///
    /// # Errors
    /// As [`TestApp::start`].
    pub async fn on_postgres() -> Result<Option<Self>> {
        match db::on_postgres().await? {
            Some(database) => Self::on(database).await.map(Some),
            None => Ok(None),
        }
    }

    /// The app with the sample company on an empty database.
    ///
    /// # Errors
    /// As [`TestApp::start`].
    pub async fn on(database: Database) -> Result<Self> {
        let limits = Limits {
            writes_per_minute: 0,
            costly_per_minute: 0,
            ..Limits::default()
        };
        Self::within(database, limits).await
    }

    /// The same with these limits.
    ///
    /// # Errors
    /// As [`TestApp::start`].
    pub async fn within(database: Database, limits: Limits) -> Result<Self> {
        Self::governed(database, limits, Policy::default()).await
    }

    /// The same with this policy, by which the company was not made; fails as [`TestApp::start`].
    ///
    /// # Errors
    /// As there.
    pub async fn governed(database: Database, limits: Limits, policy: Policy) -> Result<Self> {
        let (clock, ids) = (ManualClock::default(), SeededIds::default());
        let live = Live::start(Store::open(&database.url).await?).await?;
        let (clock_of_app, ids) = (Arc::new(clock.clone()), Arc::new(ids));
        let app = |policy| App::new(live.clone(), clock_of_app.clone(), ids.clone(), policy);
        company(&app(Policy::default())).await?;
        let app = app(policy);
        let key = SigningKey::new(&[7; 32]).context("a key")?;
        let access = Access::Demo(Vec::new());
        let web = Web::limited(app.clone(), access, key, Decisions::default(), limits);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let serving = tokio::spawn(async move {
            portcullis_web::serve(listener, web, std::future::pending()).await;
        });
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self {
            app,
            clock,
            url,
            client,
            serving,
            database,
        })
    }

    /// A client that says it is `login`.
    #[must_use]
    pub fn as_user<'a>(&'a self, login: &str) -> Client<'a> {
        Client {
            app: self,
            bearer: Some(format!("demo-{login}")),
        }
    }

    /// A client that does not say who it is.
    #[must_use]
    pub const fn anonymous(&self) -> Client<'_> {
        Client {
            app: self,
            bearer: None,
        }
    }

    /// The current world.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.app.world()
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client<'a> {
    app: &'a TestApp,
    bearer: Option<String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if it is JSON; else its text.
    pub body: Value,
}

impl Reply {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The position a write answered.
    ///
    /// # Panics
    /// If it answered none.
    #[must_use]
    pub fn position(&self) -> u64 {
        let header = self.header("portcullis-position");
        header
            .and_then(|text| text.parse().ok())
            .expect("a position in the answer")
    }

    /// The reply, which must have this status.
    ///
    /// # Panics
    /// If it has another, with the body.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// The members `name` of all items of a list, or of what the pointer `name` leads to in each.
    ///
    /// # Panics
    /// If the body is no list.
    #[must_use]
    pub fn each(&self, name: &str) -> Vec<String> {
        let items = self.body["items"].as_array().expect("a list");
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        items
            .iter()
            .map(|item| item.pointer(name).map_or_else(String::new, text))
            .collect()
    }
}

impl Client<'_> {
    /// Reads.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Posts.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// Puts.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body), &[]).await
    }

    /// Patches.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    /// Deletes.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, &[]).await
    }

    /// Sends any request, with headers of its own.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = self
            .app
            .client
            .request(method, format!("{}{path}", self.app.url));
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply {
            status,
            headers,
            body,
        }
    }
}

/// The sample company of tests:
///
/// | who | is |
/// |---|---|
/// | `ada` | the admin |
/// | `olga` | owner of the group `Payroll` |
/// | `mia` | member of `Payroll` |
/// | `rita` | owner of the role `Role-Analysts` |
/// | `max` | member of `Role-Analysts`, and so of `App-Billing-Readers` |
/// | `petra` | owner of the app `Billing` |
/// | `sven` | in nothing |
///
/// `App-Billing-Readers` confers `invoices:read`; `Wiki` is a group without anybody; the tag
/// `Sensitive` (30 days for members, with a reason) is on the group `Vault`.
///
/// # Errors
/// When something cannot be committed.
pub async fn company(app: &App) -> Result<()> {
    let email = |login: &str| Email::parse(&format!("{login}@example.com"));
    let init = InitAdmin {
        email: email("ada")?,
        login: None,
        name: Some(Name::parse("Ada Admin")?),
    };
    run(app, init).await?;
    let people = [
        ("olga", "Olga Owner"),
        ("mia", "Mia Member"),
        ("rita", "Rita Role"),
        ("max", "Max Analyst"),
        ("petra", "Petra Apps"),
        ("sven", "Sven Stranger"),
    ];
    for (login, name) in people {
        let user = CreateUser {
            login: Login::parse(login)?,
            name: Name::parse(name)?,
            email: Some(email(login)?),
            kind: UserKind::Person,
            manager: None,
            attributes: Default::default(),
        };
        run(app, user).await?;
    }
    run(
        app,
        CreateTag {
            name: Name::parse("Sensitive")?,
            description: Description::default(),
            enabled: true,
            constraints: Constraints {
                member_time_limit: Limit::try_from(30 * 86_400).ok(),
                require_member_reason: true,
                ..Constraints::default()
            },
        },
    )
    .await?;
    run(
        app,
        CreateApp {
            name: Name::parse("Billing")?,
            description: Description::parse("Invoices and payments")?,
            owners: vec![user(app, "petra")?],
            tags: Vec::new(),
            groups: Vec::new(),
            origin: AppOrigin::Made,
        },
    )
    .await?;
    let billing = app.world().find_app("Billing").context("the app")?.id;
    let part = AppPart::Access;
    let groups: [FirstGroup<'_>; 5] = [
        ("Payroll", GroupKind::Group, &[], &["olga"]),
        ("Role-Analysts", GroupKind::Role, &[], &["rita"]),
        (
            "App-Billing-Readers",
            GroupKind::App { app: billing, part },
            &[],
            &[],
        ),
        ("Wiki", GroupKind::Group, &[], &[]),
        (
            "Vault",
            GroupKind::Group,
            &[tag(app, "Sensitive")?],
            &["olga"],
        ),
    ];
    for (name, kind, tags, owners) in groups {
        let group = CreateGroup {
            kind,
            name: Name::parse(name)?,
            description: Description::default(),
            tags: tags.to_vec(),
            owners: owners
                .iter()
                .map(|login| user(app, login))
                .collect::<Result<_>>()?,
        };
        run(app, group).await?;
    }
    for (name, login) in [("Payroll", "mia"), ("Role-Analysts", "max")] {
        let add = AddPeople {
            group: group(app, name)?,
            kind: MembershipKind::Member,
            users: vec![user(app, login)?],
            until: Expiry::NEVER,
            reason: Reason::parse("works there")?,
        };
        run(app, add).await?;
    }
    let readers = group(app, "App-Billing-Readers")?;
    run(
        app,
        AttachRole {
            role: group(app, "Role-Analysts")?,
            groups: vec![readers],
            kind: MembershipKind::Member,
            until: Expiry::NEVER,
            reason: Reason::parse("analysts read invoices")?,
        },
    )
    .await?;
    let permission = Permission {
        name: PermissionName::parse("invoices:read")?,
        environments: Default::default(),
    };
    let confer = GrantEntitlement {
        group: readers,
        replaces: None,
        grant: Grant::Permission(permission),
        until: Expiry::NEVER,
        reason: Reason::default(),
    };
    run(app, confer).await
}

/// Name, kind, tags and owners of a group of the sample company.
type FirstGroup<'a> = (&'a str, GroupKind, &'a [Id<Tag>], &'a [&'a str]);

/// Commits an operation as the operator.
///
/// # Errors
/// Whatever stands against it.
pub async fn run(app: &App, operation: impl Operation) -> Result<()> {
    let context = app.context(Actor::System(SystemActor::Operator));
    app.commit(context, operation, None).await?;
    Ok(())
}

fn user(app: &App, login: &str) -> Result<Id<User>> {
    Ok(app
        .world()
        .find_user(login)
        .with_context(|| format!("the user {login}"))?
        .id)
}

fn group(app: &App, name: &str) -> Result<Id<Group>> {
    Ok(app
        .world()
        .find_group(name)
        .with_context(|| format!("the group {name}"))?
        .id)
}

fn tag(app: &App, name: &str) -> Result<Id<Tag>> {
    Ok(app
        .world()
        .find_tag(name)
        .with_context(|| format!("the tag {name}"))?
        .id)
}
