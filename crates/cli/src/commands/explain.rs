//! `portcullis explain`: why somebody has something, or what is missing and whom to ask.

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_model::{Ends, Group, Kind, Timestamp, User, World};
use serde::Serialize;

use super::{start_log, who_can};
use crate::{
    config::{Config, Where},
    failure::{Outcome, or_meant},
    open,
    output::{self, Format},
    tell,
};

/// Explain why somebody has a permission or is in a group, or what is missing
///
/// The answer is every way that leads there with its end. If there is none: the groups that would
/// give it, the roles that lead into them, and whom to ask. Exit code 3 then.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis explain ana deploy:production
  portcullis explain ana@example.com 'App-Data Warehouse-Analysts' --json
  portcullis explain ana deploy:release --environment production --at 2026-03-01")]
pub(super) struct Explain {
    /// Who: a login, e-mail address or id
    user: String,
    /// What: a group, a role or a permission
    what: String,
    /// Only where the permission holds in this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// As of this time, such as 2026-03-01 or 2026-03-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    at: Option<Timestamp>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Answer {
    user: String,
    what: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    at: Timestamp,
    holds: bool,
    /// The latest end over all paths, where it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Ends>,
    paths: Vec<tell::Path>,
    /// What would give it, where it does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ways: Vec<Way>,
}

/// A group that would give what is missing.
#[derive(Serialize)]
struct Way {
    group: String,
    /// Roles and groups whose members are in it.
    through: Vec<String>,
    /// Who decides about it.
    ask: Vec<String>,
    /// Whether a request for it waits already.
    requested: bool,
}

impl Explain {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config.log.value);
        let asked = open::world(&config, self.at).await?;
        let answer = self.answer(&asked.world, asked.at)?;
        output::result(format, &answer, text)?;
        Ok(Outcome::of(answer.holds))
    }

    fn answer(&self, world: &World, at: Timestamp) -> Result<Answer> {
        let user = tell::user(world, &self.user)?;
        let environment = self.environment.as_deref();
        let (what, name, paths, groups): (_, _, _, Vec<&Group>) =
            if let Some(group) = world.find_group(&self.what) {
                let mut paths = Vec::new();
                for kind in Kind::ALL {
                    let ways = world.paths(user.id, group.id, kind, at);
                    paths.extend(
                        ways.iter()
                            .map(|path| tell::path(world, user, path, Ends::NEVER)),
                    );
                }
                (group.noun(), group.name.to_string(), paths, vec![group])
            } else if let Some((_, entitlement)) = world.conferring(&self.what, None, at).next() {
                let name = entitlement.grant.label().to_owned();
                let paths = who_can::paths(world, user.id, &self.what, environment, at);
                let groups = world
                    .conferring(&self.what, environment, at)
                    .map(|(group, _)| group);
                ("permission", name, paths, groups.collect())
            } else {
                let groups = world.groups().map(|group| group.name.as_str());
                let known = groups.chain(world.permission_names(at));
                let otherwise = "name a group, a role or a permission as its page does";
                return Err(anyhow!(
                    "there is no group or permission `{}`{}",
                    self.what,
                    or_meant(&self.what, known, otherwise)
                ));
            };
        let holds = !paths.is_empty();
        let until = paths.iter().map(|path| path.until).max();
        let ways = if holds {
            Vec::new()
        } else {
            groups
                .iter()
                .map(|group| way(world, user, group, at))
                .collect()
        };
        Ok(Answer {
            user: user.login.to_string(),
            what,
            name,
            environment: self.environment.clone(),
            at,
            holds,
            until,
            paths,
            ways,
        })
    }
}

fn way(world: &World, user: &User, group: &Group, at: Timestamp) -> Way {
    let through = world.groups_into(group.id, Kind::Member, at);
    let ask = world.deciders(group, Some(user.id), at);
    let through: Vec<_> = through
        .iter()
        .map(|(group, _)| group.name.to_string())
        .collect();
    let requested = world.requests().any(|r| {
        let wanted = world.group(r.wants.group());
        r.requester == user.id
            && wanted.is_some_and(|w| w.id == group.id || through.contains(&w.name.to_string()))
    });
    Way {
        group: group.name.to_string(),
        through,
        ask: ask.iter().map(|user| user.login.to_string()).collect(),
        requested,
    }
}

fn text(answer: &Answer) -> String {
    let Answer {
        user, what, name, ..
    } = answer;
    let environment = answer
        .environment
        .as_ref()
        .map_or_else(String::new, |e| format!(" in {e}"));
    let time = tell::time(answer.at);
    if answer.holds {
        let verb = if *what == "permission" {
            "has"
        } else {
            "is in"
        };
        let until = answer.until.map_or_else(String::new, tell::until);
        let mut text = format!("yes: {user} {verb} {what} {name}{environment} {until}\n");
        let rows: Vec<_> = answer
            .paths
            .iter()
            .map(|path| vec![format!("  {}", path.text), tell::until(path.until)])
            .collect();
        text.push_str(&output::table(&rows));
        return text;
    }
    let verb = if *what == "permission" {
        "does not have"
    } else {
        "is not in"
    };
    let mut text = format!("no: {user} {verb} {what} {name}{environment} at {time}\n");
    if answer.ways.is_empty() {
        text.push_str("no group confers it there; an admin can let one\n");
    }
    for way in &answer.ways {
        text.push_str(&format!("  missing: membership of {}\n", way.group));
        if !way.through.is_empty() {
            text.push_str(&format!("    or of {}\n", some(&way.through)));
        }
        let ask = if way.ask.is_empty() {
            "nobody decides about it; make an owner first".to_owned()
        } else {
            format!("ask {}", some(&way.ask))
        };
        let requested = if way.requested {
            " (a request waits already)"
        } else {
            ""
        };
        text.push_str(&format!("    {ask}{requested}\n"));
    }
    text
}

/// The first five of a list, in words.
fn some(all: &[String]) -> String {
    let more = all.len().saturating_sub(5);
    let first = all
        .iter()
        .take(5)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    if more > 0 {
        format!("{first} and {more} more")
    } else {
        first
    }
}
