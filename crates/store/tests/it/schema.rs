//! The two engines have the same tables, and breaking their rules means the same on both.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    ChangeSet, Edit, Expiry, MembershipKind, OperationName, Reason, Request, Resource, State,
    Wants, request::Resolution,
};
use portcullis_store::{CommitError, Engine, StoreError};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

use crate::support::{Database, at, both, commit, company, context, group, user};

/// A table: its columns with type and whether they may be null, its primary key, its indexes.
#[derive(Debug, Default, PartialEq)]
struct Table {
    columns: BTreeMap<String, (String, bool)>,
    key: Vec<String>,
    indexes: BTreeSet<(String, bool, bool, Vec<String>)>,
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let Some(postgres) = Database::postgres().await else {
        return;
    };
    let sqlite = Database::sqlite();
    drop((sqlite.store().await, postgres.store().await));
    let (of_sqlite, of_postgres) = (
        sqlite_tables(&sqlite).await,
        postgres_tables(&postgres).await,
    );
    assert!(of_sqlite.len() >= 16, "{:?}", of_sqlite.keys());
    for (name, table) in &of_sqlite {
        assert_eq!(Some(table), of_postgres.get(name), "{name}");
    }
    assert_eq!(of_sqlite.len(), of_postgres.len());
    postgres.drop().await;
}

async fn sqlite_tables(database: &Database) -> BTreeMap<String, Table> {
    let mut conn = SqliteConnection::connect(&database.url).await.unwrap();
    let mut tables = BTreeMap::new();
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    for row in sqlx::query(names).fetch_all(&mut conn).await.unwrap() {
        let name: String = row.get(0);
        let mut table = Table::default();
        let sql = format!(
            "SELECT name, type, \"notnull\", pk FROM pragma_table_info('{name}') ORDER BY pk"
        );
        for row in sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut conn)
            .await
            .unwrap()
        {
            let (column, of_type): (String, String) = (row.get(0), row.get(1));
            let (not_null, key): (i64, i64) = (row.get(2), row.get(3));
            let of_type = match &*of_type {
                "BLOB" => "bytea",
                "TEXT" => "text",
                _ => "bigint",
            };
            table
                .columns
                .insert(column.clone(), (of_type.into(), not_null == 0 && key == 0));
            if key > 0 {
                table.key.push(column);
            }
        }
        let sql =
            format!("SELECT name, \"unique\", partial, origin FROM pragma_index_list('{name}')");
        for row in sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut conn)
            .await
            .unwrap()
        {
            let (index, unique, partial): (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
            if row.get::<String, _>(3) == "pk" {
                continue;
            }
            let sql = format!("SELECT name FROM pragma_index_info('{index}') ORDER BY seqno");
            let columns = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_all(&mut conn)
                .await
                .unwrap();
            table
                .indexes
                .insert((index, unique == 1, partial == 1, columns));
        }
        tables.insert(name, table);
    }
    tables
}

async fn postgres_tables(database: &Database) -> BTreeMap<String, Table> {
    let mut conn = PgConnection::connect(&database.url).await.unwrap();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let columns = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' \
                   FROM information_schema.columns WHERE table_schema = 'public'";
    for row in sqlx::query(columns).fetch_all(&mut conn).await.unwrap() {
        let table = tables.entry(row.get(0)).or_default();
        table.columns.insert(row.get(1), (row.get(2), row.get(3)));
    }
    let indexes = "SELECT t.relname::text, i.relname::text, x.indisunique, x.indpred IS NOT NULL, \
         x.indisprimary, ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY k(n, o) \
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.o) \
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
         JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = 'public'";
    for row in sqlx::query(indexes).fetch_all(&mut conn).await.unwrap() {
        let table = tables.entry(row.get(0)).or_default();
        if row.get(4) {
            table.key = row.get(5);
        } else {
            table
                .indexes
                .insert((row.get(1), row.get(2), row.get(3), row.get(5)));
        }
    }
    tables
}

both! {
    async fn a_rule_of_the_tables_refuses_what_the_world_did_not_know(database) {
        let live = database.live().await;
        let c = context();
        let (ann, staff, other) = (user(&c, "ann"), group(&c, "Staff"), group(&c, "Other"));
        commit(&live, &c, company(&[&ann], &[&staff, &other])).await.unwrap();
        // The world of this process does not hear of these.
        database.sql(
            "UPDATE groups SET name_key = 'sales' WHERE name_key = 'other'; \
             UPDATE users SET login_key = 'bob', email_key = 'bob@example.com'",
        ).await;
        let sales = ChangeSet::new(OperationName::GroupCreate).with(Edit::create(group(&c, "Sales")));
        let mut bob = user(&c, "bob");
        bob.email = None;
        let mut rob = user(&c, "rob");
        rob.email = portcullis_model::Email::parse("bob@example.com").ok();
        let good = ChangeSet::new(OperationName::GroupCreate).with(Edit::create(group(&c, "Legal")));
        let user = |user| ChangeSet::new(OperationName::UserCreate).with(Edit::create(user));
        let (sales, bob, rob, good) = tokio::join!(
            commit(&live, &c, sales),
            commit(&live, &c, user(bob)),
            commit(&live, &c, user(rob)),
            commit(&live, &c, good),
        );
        for answer in [sales, bob, rob] {
            let Err(CommitError::Refused(refusal)) = answer else { panic!("{answer:?}") };
            assert_eq!(refusal.code(), "name_taken");
        }
        assert!(good.is_ok(), "{good:?}");
        assert!(live.world().find_group("Sales").is_none());
    }
}

both! {
    async fn a_text_the_engine_cannot_store_fails_no_neighbour(database) {
        let live = database.live().await;
        let c = context();
        let bad = ChangeSet::new(OperationName::ResourceRegister).with(Edit::create(Resource {
            id: c.id(),
            source: None,
            resource_type: "docu\0ment".into(),
            resource_id: "1".into(),
            properties: BTreeMap::new(),
        }));
        let good = company(&[], &[&group(&c, "Staff")]);
        let (bad, good) = tokio::join!(commit(&live, &c, bad), commit(&live, &c, good));
        assert!(good.is_ok(), "{good:?}");
        match (database.engine, bad) {
            (Engine::Sqlite, Ok(_)) => {}
            (Engine::Postgres, Err(CommitError::Refused(refusal))) => {
                assert_eq!(refusal.code(), "invalid");
            }
            (_, other) => panic!("{other:?}"),
        }
    }
}

both! {
    async fn a_row_lost_behind_the_back_fails_no_neighbour(database) {
        let live = database.live().await;
        let c = context();
        let (staff, sales) = (group(&c, "Staff"), group(&c, "Sales"));
        commit(&live, &c, company(&[], &[&staff])).await.unwrap();
        database.sql("DELETE FROM groups").await;
        let end = ChangeSet::new(OperationName::GroupDelete).with(Edit::end(staff));
        let (end, good) = tokio::join!(
            commit(&live, &c, end),
            commit(&live, &c, company(&[], &[&sales])),
        );
        assert!(matches!(end, Err(CommitError::Unavailable(StoreError::Corrupt { .. }))));
        assert!(good.is_ok(), "{good:?}");
    }
}

both! {
    async fn a_request_that_was_resolved_otherwise_since_is_a_conflict(database) {
        let live = database.live().await;
        let c = context();
        let (ann, staff) = (user(&c, "ann"), group(&c, "Staff"));
        commit(&live, &c, company(&[&ann], &[&staff])).await.unwrap();
        let request = |state| Request {
            id: portcullis_model::Id::new(ann.id.uuid()),
            requester: ann.id,
            wants: Wants::Membership { group: staff.id, kind: MembershipKind::Member },
            reason: Reason::default(),
            until: Expiry::NEVER,
            created_at: c.now,
            state,
        };
        let resolution = |seconds| Resolution { by: c.actor, at: at(seconds), reason: Reason::default() };
        let pending = request(State::Pending);
        let (rejected, withdrawn) = (
            request(State::Rejected { resolution: resolution(1) }),
            request(State::Withdrawn { resolution: resolution(2) }),
        );
        let edit = |before: &Request, after: &Request| {
            ChangeSet::new(OperationName::GroupEdit).with(Edit::update(before.clone(), after.clone()))
        };
        let create = ChangeSet::new(OperationName::RequestCreate).with(Edit::create(pending.clone()));
        commit(&live, &c, create.clone()).await.unwrap();
        commit(&live, &c, edit(&pending, &rejected)).await.unwrap();
        // What was withdrawn never was; and the id is taken, though no world shows it.
        for stale in [edit(&withdrawn, &pending), create] {
            let answer = commit(&live, &c, stale).await;
            let Err(CommitError::Refused(refusal)) = answer else { panic!("{answer:?}") };
            assert_eq!(refusal.code(), "changed_meanwhile");
        }
        commit(&live, &c, edit(&rejected, &pending)).await.unwrap();
        assert_eq!(live.store().request(pending.id).await.unwrap(), Some(pending));
    }
}

both! {
    async fn resources_are_unique_by_type_and_id_as_written(database) {
        let live = database.live().await;
        let c = context();
        let resource = |id: &str| {
            ChangeSet::new(OperationName::ResourceRegister).with(Edit::create(Resource {
                id: c.id(),
                source: None,
                resource_type: "document".into(),
                resource_id: id.into(),
                properties: BTreeMap::new(),
            }))
        };
        commit(&live, &c, resource("a")).await.unwrap();
        commit(&live, &c, resource("A")).await.unwrap();
        assert!(commit(&live, &c, resource("a")).await.is_err());
    }
}

both! {
    async fn a_database_of_a_newer_program_is_left_alone(database) {
        drop(database.store().await);
        database.sql("INSERT INTO schema_version (version) VALUES (1000)").await;
        let opened = portcullis_store::Store::open(&database.url).await;
        assert!(matches!(opened, Err(StoreError::Newer { found: 1000, .. })));
    }
}

both! {
    async fn many_may_open_an_empty_database_at_once(database) {
        let all = (0..4).map(|_| portcullis_store::Store::open(&database.url));
        for opened in futures::future::join_all(all).await {
            opened.unwrap();
        }
        assert_eq!(database.number("SELECT COUNT(*) FROM log_head").await, 1);
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_told_without_its_password() {
    let opened = portcullis_store::Store::open("mysql://ann:secret@host/db").await;
    let message = opened.unwrap_err().to_string();
    assert!(
        message.contains("mysql://…@host/db") && !message.contains("secret"),
        "{message}"
    );
}

both! {
    async fn a_copy_of_a_sqlite_database_is_whole_and_postgres_says_how(database) {
        let live = database.live().await;
        let c = context();
        commit(&live, &c, company(&[], &[&group(&c, "Staff")])).await.unwrap();
        let to = database.dir.path().join("copy");
        let copied = live.store().backup(&to).await;
        if database.engine == Engine::Postgres {
            assert!(copied.unwrap_err().to_string().contains("pg_dump"));
            return;
        }
        copied.unwrap();
        let url = format!("sqlite:{}", to.display());
        let copy = portcullis_store::Store::open(&url).await.unwrap();
        assert!(copy.load().await.unwrap().find_group("Staff").is_some());
        assert!(matches!(live.store().backup(&to).await, Err(StoreError::File { .. })));
    }
}
