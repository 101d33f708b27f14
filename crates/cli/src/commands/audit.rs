//! `portcullis audit`: what was done, by whom, and whether the log is as it was written.

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use portcullis_model::{Actor, OperationName, Position, Refusal, SystemActor, Timestamp, World};
use portcullis_store::{Compared, LogEntry, LogFilter, Store, StoreError, Subject, SubjectKind};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    config::{Config, Where},
    failure::{Outcome, or_meant},
    log::start_log,
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// List what was done, newest first, or verify that the log is as it was written
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
EXAMPLES:
  portcullis audit
  portcullis audit --actor ana --operation request. --since 2026-03-01
  portcullis audit --subject App-Payroll-Readers --limit 20 --json
  portcullis audit verify"
)]
pub(super) struct Audit {
    #[command(subcommand)]
    verify: Option<Verb>,
    #[command(flatten)]
    list: List,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Verify(Verify),
}

#[derive(Args, Debug)]
struct List {
    /// Only by user:LOGIN, connector:NAME, or system:operator, demo or time; a login alone where
    /// it can be nobody else
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,
    /// Only operations that begin so, such as request. or group.add_people
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,
    /// Only about this user, group, app or tag, by name or id; user:NAME, group:NAME … where a
    /// name is of two. What is no more is found by its last name too
    #[arg(long, value_name = "WHAT")]
    subject: Option<String>,
    /// Only from this time on, such as 2026-03-01T09:00:00Z; a date means the beginning of that day
    #[arg(long, value_name = "TIME", value_parser = tell::parse_start)]
    since: Option<Timestamp>,
    /// Only up to this time; a date means the end of that day
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    until: Option<Timestamp>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    #[command(flatten)]
    place: Where,
}

/// Verify the log by its hash chain and every table by the log; exit code 3 if not intact
///
/// What the log does not cover: the outbox, sign-ins and decisions on record, keys and sessions.
/// Keep the hash it prints elsewhere: a log that was cut off and mended has another one.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis audit verify
  portcullis audit verify --data copy.sqlite --json")]
struct Verify {
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Entries {
    entries: Vec<Entry>,
    /// Whether there are more than the limit let through.
    more: bool,
}

#[derive(Serialize)]
struct Entry {
    position: Position,
    at: Timestamp,
    #[serde(flatten)]
    actor: tell::Who,
    operation: OperationName,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undone_by: Option<Position>,
    subjects: Vec<Subject>,
}

impl Audit {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        match self.verify {
            Some(Verb::Verify(verify)) => verify.run(format).await,
            None => self.list.run(format).await,
        }
    }
}

impl List {
    async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let asked = open::world(&config, None).await?;
        let world = &asked.world;
        let mut filter = LogFilter {
            actor: self
                .actor
                .as_deref()
                .map(|key| actor(world, key))
                .transpose()?,
            operation: self.operation.clone(),
            subject: match self.subject.as_deref() {
                Some(key) => Some(subject(&asked.store, world, key, &self.place.again()).await?),
                None => None,
            },
            from: self.since,
            to: self.until,
            ..LogFilter::default()
        };
        let mut entries: Vec<Entry> = Vec::new();
        let more = loop {
            filter.limit = self.limit - u32::try_from(entries.len())?;
            let page = asked.store.log(&filter).await?;
            entries.extend(page.items.into_iter().map(|entry| told(world, entry)));
            filter.before = page.next;
            let full = entries.len() >= self.limit as usize;
            if full || filter.before.is_none() {
                break filter.before.is_some();
            }
        };
        let answer = Entries { entries, more };
        output::result(format, &answer, text)?;
        if more {
            eprintln!(
                "there are more; raise --limit or narrow with --since, --until, --actor, --operation, --subject"
            );
        }
        Ok(Outcome::Done)
    }
}

fn actor(world: &World, key: &str) -> Result<Actor> {
    world.find_actor(key).map_err(|refusal| match refusal {
        Refusal::NotFound { .. } => {
            let system = SystemActor::ALL.iter().map(|system| system.as_str());
            let known = world.users().map(|user| user.login.as_str()).chain(system);
            let otherwise = "somebody deleted is found by id, a source as `connector:NAME`";
            anyhow!(
                "there is no user `{key}`{}",
                or_meant(key, known, otherwise)
            )
        }
        refusal => tell::refusal(&refusal),
    })
}

async fn subject(
    store: &Store,
    world: &World,
    key: &str,
    again: &str,
) -> Result<(SubjectKind, Uuid)> {
    let (wanted, name) = match key.split_once(':') {
        Some((kind, name)) if KINDS.iter().any(|known| known.as_str() == kind) => {
            (SubjectKind::parse(kind), name)
        }
        _ => (None, key),
    };
    let found = |kind: SubjectKind| match kind {
        SubjectKind::User => world.find_user(name).map(|user| user.id.uuid()),
        SubjectKind::Group => world.find_group(name).map(|group| group.id.uuid()),
        SubjectKind::App => world.find_app(name).map(|app| app.id.uuid()),
        _ => world.find_tag(name).map(|tag| tag.id.uuid()),
    };
    let kinds = KINDS.into_iter();
    let kinds = kinds.filter(|kind| wanted.is_none_or(|wanted| wanted == *kind));
    let mut all = kinds.filter_map(|kind| Some((kind, found(kind)?)));
    match (all.next(), all.next()) {
        (Some(one), None) => Ok(one),
        (Some((one, _)), Some((other, _))) => Err(anyhow!(
            "`{key}` may be a {one} or a {other}; write `{one}:{key}` or `{other}:{key}`"
        )),
        (None, _) => {
            // What is no more stands in the log under its id, and by what it was last called.
            let gone = store.last_called(name, wanted).await?;
            match gone.as_slice() {
                [one] => return Ok(*one),
                [_, _, ..] => {
                    let ids: Vec<_> = gone
                        .iter()
                        .map(|(kind, id)| format!("`{kind}:{id}`"))
                        .collect();
                    return Err(anyhow!(
                        "several that are no more were called `{key}`; write one of {}",
                        ids.join(", ")
                    ));
                }
                [] => {}
            }
            let users = world.users().map(|user| user.login.as_str());
            let groups = world.groups().map(|group| group.name.as_str());
            let apps = world.apps().map(|app| app.name.as_str());
            let known = users
                .chain(groups)
                .chain(apps)
                .chain(world.tags().map(|tag| tag.name.as_str()));
            Err(anyhow!(
                "there is no user, group, app or tag `{key}`{}",
                or_meant(
                    key,
                    known,
                    &format!("see `portcullis audit{again}` for names")
                )
            ))
        }
    }
}

/// What an entry may be looked up by.
const KINDS: [SubjectKind; 4] = [
    SubjectKind::User,
    SubjectKind::Group,
    SubjectKind::App,
    SubjectKind::Tag,
];

fn told(world: &World, entry: LogEntry) -> Entry {
    Entry {
        position: entry.position,
        at: entry.at,
        actor: tell::Who::of(world, entry.actor, entry.login),
        operation: entry.operation,
        undoes: entry.undoes,
        undone_by: entry.undone_by,
        subjects: entry.subjects,
    }
}

fn text(answer: &Entries) -> String {
    if answer.entries.is_empty() {
        return "nothing was done that matches".to_owned();
    }
    let rows: Vec<_> = answer
        .entries
        .iter()
        .map(|entry| {
            let few: Vec<_> = entry
                .subjects
                .iter()
                .take(3)
                .map(|subject| subject.label.as_str())
                .collect();
            let mut about = few.join(", ");
            match entry.subjects.len() {
                0..=3 => {}
                // A list carries the first of them only.
                all if all >= LogEntry::FEW as usize => about.push_str(" and more"),
                all => about.push_str(&format!(" and {} more", all - 3)),
            }
            if let Some(by) = entry.undone_by {
                about.push_str(&format!(" (undone by {by})"));
            }
            if let Some(other) = entry.undoes {
                about.push_str(&format!(" (undoes {other})"));
            }
            vec![
                entry.position.to_string(),
                tell::time(entry.at),
                entry.actor.to_string(),
                entry.operation.to_string(),
                about,
            ]
        })
        .collect();
    output::table(&rows)
}

#[derive(Serialize)]
struct Verified {
    intact: bool,
    entries: u64,
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_at: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How many versions of records were compared with the log; none where it is broken itself.
    rows: u64,
    /// What the tables hold otherwise than the log says: the first of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<String>,
    /// Whether more differs than is told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
}

impl Verify {
    async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let store = open::store(&config.database.place().value, Missing::Refuse).await?;
        let bar = output::bar(0, "verifying");
        let verified = store
            .verify_log(|at, of| {
                bar.set_length(of.0);
                bar.set_position(at.0);
            })
            .await?;
        let compared = if verified.broken.is_none() {
            bar.set_message("comparing the tables");
            let compared = store.compare_with_log(|done, of| {
                bar.set_length(of);
                bar.set_position(done);
            });
            match compared.await.map_err(StoreError::unreadable) {
                Ok(compared) => compared,
                Err(wrong) => Compared {
                    differences: vec![format!("it cannot be read: {}", wrong?)],
                    ..Compared::default()
                },
            }
        } else {
            Compared::default()
        };
        bar.finish_and_clear();
        let (broken_at, reason) = verified.broken.unzip();
        let answer = Verified {
            intact: broken_at.is_none() && compared.differences.is_empty() && !compared.more,
            entries: verified.entries,
            hash: verified.hash,
            broken_at,
            reason,
            rows: compared.rows,
            differences: compared.differences,
            more: compared.more,
        };
        output::result(format, &answer, |answer| {
            match (&answer.broken_at, &answer.reason) {
                (Some(at), Some(reason)) => format!(
                    "broken at {at}: {reason}; {} entries before it are intact, up to the hash {}; restore a backup beside it and compare",
                    answer.entries, answer.hash
                ),
                _ if answer.intact => format!(
                    "intact: {} entries, hash {}; all {} records kept in the database agree with it",
                    answer.entries, answer.hash, answer.rows
                ),
                _ => {
                    let more = if answer.more { "\n  and more" } else { "" };
                    format!(
                        "the log is intact, and the tables are not as it says:\n  {}{more}\n\
                         restore a backup beside it and compare",
                        answer.differences.join("\n  ")
                    )
                }
            }
        })?;
        Ok(Outcome::of(answer.intact))
    }
}
