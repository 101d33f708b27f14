//! No statement walks a fact table or the log, on either engine, but the few that are known to.
//!
//! Everything a store can be asked is asked once; what it told its engine meanwhile is explained.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_model::{
    Actor, Change, ChangeSet, Context, Description, Edit, Expiry, Group, GroupKind, Id, Ids, Login,
    Membership, MembershipKind, Name, OperationName, Policy, Position, Reason, Request, Resource,
    SystemActor, Timestamp, User, Validity, Wants,
    record::{Authority, UserKind},
};
use uuid::Uuid;

use crate::{
    Cursor, Engine, HistoryOf, Idempotency, Live, LogFilter, Proposal, RequestFilter,
    RequestStatus, Store, SubjectKind,
    db::{Conn, Value, heard},
};

/// What the engine would do for a statement, a line for each step.
pub(crate) async fn plan(conn: &mut Conn, sql: &str, values: Vec<Value>) -> String {
    let (explain, column) = match conn.engine() {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        Engine::Postgres => ("EXPLAIN", 0),
    };
    let rows = conn
        .fetch(format!("{explain} {sql}"), values)
        .await
        .unwrap();
    let lines = rows.iter().map(|row| row.text(column).unwrap().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// The tables that grow with what there is and with what ever was.
const GROWING: [&str; 15] = [
    "users",
    "groups",
    "apps",
    "tags",
    "memberships",
    "inclusions",
    "entitlements",
    "requests",
    "resources",
    "identities",
    "credentials",
    "credential_uses",
    "log",
    "log_edits",
    "log_subjects",
];

/// What reads a table whole or from its end, and why: parts of the statements' texts.
const WHOLE: [&str; 11] = [
    // Loading the world, current or past, and verifying against the log.
    " NOT INDEXED WHERE removed_pos IS NULL",
    " WHERE removed_pos IS NULL",
    " WHERE added_pos <= $1 AND (removed_pos IS NULL OR removed_pos > $1)",
    "SELECT COUNT(*) FROM ",
    ", id, added_pos, removed_pos, ",
    "FROM log l LEFT JOIN log_edits e ON",
    "SELECT position, label, label_key FROM log_subjects",
    // Once, when the tables are brought up to date.
    "FROM log WHERE LENGTH(body) > $1",
    " h WHERE NOT EXISTS (SELECT 1 FROM ",
    // The newest of all, from the end until the page is full.
    "FROM requests r WHERE r.removed_pos IS NULL ORDER BY r.created_at DESC",
    "FROM log l ORDER BY l.position DESC LIMIT",
];

/// The steps of a plan that walk a growing table, or the whole of one of its indexes.
fn walks(engine: Engine, sql: &str, plan: &str) -> Vec<String> {
    let names = names(sql);
    let lines: Vec<_> = plan.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let walked = match engine {
            Engine::Sqlite => line
                .strip_prefix("SCAN ")
                .map(|rest| rest.split(' ').next()),
            Engine::Postgres => {
                let of = line.rsplit_once(" on ").filter(|(how, _)| {
                    let steps = lines[at + 1..]
                        .iter()
                        .take_while(|step| !step.contains("->"));
                    let narrowed = || steps.clone().any(|step| step.contains("Index Cond:"));
                    how.ends_with("Seq Scan") || how.contains("Index") && !narrowed()
                });
                of.map(|(_, rest)| rest.split(' ').next())
            }
        };
        let Some(Some(walked)) = walked else { continue };
        if names
            .get(walked)
            .is_some_and(|table| GROWING.contains(table))
        {
            found.push((*line).to_owned());
        }
    }
    found
}

/// What each table is called in a statement: itself, and its alias.
fn names(sql: &str) -> BTreeMap<&str, &str> {
    let mut names: BTreeMap<_, _> = GROWING.map(|table| (table, table)).into();
    let words: Vec<_> = sql
        .split([' ', '(', ')', ','])
        .filter(|w| !w.is_empty())
        .collect();
    for three in words.windows(3) {
        if let ["FROM" | "JOIN", table, alias] = three
            && alias.len() == 1
        {
            names.insert(alias, table);
        }
    }
    names
}

/// Asks everything of a store once, and several things of a kind in one batch.
async fn everything(store: &Store) {
    let live = Live::start(store.clone()).await.unwrap();
    let ids = Arc::new(ids());
    let context = Context {
        means: Default::default(),
        actor: Actor::System(SystemActor::Operator),
        now: "2026-03-01T00:00:00Z".parse().unwrap(),
        policy: Arc::new(Policy::default()),
        ids,
    };
    let mut users: Vec<_> = (0..8)
        .map(|n| user(&context, &format!("user{n}")))
        .collect();
    // So long that the entry is kept in parts.
    for user in &mut users {
        let cv = "much".repeat(5_000).into();
        user.attributes.insert("cv".into(), cv);
    }
    let groups: Vec<_> = (0..4)
        .map(|n| group(&context, &format!("Group {n}")))
        .collect();
    let mut made = ChangeSet::new(OperationName::UserCreate);
    made.changes
        .extend(users.iter().cloned().map(|u| Edit::create(u).into()));
    made.changes
        .extend(groups.iter().cloned().map(|g| Edit::create(g).into()));
    let resources = (0..2).map(|n| Resource {
        id: Id::new(context.ids.next(context.now)),
        source: None,
        resource_type: "page".into(),
        resource_id: format!("{n}").into(),
        properties: BTreeMap::new(),
    });
    let resources: Vec<_> = resources.collect();
    made.changes
        .extend(resources.iter().cloned().map(|r| Edit::create(r).into()));
    commit(&live, &context, made.clone()).await;
    let member = |user: &User, group: &Group| Membership {
        id: Id::new(context.ids.next(context.now)),
        user: user.id,
        group: group.id,
        kind: MembershipKind::Member,
        validity: Validity::new(context.now, Expiry::NEVER),
        reason: Reason::default(),
        granted_by: context.actor,
        request: None,
    };
    let members: Vec<_> = users.iter().map(|user| member(user, &groups[0])).collect();
    let mut joined = ChangeSet::new(OperationName::GroupAddPeople);
    joined
        .changes
        .extend(members.into_iter().map(|m| Edit::create(m).into()));
    let (_, position) = commit(&live, &context, joined.clone()).await;
    let wants = Wants::Membership {
        group: groups[1].id,
        kind: MembershipKind::Member,
    };
    let filed: Edit<Request> = Request::file(
        &context,
        users[0].id,
        wants,
        Expiry::NEVER,
        &Reason::default(),
    );
    let request = filed.id().unwrap();
    let filed = ChangeSet::new(OperationName::RequestCreate).with(Change::from(filed));
    commit(&live, &context, filed.clone()).await;
    // Several rows of each table end in one statement.
    for change in [filed, joined] {
        let back = change.inverse(position);
        commit(&live, &context, back).await;
    }
    commit(&live, &context, made.inverse(Position(1))).await;

    let user_id = users[0].id;
    let (from, to) = (context.now, context.now.plus_days(1));
    let here = Some(Cursor::from(Position(4)));
    let _ = (
        store.load().await,
        store.load_at_position(Position(2)).await,
    );
    let shared = store.load_near(&live.world(), Position(2)).await.unwrap();
    assert_eq!(shared.user_count(), users.len());
    store.position_at(context.now).await.unwrap();
    store.entry(Position(1)).await.unwrap();
    store.entry_part(Position(1), 0, 2).await.unwrap();
    store.request(request).await.unwrap();
    let world = live.world();
    store.labels(&world, &[user_id.uuid()]).await.unwrap();
    store.verify_log(|_, _| ()).await.unwrap();
    store.compare_with_log(|_, _| ()).await.unwrap();
    for of in [HistoryOf::User(user_id), HistoryOf::Group(groups[0].id)] {
        for before in [None, here] {
            store
                .membership_history(of, 10, before, &world)
                .await
                .unwrap();
        }
    }
    for before in [None, here] {
        store
            .inclusion_history(groups[0].id, 10, before, &world)
            .await
            .unwrap();
    }
    let all = LogFilter::default;
    for filter in [
        all(),
        LogFilter {
            before: here,
            ..all()
        },
        LogFilter {
            actor: Some(Actor::User(user_id)),
            ..all()
        },
        LogFilter {
            actor: Some(context.actor),
            ..all()
        },
        LogFilter {
            subject: Some((SubjectKind::User, user_id.uuid())),
            ..all()
        },
        LogFilter {
            operation: Some("user.create".into()),
            ..all()
        },
        LogFilter {
            q: Some("user3".into()),
            ..all()
        },
        LogFilter {
            q: Some("user3".into()),
            from: Some(from),
            operation: Some("group".into()),
            actor: Some(context.actor),
            ..all()
        },
        LogFilter {
            from: Some(from),
            ..all()
        },
        LogFilter {
            to: Some(to),
            ..all()
        },
    ] {
        store.log(&filter).await.unwrap();
    }
    let all = RequestFilter::default;
    for filter in [
        all(),
        RequestFilter {
            requester: Some(user_id),
            ..all()
        },
        RequestFilter {
            groups: Some(vec![groups[1].id]),
            ..all()
        },
        RequestFilter {
            status: Some(RequestStatus::Pending),
            ..all()
        },
        RequestFilter {
            before: here,
            ..all()
        },
    ] {
        store.requests(&filter).await.unwrap();
    }
}

fn ids() -> impl Ids {
    struct Seeded(portcullis_testkit::SeededIds);
    impl Ids for Seeded {
        fn next(&self, _: Timestamp) -> Uuid {
            self.0.next()
        }
    }
    Seeded(portcullis_testkit::SeededIds::new(8))
}

async fn commit(live: &Live, context: &Context, change: ChangeSet) -> (Timestamp, Position) {
    let key = Idempotency::new(format!("{:?}", live.world().position()), &[]);
    let proposal = Proposal::of(change).once(Some(key));
    let committed = live.commit(context.clone(), proposal).await.unwrap();
    (committed.at, committed.position)
}

fn user(context: &Context, login: &str) -> User {
    User {
        id: context.id(),
        source: None,
        login: Login::parse(login).unwrap(),
        name: Name::parse(login).unwrap(),
        email: None,
        kind: UserKind::Person,
        manager: None,
        attributes: BTreeMap::new(),
    }
}

fn group(context: &Context, name: &str) -> Group {
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

/// So many rows that PostgreSQL finds an index worth its while. SQLite is not told of them: no
/// statistics are kept of a database in use.
const MANY: &str = "
    CREATE TABLE numbers (i BIGINT);
    INSERT INTO numbers WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        SELECT i FROM n;
    INSERT INTO log (position, at, actor, actor_key, operation, body, hash)
        SELECT i, i, 'user:' || (i % 900), 'user' || (i % 900), 'user.edit', '{}', 'x' FROM numbers;
    INSERT INTO log_subjects (position, ordinal, kind, id, label, label_key)
        SELECT i, 0, 'user', CAST('u' || (i % 900) AS BLOB), 'u', 'u' FROM numbers;
    INSERT INTO memberships (id, added_pos, removed_pos, user_id, group_id, kind, valid_from, reason, granted_by)
        SELECT CAST('m' || i AS BLOB), i, CASE WHEN i % 2 = 0 THEN i + 1 END, CAST('u' || (i % 900) AS BLOB),
        CAST('g' || i AS BLOB), 'member', 0, '', '' FROM numbers;
    INSERT INTO inclusions (id, added_pos, removed_pos, child_id, target_id, kind, valid_from, body)
        SELECT CAST('i' || i AS BLOB), i, CASE WHEN i % 2 = 0 THEN i + 1 END, CAST('u' || i AS BLOB),
        CAST('g' || i AS BLOB), 'member', 0, '{}' FROM numbers;
    INSERT INTO users (id, added_pos, login_key, name_key, label, kind, body)
        SELECT CAST('u' || i AS BLOB), i, 'u' || i, 'u', 'u', 'person', '{}' FROM numbers;
    INSERT INTO groups (id, added_pos, name_key, label, kind, body)
        SELECT CAST('g' || i AS BLOB), i, 'g' || i, 'g', 'group', '{}' FROM numbers;
    INSERT INTO apps (id, added_pos, name_key, label, body)
        SELECT CAST('a' || i AS BLOB), i, 'a' || i, 'a', '{}' FROM numbers;
    INSERT INTO tags (id, added_pos, name_key, label, body)
        SELECT CAST('t' || i AS BLOB), i, 't' || i, 't', '{}' FROM numbers;
    INSERT INTO resources (id, added_pos, resource_type, resource_id, body)
        SELECT CAST('x' || i AS BLOB), i, 't', 'x' || i, '{}' FROM numbers;
    INSERT INTO requests (id, added_pos, requester_id, wants_key, target_id, status, reason_key, created_at, body)
        SELECT CAST('r' || i AS BLOB), i, CAST('u' || (i % 900) AS BLOB), 'w' || i, CAST('g' || (i % 900) AS BLOB),
        CASE WHEN i % 10 = 0 THEN 'pending' ELSE 'approved' END, '', i, '{}' FROM numbers;
";

portcullis_testkit::both_engines! {
    async fn no_statement_walks_what_grows(db: Database) {
        let store = Store::open(&db.url).await?;
        everything(&store).await;
        let engine = store.engine();
        let statements = heard::statements(engine);
        if engine == Engine::Postgres {
            let filled = MANY.replace(" BLOB", " BYTEA");
            db.script(format!("{filled} ANALYZE;")).await?;
        }
        let mut tx = store.db().write().await?;
        if engine == Engine::Postgres {
            // Where no index leads to the rows, it walks all the same.
            tx.execute("SET LOCAL enable_seqscan = off", vec![]).await?;
        }
        let (mut wrong, mut explained, mut histories) = (Vec::new(), 0, 0);
        for (sql, values) in statements {
            let verb = sql.split(' ').next().unwrap_or_default();
            if !matches!(verb, "SELECT" | "INSERT" | "UPDATE" | "DELETE") || WHOLE.iter().any(|whole| sql.contains(whole)) {
                continue;
            }
            let plan = plan(&mut tx, &sql, values).await;
            explained += 1;
            for line in walks(engine, &sql, &plan) {
                wrong.push(format!("{line}\n    of {sql}\n{plan}"));
            }
            // A page of a history is read in its order, however many facts began at once.
            let history = sql.contains(" FROM memberships v ") && sql.contains("ORDER BY v.added_pos DESC");
            if history {
                histories += 1;
                if plan.contains("TEMP B-TREE") {
                    wrong.push(format!("sorts a history\n    of {sql}\n{plan}"));
                }
            }
        }
        tx.rollback().await?;
        assert_eq!(histories, 4, "of users and groups, first pages and others");
        assert!(explained > 50, "only {explained} statements were heard");
        assert!(wrong.is_empty(), "on {}:\n{}", db.name, wrong.join("\n\n"));
    }
}
