//! What changes a table behind the program's back shows beside the log, as long as that is whole.

use std::collections::BTreeSet;

use portcullis_model::{
    ChangeSet, ConnectorId, Description, Edit, MembershipKind, OperationName, Sourced as _,
};
use portcullis_store::Live;

use crate::support::{Database, both, commit, company, context, group, later, membership, user};

/// Two people in a group, one of whom has left it; the group renamed.
async fn lived(database: &Database) -> Live {
    let live = database.live().await;
    let c = context();
    let (ann, ben, staff) = (user(&c, "ann"), user(&c, "ben"), group(&c, "Staff"));
    commit(&live, &c, company(&[&ann, &ben], &[&staff]))
        .await
        .unwrap();
    let member = |user| membership(&c, user, staff.id, MembershipKind::Member);
    let (of_ann, of_ben) = (member(ann.id), member(ben.id));
    let add = ChangeSet::new(OperationName::GroupAddPeople)
        .with(Edit::create(of_ann))
        .with(Edit::create(of_ben.clone()));
    commit(&live, &later(&c, 60), add).await.unwrap();
    let remove = ChangeSet::new(OperationName::GroupRemovePeople).with(Edit::end(of_ben));
    commit(&live, &later(&c, 120), remove).await.unwrap();
    let mut described = staff.clone();
    described.description = Description::parse("all of us").unwrap();
    let edit = ChangeSet::new(OperationName::GroupEdit).with(Edit::update(staff, described));
    commit(&live, &later(&c, 180), edit).await.unwrap();
    live
}

/// What is found, and that the chain alone finds nothing.
async fn found(live: &Live) -> Vec<String> {
    let verified = live.store().verify_log(|_, _| {}).await.unwrap();
    assert_eq!(verified.broken, None, "the log itself is whole");
    let compared = live.store().compare_with_log(|_, _| {}).await.unwrap();
    assert!(!compared.more);
    compared.differences
}

both! {
    async fn tables_as_the_log_says_differ_in_nothing(database) {
        let live = lived(database).await;
        let mut told = Vec::new();
        let compared = live.store().compare_with_log(|n, of| told.push((n, of))).await.unwrap();
        assert_eq!((compared.differences, compared.more), (vec![], false));
        // 2 people, 2 memberships, 2 versions of the group.
        assert_eq!(compared.rows, 6);
        assert_eq!(told.last(), Some(&(10, 10)), "and 4 entries");
    }
}

/// What is done to the tables, and what must be told of it: the table, and where.
const TAMPERED: [(&str, &str, &str); 18] = [
    (
        "INSERT INTO memberships SELECT id, 1, NULL, user_id, group_id, 'owner', valid_from, \
         valid_until, reason, granted_by, request_id FROM memberships WHERE added_pos = 2 \
         AND removed_pos IS NOT NULL",
        "memberships",
        "begins at 1",
    ),
    (
        "DELETE FROM memberships WHERE removed_pos IS NULL",
        "memberships",
        "begins at 2",
    ),
    (
        "DELETE FROM memberships WHERE removed_pos IS NOT NULL",
        "memberships",
        "ends at 3",
    ),
    (
        "UPDATE memberships SET removed_pos = NULL WHERE removed_pos = 3",
        "memberships",
        "ends at 3",
    ),
    (
        "UPDATE memberships SET removed_pos = 4 WHERE removed_pos = 3",
        "memberships",
        "ends at 4",
    ),
    (
        "UPDATE memberships SET kind = 'owner' WHERE removed_pos IS NULL",
        "memberships",
        "begins at 2",
    ),
    (
        "UPDATE memberships SET valid_until = 5 WHERE removed_pos IS NOT NULL",
        "memberships",
        "ends at 3",
    ),
    (
        "UPDATE memberships SET reason = 'because' WHERE removed_pos IS NULL",
        "memberships",
        "begins at 2",
    ),
    (
        "UPDATE groups SET body = replace(body, 'all of us', 'none of us')",
        "groups",
        "begins at 4",
    ),
    (
        "UPDATE users SET body = replace(body, '\"ann\"', '\"eve\"') WHERE label = 'ann'",
        "users",
        "begins at 1",
    ),
    (
        "UPDATE users SET login_key = 'eve' WHERE label = 'ann'",
        "users",
        "`login_key`",
    ),
    (
        "UPDATE log SET actor_key = 'eve' WHERE position = 2",
        "log entry 2",
        "actor's login",
    ),
    (
        "UPDATE log_subjects SET label_key = 'eve' WHERE label = 'ann' AND position = 2",
        "log entry 2",
        "`ann`",
    ),
    (
        "DELETE FROM log_names WHERE key = 'ann'",
        "log_names",
        "`ann` is missing",
    ),
    (
        "UPDATE log_names SET key = 'eve' WHERE key = 'ann'",
        "log_names",
        "`eve` is not",
    ),
    (
        "DELETE FROM log_actors",
        "log_actors",
        "is missing, and is not found",
    ),
    (
        "UPDATE log_actors SET key = 'eve'",
        "log_actors",
        "`eve` is not",
    ),
    (
        "UPDATE users SET body = 'x' WHERE label = 'ann'",
        "users",
        "cannot be read",
    ),
];

both! {
    async fn what_is_changed_behind_the_programs_back_is_told(database) {
        let live = lived(database).await;
        let tables = [
            "users", "groups", "memberships", "log", "log_subjects", "log_names", "log_actors",
        ];
        for table in tables {
            database.sql(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        for (sql, table, place) in TAMPERED {
            database.sql(sql).await;
            let found = found(&live).await;
            assert!(!found.is_empty(), "{sql}");
            let told = found.iter().any(|told| told.starts_with(table) && told.contains(place));
            assert!(told, "{sql}: {found:#?}");
            let about: BTreeSet<_> = found.iter().filter(|told| !told.starts_with(table)).collect();
            assert!(about.is_empty(), "{sql}: {about:#?}");
            for table in tables {
                database.sql(&format!("DELETE FROM {table}")).await;
                database.sql(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
            }
        }
        assert_eq!(found(&live).await, [""; 0], "put back");
    }
}

/// Groups that a file and a person made before rows said who keeps them, both edited since.
async fn before_sources(database: &Database) -> Live {
    let live = database.live().await;
    let c = context();
    for (n, name) in [(0, "Made"), (100, "Own")] {
        let made = group(&c, name);
        commit(&live, &later(&c, n), company(&[], &[&made]))
            .await
            .unwrap();
        let mut described = made.clone();
        described.description = Description::parse("all of us").unwrap();
        let edit = ChangeSet::new(OperationName::GroupEdit).with(Edit::update(made, described));
        commit(&live, &later(&c, n + 50), edit).await.unwrap();
    }
    drop(live);
    // As an earlier version left it, which called files parts of the system.
    for sql in [
        "UPDATE log SET actor = 'system:import', actor_login = NULL, actor_key = 'system:import' \
         WHERE position = 1",
        "DROP TABLE sources_said_from",
        "DROP TABLE bound_users",
        "DROP TABLE log_names",
        "DROP TABLE log_actors",
        "DROP TABLE log_edits",
        "DROP TABLE looked_until",
        "DROP TABLE turns",
        "DROP INDEX outbox_trouble",
        "DROP INDEX outbox_of_sink",
        "DROP INDEX outbox_undone",
        "DROP INDEX outbox_in_state",
        "DROP INDEX touches_of_kind",
        "DROP TABLE preferences",
        "DROP TABLE providers",
        "DROP TABLE credentials",
        "DROP TABLE credential_uses",
        "DROP TABLE used_tokens",
        "DROP INDEX identities_ever",
        "DELETE FROM schema_version WHERE version >= 6",
    ] {
        database.sql(sql).await;
    }
    database.live().await
}

both! {
    async fn who_keeps_what_is_in_the_rows_as_it_follows_from_entries_that_do_not_say_it(database) {
        let differs = async |live: &Live| live.store().compare_with_log(|_, _| {}).await.unwrap().differences;
        let live = before_sources(database).await;
        assert_eq!(differs(&live).await, [""; 0]);
        let there = |name: &str| live.world().find_group(name).unwrap().clone();
        assert_eq!(there("Made").source, Some(ConnectorId::IMPORT));
        assert_eq!(there("Own").source, None);
        // From now on entries say it, also that it is no longer so.
        let c = context();
        for (n, kept) in [(200, Some(ConnectorId::POLICY)), (250, None)] {
            let edit = Edit::update(there("Made"), there("Made").kept_by(kept));
            let edit = ChangeSet::new(OperationName::SourceAdopt).with(edit);
            commit(&live, &later(&c, n), edit).await.unwrap();
            assert_eq!(differs(&live).await, [""; 0]);
        }
        // Nobody writes another into a row.
        let of = |from: &str, to: &str| {
            format!("UPDATE groups SET body = replace(body, '\"source\":\"{from}\"', '\"source\":\"{to}\"') WHERE added_pos = 1")
        };
        database.sql(&of("import", "hr")).await;
        assert_ne!(differs(&live).await, [""; 0]);
        database.sql(&of("hr", "import")).await;
        assert_eq!(differs(&live).await, [""; 0]);
    }
}
