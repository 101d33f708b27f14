//! `portcullis doctor`: what this program is, what it sees, and what it was told by whom.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use clap::Args;
use portcullis_app::{RandomIds, sync::SyncSource, tasks::expiry_held};
use portcullis_model::{
    Actor, ConnectorId, Context, MembershipKind, Policy, Timestamp, UserKind, World, guard,
    steady::Reading,
};
use portcullis_store::{EffectState, Live, LogFilter, Store};
use portcullis_web::providers_of;
use serde::Serialize;

use super::import;
use crate::{
    bound::First,
    config::{Config, Where},
    failure::Outcome,
    log::start_log,
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Show version, data, counts, clock, and every setting with where it comes from
///
/// Secrets are not shown. Exit code 3 if something should be looked at.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis doctor
  portcullis doctor --config /etc/portcullis.toml --json")]
pub(super) struct Doctor {
    #[command(flatten)]
    place: Where,
}

/// How long a sink may take to answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(12);
/// More names than these are only counted.
const MOST_NAMES: usize = 20;

#[derive(Serialize)]
struct Report {
    version: &'static str,
    data: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<&'static str>,
    /// Tables are brought up to date whenever the data is opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    tables: Option<&'static str>,
    clock: Clock,
    counts: Vec<(&'static str, usize)>,
    configuration: Vec<Setting>,
    /// What should be looked at, and what to do.
    problems: Vec<String>,
}

#[derive(Serialize)]
struct Clock {
    now: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_entry: Option<Timestamp>,
}

#[derive(Serialize)]
struct Setting {
    key: String,
    value: String,
    source: String,
}

impl Doctor {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let settings = config
            .shown()
            .into_iter()
            .map(|(key, value, source)| Setting {
                key,
                value,
                source: source.to_string(),
            });
        let mut report = Report {
            version: env!("CARGO_PKG_VERSION"),
            data: config.database.place().value.shown(),
            engine: None,
            tables: None,
            clock: Clock {
                now: open::now(),
                last_entry: None,
            },
            counts: Vec::new(),
            configuration: settings.collect(),
            problems: config.missing.clone(),
        };
        let certificate = config.tls.files().map(|files| files.tls());
        let unfit = certificate.and_then(Result::err);
        report.problems.extend(unfit.map(|error| error.to_string()));
        match open::store(&config.database.place().value, Missing::Refuse).await {
            Ok(store) => report.look(store, &config, &self.place.again()).await?,
            Err(error) => report.problems.push(error.to_string()),
        }
        output::result(format, &report, text)?;
        Ok(Outcome::of(report.problems.is_empty()))
    }
}

impl Report {
    async fn look(&mut self, store: Store, config: &Config, again: &str) -> Result<()> {
        self.engine = Some(store.engine().name());
        self.tables = Some("up to date");
        let filter = LogFilter {
            limit: 1,
            ..LogFilter::default()
        };
        self.clock.last_entry = store
            .log(&filter)
            .await?
            .items
            .first()
            .map(|entry| entry.at);
        let outbox = store.outbox().counts().await?;
        let world = Live::start(store.clone()).await?.world();
        let now = self.clock.now;
        let kind = |wanted: UserKind| world.users().filter(|user| user.kind == wanted).count();
        let direct =
            |wanted: MembershipKind| world.memberships().filter(|m| m.kind == wanted).count();
        self.counts = vec![
            ("people", kind(UserKind::Person)),
            ("services", kind(UserKind::Service)),
            ("agents", kind(UserKind::Agent)),
            (
                "groups",
                world.groups().filter(|group| !group.is_role()).count(),
            ),
            (
                "roles",
                world.groups().filter(|group| group.is_role()).count(),
            ),
            ("apps", world.app_count()),
            ("tags", world.tag_count()),
            ("memberships", direct(MembershipKind::Member)),
            ("ownerships", direct(MembershipKind::Owner)),
            ("inclusions", world.inclusions().count()),
            ("entitlements", world.entitlements().count()),
            ("pending requests", world.requests().count()),
            ("log entries", usize::try_from(world.position().0)?),
        ];
        let effects = |wanted: &[EffectState]| {
            let counted = outbox.iter().filter(|row| wanted.contains(&row.state));
            usize::try_from(counted.map(|row| row.count).sum::<u64>()).unwrap_or(usize::MAX)
        };
        let dead = effects(&[EffectState::Dead]);
        let open = effects(&[EffectState::Waiting, EffectState::Leased]);
        self.counts
            .extend([("effects waiting", open), ("effects given up", dead)]);
        if dead > 0 {
            self.problems.push(format!(
                "{} given up; `portcullis outbox list --state dead{again}` tells why, `outbox retry` or `outbox skip` decides",
                output::count(dead, "effect was", "effects were")
            ));
        }
        if !world.users().any(|user| world.is_admin(user.id, now)) {
            self.problems.push(format!(
                "nobody administers this; `portcullis init EMAIL{again}` makes somebody an admin"
            ));
        }
        if let Some(last) = self
            .clock
            .last_entry
            .filter(|last| *last > now.plus_seconds(60))
        {
            self.problems.push(format!(
                "the clock shows {}, before the last entry of the log ({}); set it right before anything is written",
                tell::time(now),
                tell::time(last)
            ));
        }
        let time = config.limits.steady_time().tell(Reading {
            wall: now,
            elapsed: 0,
            last: self.clock.last_entry,
        });
        let held = expiry_held(&time, &world, config.limits.ended_at_once());
        self.problems.extend(held);
        let place = (&store, &*world);
        if let Err(error) = config.policy.with_people(place, First::Look).await {
            self.problems.push(error.to_string());
        }
        if let Some(file) = config.decisions.policy.value.as_deref() {
            let context = Context {
                means: Default::default(),
                actor: Actor::Connector(ConnectorId::POLICY),
                now,
                policy: Arc::new(config.with_limits(config.policy.without_people())),
                ids: Arc::new(RandomIds),
            };
            self.problems.extend(refused(file, &world, &context));
        }
        for token in &config.tokens {
            if let Err((_, sentence)) = token.bound(place, First::Look).await? {
                self.problems.push(sentence);
            }
        }
        // Without their secrets they would not be asked as they are going to be.
        if config.missing.is_empty() {
            self.problems.extend(unreached(config).await);
            self.problems.extend(unasked(config, &store, &world).await);
        }
        let policy = config.with_limits(config.policy.without_people());
        self.problems.extend(unsound(&world, &policy));
        Ok(())
    }
}

/// What stands against the policy file of the configuration, as the next start would find it.
fn refused(file: &Path, world: &World, context: &Context) -> Option<String> {
    let read = match import::read_policy(file) {
        Ok(read) => SyncSource::new(read),
        Err(error) => return Some(error.to_string()),
    };
    let refusal = read.outlook(world, context, &[]).err()?;
    Some(import::refused(file, &refusal))
}

/// Which sinks cannot be reached as they are set up. All are asked at once, so that it takes no longer than one.
async fn unreached(config: &Config) -> Vec<String> {
    let sinks = match config.sinks() {
        Ok(sinks) => sinks,
        Err(wrong) => return vec![wrong.to_string()],
    };
    let asked = sinks.iter().map(|sink| async move {
        let checked = tokio::time::timeout(PATIENCE, sink.check()).await;
        let wrong = checked
            .unwrap_or_else(|_| Err("it did not answer in time".to_owned()))
            .err()?;
        Some(format!(
            "the sink `{}` cannot be reached: {wrong}; what it is to be told waits",
            sink.name()
        ))
    });
    futures::future::join_all(asked)
        .await
        .into_iter()
        .flatten()
        .collect()
}

/// Which identity providers nobody could sign in with.
async fn unasked(config: &Config, store: &Store, world: &World) -> Vec<String> {
    let ways = match config.ways(Vec::new()) {
        Ok(ways) => ways,
        Err(wrong) => return vec![wrong.to_string()],
    };
    let providers = match providers_of(&ways, world, store).await {
        Ok(providers) => providers,
        Err(error) => return vec![error.to_string()],
    };
    let asked = providers.iter().map(|provider| async move {
        let fault = provider.oidc.check().await.err()?;
        let name = provider.oidc.name();
        Some(format!("nobody can sign in by `{name}`: {fault}"))
    });
    let asked = futures::future::join_all(asked).await;
    asked.into_iter().flatten().collect()
}

/// Names on record that could not be given today.
fn unsound(world: &World, policy: &Policy) -> Vec<String> {
    let mut all = guard::unsound_names(world, policy);
    let more = all.len().saturating_sub(MOST_NAMES);
    all.truncate(MOST_NAMES);
    if more > 0 {
        all.push(format!(
            "{} could not be called so today",
            output::count(more, "more name", "more names")
        ));
    }
    all
}

fn text(report: &Report) -> String {
    let mut rows = vec![
        vec!["version".to_owned(), report.version.to_owned()],
        vec!["data".into(), report.data.clone()],
    ];
    let told = [("engine", report.engine), ("tables", report.tables)];
    rows.extend(
        told.iter()
            .filter_map(|(key, value)| Some(vec![(*key).to_owned(), (*value)?.to_owned()])),
    );
    rows.push(vec!["clock".into(), tell::time(report.clock.now)]);
    if let Some(last) = report.clock.last_entry {
        rows.push(vec!["last entry".into(), tell::time(last)]);
    }
    let mut text = output::table(&rows);
    let counts: Vec<_> = report
        .counts
        .iter()
        .map(|(what, count)| vec![format!("  {what}"), count.to_string()])
        .collect();
    if !counts.is_empty() {
        text.push_str("\ncounts\n");
        text.push_str(&output::table(&counts));
    }
    text.push_str("\nconfiguration\n");
    let settings = report.configuration.iter();
    let settings: Vec<_> = settings
        .map(|s| vec![format!("  {}", s.key), s.value.clone(), s.source.clone()])
        .collect();
    text.push_str(&output::table(&settings));
    text.push('\n');
    if report.problems.is_empty() {
        text.push_str("nothing to look at");
    } else {
        let problems: Vec<_> = report
            .problems
            .iter()
            .map(|problem| format!("look at: {problem}"))
            .collect();
        text.push_str(&problems.join("\n"));
    }
    text
}
