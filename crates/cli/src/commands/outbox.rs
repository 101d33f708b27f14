//! `portcullis outbox`: what must happen outside because of commits, and what became of it.

use anyhow::{Result, anyhow};
use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use portcullis_app::deliver::{OutboxDecided, OutboxDecision};
use portcullis_model::{Actor, SystemActor};
use portcullis_store::{EffectState, OutboxFilter, OutboxRow, Store};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::Outcome,
    log::start_log,
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// List what commits mean outside, and decide about what was given up
///
/// Effects of one sink and one ordering key are delivered one after the other. One that was given up
/// is dead and holds those after it until it is retried or skipped here.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "\
EXAMPLES:
  portcullis outbox list --state dead
  portcullis outbox retry 1207
  portcullis outbox skip 1207 --reason \"the account was removed by hand\""
)]
pub(super) struct OutboxCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    List(List),
    Retry(Retry),
    Skip(Skip),
}

/// List effects, newest first
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis outbox list
  portcullis outbox list --state dead --sink log
  portcullis outbox list --limit 500 --json")]
struct List {
    /// Only those in this state
    #[arg(long, value_parser = states())]
    state: Option<EffectState>,
    /// Only those for this sink
    #[arg(long, value_name = "SINK")]
    sink: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    #[command(flatten)]
    place: Where,
}

/// Deliver dead effects again, from their first attempt
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis outbox retry 1207
  portcullis outbox retry 1207 1210 --json")]
struct Retry {
    /// The numbers of the effects, as `outbox list` shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
    #[command(flatten)]
    place: Where,
}

/// End waiting or dead effects without delivering them
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis outbox skip 1207 --reason \"the account was removed by hand\"
  portcullis outbox skip 1207 1210 --reason \"the system is gone\" --json")]
struct Skip {
    /// The numbers of the effects, as `outbox list` shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
    /// Why, for the record
    #[arg(long, value_name = "WHY", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
    #[command(flatten)]
    place: Where,
}

/// Reads a state; help and errors name them all.
fn states() -> impl TypedValueParser<Value = EffectState> {
    let all = EffectState::ALL.iter().map(|state| state.as_str());
    PossibleValuesParser::new(all).try_map(|text| EffectState::parse(&text).ok_or("no state"))
}

#[derive(Serialize)]
struct Effects {
    effects: Vec<OutboxRow>,
    /// Whether there are more than the limit let through.
    more: bool,
}

impl OutboxCommand {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        match self.verb {
            Verb::List(list) => list.run(format).await,
            Verb::Retry(Retry { ids, place }) => {
                decide(&place, &ids, &OutboxDecision::Retry, format).await
            }
            Verb::Skip(Skip { ids, reason, place }) => {
                decide(&place, &ids, &OutboxDecision::Skip { why: reason }, format).await
            }
        }
    }
}

impl List {
    async fn run(self, format: Format) -> Result<Outcome> {
        let store = store(&self.place).await?;
        let filter = OutboxFilter {
            sink: self.sink,
            state: self.state,
            limit: self.limit,
            before: None,
        };
        let page = store.outbox().list(&filter).await?;
        let effects = Effects {
            more: page.next.is_some(),
            effects: page.items,
        };
        output::result(format, &effects, text)?;
        Ok(Outcome::Done)
    }
}

async fn apply(
    decision: &OutboxDecision,
    store: &Store,
    id: i64,
    again: &str,
) -> Result<OutboxRow> {
    let operator = Actor::System(SystemActor::Operator);
    match decision.make(store, operator, id, open::now()).await? {
        OutboxDecided::Done(row) => Ok(row),
        OutboxDecided::Otherwise(row) => Err(anyhow!(
            "effect {id} is {}, and only {} ones can be decided so; see `portcullis outbox list{again}`",
            row.state.as_str(),
            decision.wanted()
        )),
        OutboxDecided::Missing => Err(anyhow!(
            "there is no effect {id}; see `portcullis outbox list{again}`"
        )),
    }
}

async fn decide(
    place: &Where,
    ids: &[i64],
    decision: &OutboxDecision,
    format: Format,
) -> Result<Outcome> {
    let store = store(place).await?;
    let again = place.again();
    let mut effects = Vec::new();
    for id in ids {
        effects.push(apply(decision, &store, *id, &again).await?);
    }
    let effects = Effects {
        effects,
        more: false,
    };
    output::result(format, &effects, text)?;
    Ok(Outcome::Done)
}

async fn store(place: &Where) -> Result<Store> {
    let config = Config::load(place, None)?;
    start_log(&config);
    open::store(&config.database.place().value, Missing::Refuse).await
}

fn text(effects: &Effects) -> String {
    if effects.effects.is_empty() {
        return "no effects".to_owned();
    }
    let rows = effects.effects.iter().map(|row| {
        vec![
            row.id.to_string(),
            row.sink.clone(),
            row.state.as_str().to_owned(),
            tell::time(row.at),
            format!("entry {}", row.position),
            output::count(
                usize::try_from(row.attempts).unwrap_or_default(),
                "attempt",
                "attempts",
            ),
            row.receipt.clone().unwrap_or_default(),
        ]
    });
    let mut text = output::table(&rows.collect::<Vec<_>>());
    if effects.more {
        text.push_str("there are more; give a larger --limit");
    }
    text
}
