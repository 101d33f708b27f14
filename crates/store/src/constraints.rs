//! The uniqueness rules of the tables, and what breaking one means.
//!
//! PostgreSQL names the index, SQLite its columns; this table knows both. The schema-parity test
//! holds it to what the databases really have. The guard sees all of this first: a rule of the
//! tables speaks only where a world has drifted from them, or for what worlds do not hold
//! (requests that were resolved).

use portcullis_model::{Refusal, RefusalCode};

/// A unique index: its name, its table, its columns in order.
pub(crate) type Unique = (&'static str, &'static str, &'static [&'static str]);

/// All unique indexes, primary keys aside.
pub(crate) const UNIQUE: &[Unique] = &[
    ("users_current", "users", &["id"]),
    ("users_login", "users", &["login_key"]),
    ("users_email", "users", &["email_key"]),
    ("groups_current", "groups", &["id"]),
    ("groups_name", "groups", &["name_key"]),
    ("apps_current", "apps", &["id"]),
    ("apps_name", "apps", &["name_key"]),
    ("tags_current", "tags", &["id"]),
    ("tags_name", "tags", &["name_key"]),
    ("memberships_current", "memberships", &["id"]),
    (
        "memberships_live",
        "memberships",
        &["user_id", "group_id", "kind"],
    ),
    ("inclusions_current", "inclusions", &["id"]),
    (
        "inclusions_live",
        "inclusions",
        &["child_id", "target_id", "kind"],
    ),
    ("entitlements_current", "entitlements", &["id"]),
    (
        "entitlements_live",
        "entitlements",
        &["group_id", "kind", "grant_key"],
    ),
    ("requests_current", "requests", &["id"]),
    (
        "requests_pending",
        "requests",
        &["requester_id", "wants_key"],
    ),
    ("resources_current", "resources", &["id"]),
    (
        "resources_key",
        "resources",
        &["resource_type", "resource_id"],
    ),
    ("outbox_waiting", "outbox", &["sink", "dedup_key"]),
    ("identities_current", "identities", &["id"]),
    (
        "identities_key",
        "identities",
        &["connector", "external_id"],
    ),
    ("credentials_current", "credentials", &["id"]),
    ("credentials_key", "credentials", &["digest"]),
    ("preferences_current", "preferences", &["id"]),
    ("providers_current", "providers", &["id"]),
    ("providers_key", "providers", &["name"]),
];

/// The rule of ours that `error` says was broken.
pub(crate) fn violated(error: &sqlx::Error) -> Option<&'static str> {
    let error = error.as_database_error()?;
    if !error.is_unique_violation() {
        return None;
    }
    if let Some(name) = error.constraint() {
        return UNIQUE.iter().map(|u| u.0).find(|known| *known == name);
    }
    let (_, columns) = error.message().rsplit_once("failed: ")?;
    let columns: Vec<_> = columns.split(", ").collect();
    UNIQUE
        .iter()
        .find(|(_, table, of)| {
            of.len() == columns.len()
                && of
                    .iter()
                    .zip(&columns)
                    .all(|(column, found)| found.split_once('.') == Some((table, column)))
        })
        .map(|u| u.0)
}

/// What breaking `constraint` means to whoever wished the change.
pub(crate) fn refusal(constraint: &'static str) -> Refusal {
    let taken = |what: &str, field: &str| {
        Refusal::rule(
            RefusalCode::NameTaken,
            format!("there already is a {what} with that {field}"),
            "choose another, or change the one that exists",
        )
    };
    match constraint {
        "users_login" => taken("user", "login"),
        "users_email" => taken("user", "e-mail address"),
        "groups_name" => taken("group", "name"),
        "apps_name" => taken("app", "name"),
        "tags_name" => taken("tag", "name"),
        "resources_key" => taken("resource", "type and id"),
        "memberships_live" => Refusal::conflict(
            RefusalCode::AlreadyInGroup,
            "the user already is directly in the group",
            "extend it instead of adding it again",
        ),
        "inclusions_live" => Refusal::conflict(
            RefusalCode::AlreadyIncluded,
            "the members of the one group already are in the other",
            "extend that inclusion instead of adding another",
        ),
        "entitlements_live" => Refusal::conflict(
            RefusalCode::AlreadyConferred,
            "the group already confers it",
            "edit that one instead of adding another",
        ),
        "requests_pending" => Refusal::conflict(
            RefusalCode::AlreadyAsked,
            "the same was asked for already, and that request still waits",
            "withdraw that request first",
        ),
        _ => Refusal::conflict(
            RefusalCode::ChangedMeanwhile,
            "what is on record is not as it was when you looked",
            "load it again and repeat what you wanted if it still applies",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    /// Together with `both_engines_have_the_same_tables` this holds for PostgreSQL too.
    #[tokio::test]
    async fn the_table_of_rules_is_what_the_database_has() {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let sql = "SELECT i.name, t.name, group_concat(c.name, ',' ORDER BY c.seqno) \
                   FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c \
                   WHERE t.type = 'table' AND i.\"unique\" AND i.origin = 'c' GROUP BY i.name, t.name";
        let rows = store.db().fetch(sql, vec![]).await.unwrap();
        let found = rows.iter().map(|row| {
            let columns = row.text(2).unwrap().to_owned();
            (row.text(0).unwrap(), row.text(1).unwrap(), columns)
        });
        let mut found: Vec<_> = found.collect();
        let known = UNIQUE
            .iter()
            .map(|(name, table, of)| (*name, *table, of.join(",")));
        let mut known: Vec<_> = known.collect();
        found.sort();
        known.sort();
        assert_eq!(found, known);
    }
}
