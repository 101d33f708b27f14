//! A database that an earlier version made opens, migrates, and shows the same.
//!
//! `data/v0` was written by the version before the schema got its second script: the rows of a
//! sample company with eighteen months of history and every operation there was, and what that
//! version answered to a few dozen questions. The rows are the same on both engines.

use std::io::Read as _;

use anyhow::Result;
use portcullis_model::{ConnectorId, World};
use portcullis_testkit::Database;
use serde::Deserialize;
use serde_json::Value;

use crate::run::Place;

const SCHEMA: &str = include_str!("../../../store/migrations/0001_start.sql");
const ROWS: &[u8] = include_bytes!("../data/v0/rows.sql.gz");
const ANSWERS: &[u8] = include_bytes!("../data/v0/expected.json.gz");

/// What operations were called then, and are called now.
const RENAMED: &[(&str, &str)] = &[
    ("time.passing", "time.expire"),
    ("group.confer", "group.grant_entitlement"),
    ("group.withhold", "group.revoke_entitlement"),
];

/// A question on the command line and what was answered.
#[derive(Deserialize)]
struct Asked {
    args: Vec<String>,
    code: i32,
    out: Value,
}

fn unpacked(bytes: &[u8]) -> Result<String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text)?;
    Ok(text)
}

/// The old database as a script for the engine.
fn script(db: &Database) -> Result<String> {
    let rows = unpacked(ROWS)?;
    let version = "CREATE TABLE schema_version (version BIGINT NOT NULL);\n";
    if !db.is_postgres() {
        let schema = SCHEMA.replace("SERIAL_KEY", "INTEGER PRIMARY KEY");
        return Ok(format!("{version}{schema}BEGIN;{rows}COMMIT;"));
    }
    let key = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
    let schema = SCHEMA.replace(" BLOB", " BYTEA").replace("SERIAL_KEY", key);
    let mut all = format!("{version}{schema}BEGIN;");
    for part in rows.split("X'") {
        // What follows the first quote of a blob is hexadecimal; texts hold no such thing.
        if all.ends_with([',', '(']) {
            all.push_str("'\\x");
        } else if !all.ends_with(';') {
            all.push_str("X'");
        }
        all.push_str(part);
    }
    for table in ["outbox", "touches"] {
        let plain = format!("INSERT INTO \"{table}\" VALUES");
        let own_key = format!("INSERT INTO \"{table}\" OVERRIDING SYSTEM VALUE VALUES");
        all = all.replace(&plain, &own_key);
    }
    all.push_str("COMMIT;");
    Ok(all)
}

/// What was answered then, as this version says it.
fn renamed(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((_, now)) = RENAMED.iter().find(|(then, _)| then == text) {
                (*now).clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(renamed),
        Value::Object(members) => {
            members.values_mut().for_each(renamed);
            if let Some(actor) = members.get("actor").and_then(Value::as_str) {
                let kind = match actor {
                    "time" | "operator" | "demo" => "system",
                    "import" | "policy" => "connector",
                    _ => "user",
                };
                members.insert("actor_kind".into(), kind.into());
            }
        }
        _ => {}
    }
}

/// What the log of that database says connectors made, users, groups, apps and resources.
const IMPORTED: &[&str] = &[
    "ana",
    "ben",
    "cem",
    "dee",
    "eli",
    "fay",
    "App-acme/attic-Owners",
    "App-acme/docs-Owners",
    "App-acme/docs-write",
    "App-acme/site-Owners",
    "App-acme/site-triage",
    "App-acme/site-write",
    "Directory Administrators",
    "core",
    "core-docs",
    "core-docs-web",
    "empty",
    "friends",
    "helpers",
    "acme/attic",
    "acme/docs",
    "acme/site",
];
const OF_POLICY: &[&str] = &[
    "alice",
    "bob",
    "record-archivists",
    "record-editors",
    "record-readers",
    "record-1",
    "record-2",
];

fn kept_by(world: &World, source: &str) -> Vec<String> {
    let own = |of: Option<ConnectorId>| of.is_some_and(|of| of.as_str() == source);
    let users = world.users().filter(|it| own(it.source));
    let groups = world.groups().filter(|it| own(it.source));
    let apps = world.apps().filter(|it| own(it.source));
    let resources = world.resources().filter(|it| own(it.source));
    let mut all: [Vec<String>; 4] = [
        users.map(|it| it.login.to_string()).collect(),
        groups.map(|it| it.name.to_string()).collect(),
        apps.map(|it| it.name.to_string()).collect(),
        resources.map(|it| it.resource_id.to_string()).collect(),
    ];
    all.iter_mut().for_each(|names| names.sort());
    all.concat()
}

portcullis_testkit::both_engines! {
    async fn an_old_database_opens_migrates_and_shows_the_same(db: Database) {
        db.script(script(&db)?).await?;
        let place = Place::new();
        let mut asked: Vec<Asked> = serde_json::from_str(&unpacked(ANSWERS)?)?;
        assert_eq!(asked.len(), 64);
        // The first question migrates; the others may come at once.
        let url = db.url.as_str();
        let answer = |asked: &mut Asked| {
            let args = asked.args.iter().map(String::as_str);
            let args: Vec<_> = args.chain(["--database", url, "--json"]).collect();
            let ran = place.run(&args);
            renamed(&mut asked.out);
            assert_eq!(ran.code, asked.code, "{:?}: {ran:?}", asked.args);
            let mut now = ran.json();
            if asked.args == ["audit", "verify"] {
                // That version looked at the log alone.
                let rows = now.as_object_mut().and_then(|now| now.remove("rows"));
                assert!(rows.and_then(|rows| rows.as_u64()) > Some(1_000), "{ran:?}");
            }
            // That version did not say where.
            for row in now.get_mut("users").and_then(Value::as_array_mut).into_iter().flatten() {
                row.as_object_mut().and_then(|row| row.remove("environments"));
            }
            assert_eq!(now, asked.out, "{:?}", asked.args);
        };
        answer(&mut asked[0]);
        std::thread::scope(|scope| {
            for part in asked[1..].chunks_mut(16) {
                scope.spawn(|| part.iter_mut().for_each(&answer));
            }
        });
        let world = portcullis_store::Store::open(url).await?.load().await?;
        for (source, kept) in [("import", IMPORTED), ("policy", OF_POLICY)] {
            assert_eq!(kept_by(&world, source), kept, "{source}");
        }
        // What is edited now says who keeps it; the log as it was and the tables go on agreeing.
        let people = r#"{"people": [{"login": "ana", "name": "Ana Lopez"}]}"#;
        std::fs::write(place.path().join("people.json"), people)?;
        let import = ["import", "org", "people.json", "--allow-removals", "999", "--database", url];
        place.run(&import).ok();
        let verified = place.run(&["audit", "verify", "--database", url]);
        assert_eq!(verified.code, 0, "{verified:?}");
    }
}
