//! `portcullis explain`: why somebody has something, or what is missing and whom to ask.

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::decide::{DecidedBy, Decider};
use portcullis_model::{Expiry, Group, MembershipKind, Timestamp, User, World};
use serde::Serialize;

use super::who_can;
use crate::{
    config::{Config, Where},
    failure::{Outcome, or_meant},
    log::start_log,
    open,
    output::{self, Format},
    tell,
};

/// Explain why somebody has a permission or is in a group, or what is missing
///
/// The answer is every way that leads there with its end and, for a permission, the rule that
/// allows or denies it. If there is none: the groups that would give it, the roles that lead into
/// them, and whom to ask. Exit code 3 then. A permission that holds in some environments only is a no
/// where none is named, and they are.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis explain ana deploy:production
  portcullis explain ana 'App-Data Warehouse-Analysts' --json
  portcullis explain ana deploy:release --environment production --at 2026-03-01")]
pub(super) struct Explain {
    /// Who: a login or id
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
    /// Where a permission that was asked for without an environment may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    environments: Vec<String>,
    /// The latest end over all paths, where it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Expiry>,
    paths: Vec<tell::Path>,
    /// The group, the entitlement and its rule that allow a permission, or deny it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<DecidedBy>,
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
        start_log(&config.server.log.value.0);
        let asked = open::world(&config, self.at).await?;
        let decider = Decider::new(config.decisions.types());
        let answer = self.answer(&asked.world, asked.at, &decider)?;
        output::result(format, &answer, text)?;
        Ok(Outcome::of(answer.holds))
    }

    fn answer(&self, world: &World, at: Timestamp, decider: &Decider) -> Result<Answer> {
        let user = tell::user(world, &self.user)?;
        let mut answer = Answer {
            user: user.login.to_string(),
            what: "permission",
            name: self.what.clone(),
            environment: self.environment.clone(),
            at,
            holds: false,
            environments: Vec::new(),
            until: None,
            paths: Vec::new(),
            decided_by: None,
            ways: Vec::new(),
        };
        let groups = match world.find_group(&self.what) {
            Some(group) => {
                place(&mut answer, world, user, group);
                vec![group]
            }
            None => self.permission(&mut answer, world, user, decider)?,
        };
        // What a rule denies, no group gives.
        if !answer.holds && answer.decided_by.is_none() && answer.environments.is_empty() {
            let ways = groups.iter().map(|group| way(world, user, group, at));
            answer.ways = ways.collect();
        }
        Ok(answer)
    }

    /// Fills in the answer about a permission; gives the groups that confer it.
    fn permission<'w>(
        &'w self,
        answer: &mut Answer,
        world: &'w World,
        user: &User,
        decider: &Decider,
    ) -> Result<Vec<&'w Group>> {
        let (at, environment) = (answer.at, self.environment.as_deref());
        answer.environments = decider.only_in(world, user, &self.what, environment, at);
        if answer.environments.is_empty() {
            let decided = decider.uses(world, user, &self.what, environment, at);
            answer.decided_by = DecidedBy::of(world, &decided);
            answer.holds = decided.allowed;
        }
        // What holds somewhere only is no way to a permission that holds everywhere.
        let everywhere = environment.is_none() && answer.holds;
        answer.paths = who_can::paths(world, user.id, &self.what, environment, at, everywhere);
        let conferred = world.conferring(&self.what, None, at).next();
        if let Some((_, entitlement)) = conferred {
            entitlement.grant.label().clone_into(&mut answer.name);
        } else if answer.decided_by.is_none() && answer.environments.is_empty() {
            let groups = world.groups().map(|group| group.name.as_str());
            let known = groups.chain(world.permission_names(at));
            let otherwise = "name a group, a role or a permission as its page does";
            return Err(anyhow!(
                "there is no group or permission `{}`{}",
                self.what,
                or_meant(&self.what, known, otherwise)
            ));
        }
        if answer.holds {
            let longest = answer.paths.iter().map(|path| path.until).max();
            let by_rule = || decider.may_use(world, user, &self.what, environment, at);
            answer.until = longest.or_else(by_rule);
        }
        let groups = world.conferring(&self.what, environment, at);
        Ok(groups.map(|(group, _)| group).collect())
    }
}

/// Fills in the answer about a place in a group.
fn place(answer: &mut Answer, world: &World, user: &User, group: &Group) {
    (answer.what, answer.name) = (group.noun(), group.name.to_string());
    for kind in MembershipKind::ALL {
        let ways = world.paths(user.id, group.id, kind, answer.at);
        let ways = ways.iter();
        answer
            .paths
            .extend(ways.map(|path| tell::path(world, user, path, Expiry::NEVER)));
    }
    answer.holds = !answer.paths.is_empty();
    answer.until = answer.paths.iter().map(|path| path.until).max();
}

fn way(world: &World, user: &User, group: &Group, at: Timestamp) -> Way {
    let through = world.groups_into(group.id, MembershipKind::Member, at);
    let ask = world.deciders(group, Some(user.id), at);
    let through: Vec<_> = through
        .iter()
        .map(|(group, _)| group.name.to_string())
        .collect();
    let requested = world.requests().any(|r| {
        let wanted = r.wants.group().and_then(|group| world.group(group));
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
        if let Some(by) = &answer.decided_by {
            text.push_str(&format!("  {}\n", tell::decided(by)));
        }
        return text;
    }
    let verb = if *what == "permission" {
        "does not have"
    } else {
        "is not in"
    };
    if !answer.environments.is_empty() {
        let places = answer.environments.join(", ");
        return format!(
            "no: {user} {verb} {what} {name} without an environment at {time}\n  it holds only in {places}; name one with --environment\n"
        );
    }
    let mut text = format!("no: {user} {verb} {what} {name}{environment} at {time}\n");
    if let Some(by) = &answer.decided_by {
        text.push_str(&format!("  {}\n", tell::decided(by)));
        for path in &answer.paths {
            text.push_str(&format!("  though {}\n", path.text));
        }
        text.push_str("  an exception is a list of rules of higher priority\n");
        return text;
    }
    if answer.ways.is_empty() {
        text.push_str("no group grants it there; an admin can add it to one\n");
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
