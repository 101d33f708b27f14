//! `portcullis diff`: who has gained and lost what between two times.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use portcullis_app::decide::{Moment, diff_between};
use portcullis_model::{
    Expiry, Timestamp, World,
    world::{DiffLine, What},
};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::{BadUsage, Outcome},
    log::start_log,
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Compare two times: who has gained what, who has lost what, whose end has moved
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis diff --from 2026-03-01
  portcullis diff --from 2026-01-01 --to 2026-04-01 --json | jq .counts")]
pub(super) struct DiffCommand {
    /// The earlier time, such as 2026-03-01T09:00:00Z; a date means the beginning of that day
    #[arg(long, value_name = "TIME", value_parser = tell::parse_start)]
    from: Timestamp,
    /// The later time; a date means the end of that day [default: now]
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    to: Option<Timestamp>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Answer {
    from: Timestamp,
    to: Timestamp,
    counts: Counts,
    gains: Vec<Line>,
    losses: Vec<Line>,
    changes: Vec<Line>,
}

#[derive(Serialize)]
struct Counts {
    people: usize,
    gains: usize,
    losses: usize,
    changes: usize,
}

#[derive(Serialize)]
struct Line {
    user: String,
    what: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<portcullis_model::MembershipKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Expiry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Expiry>,
}

impl DiffCommand {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let to = self.to.unwrap_or_else(open::now);
        if to < self.from {
            return Err(BadUsage(format!(
                "--from {} is later than --to {to}; swap them",
                self.from
            ))
            .into());
        }
        let working = output::spinner("loading two worlds");
        let store = open::store(&config.database.place().value, Missing::Refuse).await?;
        let (before, _) = store.load_at(self.from).await?;
        let (after, _) = store.load_at(to).await?;
        working.set_message("comparing");
        let (diff, _) = diff_between(
            &config.decisions.types(),
            [Moment::new(&before, self.from), Moment::new(&after, to)],
        );
        let line = |line: &DiffLine| told(&before, &after, line);
        let lines = |all: &[DiffLine]| {
            let mut lines: Vec<_> = all.iter().map(line).collect();
            lines.sort_by(|a, b| {
                (&a.user, a.what, &a.name, a.kind).cmp(&(&b.user, b.what, &b.name, b.kind))
            });
            lines
        };
        let answer = Answer {
            from: self.from,
            to,
            counts: Counts {
                people: diff.people(),
                gains: diff.gains.len(),
                losses: diff.losses.len(),
                changes: diff.changes.len(),
            },
            gains: lines(&diff.gains),
            losses: lines(&diff.losses),
            changes: lines(&diff.changes),
        };
        working.finish_and_clear();
        output::result(format, &answer, text)?;
        Ok(Outcome::Done)
    }
}

/// A line under the names of the later world, or of the earlier one for what is gone.
fn told(before: &World, after: &World, line: &DiffLine) -> Line {
    let worlds = [after, before];
    let user = worlds.iter().find_map(|world| world.user(line.user));
    let (what, name, kind) = match line.what.clone() {
        What::Group { group, kind } => {
            let found = worlds.iter().find_map(|world| world.group(group));
            let noun = found.map_or("group", portcullis_model::Group::noun);
            (
                noun,
                found.map_or_else(|| group.to_string(), |g| g.name.to_string()),
                Some(kind),
            )
        }
        What::Permission { permission } => ("permission", permission.to_string(), None),
    };
    Line {
        user: user.map_or_else(|| line.user.to_string(), |user| user.login.to_string()),
        what,
        name,
        kind,
        before: line.before,
        after: line.after,
    }
}

fn text(answer: &Answer) -> String {
    let Counts {
        people,
        gains,
        losses,
        changes,
    } = &answer.counts;
    let mut text = format!(
        "from {} to {}: {} concerned; {gains} gained, {losses} lost, {changes} with another end\n",
        tell::time(answer.from),
        tell::time(answer.to),
        output::count(*people, "person", "people"),
    );
    let mut by_user: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    let all = [
        ("+", &answer.gains),
        ("-", &answer.losses),
        ("~", &answer.changes),
    ];
    for (sign, line) in all
        .iter()
        .flat_map(|(sign, lines)| lines.iter().map(move |line| (sign, line)))
    {
        let kind = line.kind.map_or_else(
            || line.what.to_owned(),
            |kind| format!("{kind} of {}", line.what),
        );
        let ends = match (line.before, line.after) {
            (Some(before), Some(after)) => {
                format!("{}, was {}", tell::until(after), tell::until(before))
            }
            (_, Some(after)) => tell::until(after),
            _ => String::new(),
        };
        by_user.entry(&line.user).or_default().push(vec![
            format!("  {sign} {kind}"),
            line.name.clone(),
            ends,
        ]);
    }
    for (user, rows) in by_user {
        text.push_str(&format!("{user}\n{}", output::table(&rows)));
    }
    text
}
