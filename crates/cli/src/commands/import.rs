//! `portcullis import`: people, teams and repositories from a file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use portcullis_app::{
    App,
    import::{Org, Policy},
    sync::{Drift, Source, SyncSource},
};
use portcullis_model::{
    Actor, Change, ConnectorId, EditKind, FieldError, OperationName, Refusal, SystemActor,
    name::ParseTextError,
};
use portcullis_rules::strict;
use portcullis_store::LogFilter;
use serde::{Serialize, de::DeserializeOwned};

use super::moved::Moved;
use crate::{
    config::{Config, Where},
    failure::{self, Outcome},
    input,
    lines::Lines,
    log::start_log,
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Bring in what a file says
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis import org org.json --data org.sqlite
  portcullis import policy policy.json")]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Org(OrgFile),
    Policy(PolicyFile),
}

/// Bring in an organisation: people, teams and repositories
///
/// Teams become groups; repositories become apps whose groups confer `repo:ORG/NAME:ROLE`. Again
/// with a newer file: what an earlier import granted and the file no longer says is ended; what
/// people granted here stays.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis import org org.json --data org.sqlite
  portcullis import org org.json --dry-run --json
  portcullis import org org.json --allow-removals 35
  portcullis import org org.json --adopt core --adopt ana
  portcullis import org other.json --source other-org")]
struct OrgFile {
    /// The file, as JSON
    file: PathBuf,
    /// What is made and granted is recorded under it; files under different names leave each
    /// other's alone
    #[arg(long, value_name = "NAME", default_value_t = ConnectorId::IMPORT, value_parser = import_source)]
    source: ConnectorId,
    #[command(flatten)]
    taking: Taking,
}

/// Bring in what decisions are made from: subjects, groups with their rules, resources
///
/// What the file names is made or brought in line. Again with a newer file: what an earlier one
/// granted and the file no longer says is ended; what people granted here stays, and so do users,
/// groups and resources.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis import policy policy.json --data pdp.sqlite
  portcullis import policy policy.json --dry-run
  portcullis import policy policy.json --allow-removals 12
  portcullis import policy examples/authzen/policy.json --json")]
struct PolicyFile {
    /// The file, as JSON
    file: PathBuf,
    /// What is made and granted is recorded under it; files under different names leave each
    /// other's alone
    #[arg(long, value_name = "NAME", default_value_t = ConnectorId::POLICY, value_parser = policy_source)]
    source: ConnectorId,
    #[command(flatten)]
    taking: Taking,
}

#[derive(Args, Debug)]
struct Taking {
    /// Say what would change and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Take over the group, app, user or resource (TYPE:ID) of that name, which the file describes
    /// and another source or somebody here made; from then on it is this source's. `user:NAME`
    /// and the like where several are called so
    #[arg(long, value_name = "NAME")]
    adopt: Vec<String>,
    /// Let so many grants end or be cut down; without it a file is refused that says nothing where
    /// an earlier one did, or would take away more than 20 of them and more than a third
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    allow_removals: usize,
    #[command(flatten)]
    place: Where,
}

fn import_source(name: &str) -> Result<ConnectorId, ParseTextError> {
    named_source(name, ConnectorId::IMPORT)
}

fn policy_source(name: &str) -> Result<ConnectorId, ParseTextError> {
    named_source(name, ConnectorId::POLICY)
}

/// The source of that name; `own` is what such files are read under where no name is given.
fn named_source(name: &str, own: ConnectorId) -> Result<ConnectorId, ParseTextError> {
    if name == own.as_str() {
        return Ok(own);
    }
    ConnectorId::parse_source(name)
}

/// The text of a file and what it says.
struct Read<T> {
    text: String,
    says: T,
}

fn read<T: DeserializeOwned>(file: &Path, holds: &str) -> Result<Read<T>> {
    let bytes = input::read(file)?;
    let says = strict::from_slice(&bytes).map_err(|wrong| {
        let wrong = wrong.to_string();
        let next = match nearly(&wrong) {
            Some(name) => format!("did you mean `{name}`?"),
            None => holds.to_owned(),
        };
        anyhow!("{}:{wrong}; {next}", file.display())
    })?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Read { text, says })
}

/// The key that was nearly said, where one is unknown.
fn nearly(error: &str) -> Option<&str> {
    let (_, error) = error.split_once("unknown field `")?;
    let (unknown, known) = error.split_once('`')?;
    let known = known.split('`').skip(1).step_by(2);
    failure::nearest(unknown, known)
}

/// Reads the file that decisions are made from.
pub(super) fn read_policy(file: &Path) -> Result<Policy> {
    Ok(policy(file)?.says)
}

/// That the policy file of the configuration was refused, and what to do.
pub(super) fn refused(file: &Path, refusal: &Refusal) -> String {
    format!(
        "`{0}` cannot be taken as it is: {1}; correct it, or see what `portcullis import policy {0}` takes",
        file.display(),
        tell::refusal(refusal)
    )
}

fn policy(file: &Path) -> Result<Read<Policy>> {
    read(file, "a policy file holds users, groups and resources")
}

impl Import {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        match self.what {
            What::Org(command) => command.run(format).await,
            What::Policy(command) => command.run(format).await,
        }
    }
}

impl OrgFile {
    async fn run(self, format: Format) -> Result<Outcome> {
        let Read { text, says: org } = read::<Org>(
            &self.file,
            "the file of an organisation holds people, teams and repos",
        )?;
        let holds = [
            ("people", org.people.len()),
            ("teams", org.teams.len()),
            ("repositories", org.repos.len()),
        ];
        let file = File {
            shown: self.file.display().to_string(),
            text,
            source: self.source,
            holds,
            taking: &self.taking,
        };
        file.bring_in(org, format).await
    }
}

impl PolicyFile {
    async fn run(self, format: Format) -> Result<Outcome> {
        let Read { text, says: policy } = policy(&self.file)?;
        let holds = [
            ("users", policy.users.len()),
            ("groups", policy.groups.len()),
            ("resources", policy.resources.len()),
        ];
        let file = File {
            shown: self.file.display().to_string(),
            text,
            source: self.source,
            holds,
            taking: &self.taking,
        };
        file.bring_in(policy, format).await
    }
}

/// So many faults of a file are told.
const MOST_FAULTS: usize = 20;

/// Faults, a line each, the first of them.
fn fault_lines(faults: &[FieldError]) -> String {
    let mut lines: Vec<_> = faults
        .iter()
        .take(MOST_FAULTS)
        .map(|fault| format!("\n  {}: {}", fault.field, fault.message))
        .collect();
    if let Some(more @ 1..) = faults.len().checked_sub(MOST_FAULTS) {
        lines.push(format!("\n  and {more} more"));
    }
    lines.concat()
}

/// A file to bring the data in line with.
struct File<'a> {
    shown: String,
    text: String,
    source: ConnectorId,
    holds: [(&'static str, usize); 3],
    taking: &'a Taking,
}

#[derive(Serialize)]
struct Done {
    changed: bool,
    dry_run: bool,
    position: u64,
    /// What the file holds.
    file: BTreeMap<&'static str, usize>,
    /// Records by kind.
    changes: BTreeMap<&'static str, Edits>,
    /// Of a dry run: who would come into groups and who would leave them.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<Moved>,
    /// What differs and was not granted by the file, so that it stays.
    drift: Vec<Drift>,
}

#[derive(Default, Serialize)]
struct Edits {
    created: usize,
    updated: usize,
    ended: usize,
}

impl File<'_> {
    async fn bring_in<S: Source>(self, source: S, format: Format) -> Result<Outcome> {
        let operation = SyncSource::new(source).allowing(self.taking.allow_removals);
        let dry_run = self.taking.dry_run;
        let config = Config::load(&self.taking.place, None)?;
        start_log(&config);
        let working = output::spinner("opening the data");
        let open = async |missing| {
            let policy = async |_: &_, _: &_| Ok(config.policy.without_people());
            open::app(&config, &config.sinks()?, missing, policy).await
        };
        // A file that is refused makes no database.
        let place = &config.database.place().value;
        let is_new = place.file().is_some_and(|file| !file.exists());
        let mut app = open(Missing::Pretend).await?;
        one_kind(&app, self.source, S::OPERATION).await?;
        working.set_message("comparing");
        let mut context = app.context(Actor::Connector(self.source));
        let world = app.world();
        let outlook = operation.outlook(&world, &context, &self.taking.adopt);
        let mut outlook = outlook.map_err(|refusal| self.not_taken(refusal))?;
        let edits = || outlook.adopt.edits().chain(&outlook.change().changes);
        let mut changes = count(edits());
        let changed = !changes.is_empty();
        let more = !outlook.change().is_empty();
        let people = dry_run.then(|| Moved::by(&world, edits()));
        let (adopt, drift) = (outlook.adopt.clone(), std::mem::take(&mut outlook.drift));
        drop(world);
        if changed && !dry_run {
            working.set_message("writing");
            if is_new {
                app = open(Missing::Create).await?;
                context = app.context(Actor::Connector(self.source));
            }
            if !adopt.is_empty() {
                let operator = app.context(Actor::System(SystemActor::Operator));
                app.commit(operator, adopt.clone(), None).await?;
            }
            if more {
                let committed = app.commit(context, outlook.of(operation), None).await?;
                let done = committed.change.changes.iter();
                changes = count(adopt.edits().chain(done));
            }
        }
        working.finish_and_clear();
        let done = Done {
            changed: changed && !dry_run,
            dry_run,
            position: app.world().position().0,
            file: self.holds.into_iter().collect(),
            changes,
            people,
            drift,
        };
        output::result(format, &done, |done| self.text_of(done))?;
        let administered = app
            .world()
            .users()
            .any(|user| app.world().is_admin(user.id, app.now()));
        if changed && !administered {
            let place = self.taking.place.again();
            eprintln!("nobody administers this yet; next: `portcullis init EMAIL{place}`");
        }
        Ok(Outcome::Done)
    }

    /// What stands against the file, with the lines on which it does.
    fn not_taken(&self, refusal: Refusal) -> anyhow::Error {
        let refusal = match refusal {
            Refusal::Invalid(mut faults) => {
                let mut lines = Lines::new(&self.text);
                // Of the rest no line is told, and each takes a look at the whole text.
                for fault in faults.iter_mut().take(MOST_FAULTS) {
                    if let Some(name) = nearly(&fault.message) {
                        fault.message = format!("{}; did you mean `{name}`?", fault.message);
                    }
                    if let Some(line) = lines.of(&fault.field) {
                        fault.field = format!("{}:{line} {}", self.shown, fault.field);
                    }
                }
                Refusal::Invalid(faults)
            }
            other => other,
        };
        let file = &self.shown;
        match &refusal {
            Refusal::Invalid(faults) if faults.len() > 1 => {
                let lines = fault_lines(faults);
                anyhow!("`{file}` cannot be taken as it is: {lines}\ncorrect it and import again")
            }
            Refusal::Invalid(_) => {
                anyhow!("`{file}` cannot be taken as it is: {refusal}; correct it and import again")
            }
            // What is to be done stands in it.
            other => anyhow!("`{file}` cannot be taken as it is: {other}"),
        }
    }

    fn text_of(&self, done: &Done) -> String {
        let holds = self.holds.map(|(what, count)| format!("{count} {what}"));
        let mut text = format!("the file holds {}\n", holds.join(", "));
        if done.changes.is_empty() {
            text.push_str("nothing to change");
        } else {
            text.push_str(if done.dry_run {
                "it would change:\n"
            } else {
                "changed:\n"
            });
            text.push_str(&listed(&done.changes));
        }
        if let Some(people) = &done.people {
            text.push_str(&people.in_lines());
        }
        if !done.drift.is_empty() {
            text.push_str("\nleft as it is, because the file did not make or grant it:");
        }
        for drift in done.drift.iter().take(MOST_DRIFT) {
            text.push_str(&format!("\n  {}", drift.message));
        }
        if let Some(more) = done.drift.len().checked_sub(MOST_DRIFT).filter(|n| *n > 0) {
            text.push_str(&format!("\n  and {more} more; --json lists them"));
        }
        text
    }
}

/// That the source has not been a file of another kind: what each says the other's silence would end.
async fn one_kind(app: &App, source: ConnectorId, operation: OperationName) -> Result<()> {
    let kinds = [
        (OperationName::ImportOrg, "org"),
        (OperationName::ImportPolicy, "policy"),
    ];
    for (other, kind) in kinds.into_iter().filter(|(other, _)| *other != operation) {
        let filter = LogFilter {
            actor: Some(Actor::Connector(source)),
            operation: Some(other.as_str().to_owned()),
            limit: 1,
            ..LogFilter::default()
        };
        if let Some(entry) = app.store().log(&filter).await?.items.first() {
            return Err(anyhow!(
                "the source `{source}` is a file of another kind: `import {kind}` read it on {}; a file ends what its source granted and it does not say, so give this one a name of its own with --source NAME",
                tell::time(entry.at)
            ));
        }
    }
    Ok(())
}

/// Longer lists of drift are for programs.
const MOST_DRIFT: usize = 20;

/// How many records of each kind were made, changed or ended.
fn listed(changes: &BTreeMap<&'static str, Edits>) -> String {
    let rows: Vec<_> = changes
        .iter()
        .map(|(kind, edits)| {
            let told = [
                (edits.created, "new"),
                (edits.updated, "changed"),
                (edits.ended, "ended"),
            ];
            let told: Vec<_> = told
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, what)| format!("{n} {what}"))
                .collect();
            vec![format!("  {kind}"), told.join(", ")]
        })
        .collect();
    output::table(&rows)
}

fn count<'c>(changes: impl Iterator<Item = &'c Change>) -> BTreeMap<&'static str, Edits> {
    let mut all: BTreeMap<_, Edits> = BTreeMap::new();
    for outline in changes.map(Change::outline) {
        let edits = all.entry(outline.record.plural()).or_default();
        match outline.edit {
            EditKind::Created => edits.created += 1,
            EditKind::Changed => edits.updated += 1,
            EditKind::Ended => edits.ended += 1,
        }
    }
    all
}
