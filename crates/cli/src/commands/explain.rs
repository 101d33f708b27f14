//! `portcullis explain`: why somebody has something, or what is missing and whom to ask.

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::{
    decide::{DecidedBy, Decider},
    why::{Verdict, Why},
};
use portcullis_model::{Expiry, Group, MembershipKind, Timestamp, User, World};
use serde::Serialize;

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
/// them, and whom to ask. Exit code 3 then. Owners of a group are not in it: `--kind owner` asks whether
/// somebody owns it. A permission that holds in some environments only is a no
/// where none is named, and they are.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis explain ana deploy:production
  portcullis explain ana 'App-Data Warehouse-Analysts' --json
  portcullis explain ana 'App-Data Warehouse-Analysts' --kind owner
  portcullis explain ana deploy:release --environment production --at 2026-03-01")]
pub(super) struct Explain {
    /// Who: a login or id
    user: String,
    /// What: a group, a role or a permission
    what: String,
    /// As what in the group or role: `member` or `owner` [default: member]
    #[arg(long, value_name = "KIND", value_parser = tell::parse_kind)]
    kind: Option<MembershipKind>,
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
    /// As what in a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<MembershipKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    at: Timestamp,
    holds: bool,
    /// From when on somebody is in a group who is not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    begins: Option<Timestamp>,
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
    /// Whether an outside system keeps it; then it is asked for there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    kept_outside: bool,
    /// Who decides about it.
    ask: Vec<String>,
    /// Whether a request for it waits already.
    requested: bool,
}

impl Explain {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let asked = open::world(&config, self.at).await?;
        let decider = Decider::new(config.decisions.types());
        let answer = self.answer(&asked.world, asked.at, &decider)?;
        output::result(format, &answer, text)?;
        Ok(Outcome::of(answer.holds))
    }

    fn answer(&self, world: &World, at: Timestamp, decider: &Decider) -> Result<Answer> {
        let user = tell::user(world, &self.user)?;
        let (what, name, kind, why) = match world.find_group(&self.what) {
            Some(group) => {
                if self.environment.is_some() {
                    return Err(anyhow!(
                        "only a permission has an environment; leave it out"
                    ));
                }
                let kind = self.kind.unwrap_or(MembershipKind::Member);
                let why = Why::in_group(world, user, group, kind, at);
                (group.noun(), group.name.to_string(), Some(kind), why)
            }
            None => {
                if self.kind.is_some() {
                    let named = self.named(world, at)?;
                    return Err(anyhow!("`{named}` is a permission; leave out --kind"));
                }
                let (name, place) = (&self.what, self.environment.as_deref());
                let why = Why::permission(decider, world, user, name, place, at);
                // Rules may allow or deny what no group grants.
                let told = why.decided_by.is_some() || why.verdict != Verdict::Lacks;
                let named = self.named(world, at);
                let name = named.or_else(|unknown| told.then(|| name.clone()).ok_or(unknown))?;
                ("permission", name, None, why)
            }
        };
        let wanted = kind.unwrap_or(MembershipKind::Member);
        let missing = why.missing.iter();
        let missing = missing.map(|group| way(world, user, group, wanted, at));
        Ok(Answer {
            user: user.login.to_string(),
            what,
            name,
            kind,
            environment: self.environment.clone(),
            at,
            holds: why.until().is_some(),
            begins: match why.verdict {
                Verdict::Begins(begins) => Some(begins),
                _ => None,
            },
            environments: match &why.verdict {
                Verdict::OnlyIn(environments) => environments.clone(),
                _ => Vec::new(),
            },
            until: why.until(),
            paths: tell::ways(world, user, &why.ways),
            ways: missing.collect(),
            decided_by: why.decided_by,
        })
    }

    /// The permission as groups grant it, or what may be meant instead.
    fn named(&self, world: &World, at: Timestamp) -> Result<String> {
        if let Some((_, entitlement)) = world.conferring(&self.what, None, at).next() {
            return Ok(entitlement.grant.label().to_owned());
        }
        let groups = world.groups().map(|group| group.name.as_str());
        let known = groups.chain(world.permission_names(at));
        let otherwise = "name a group, a role or a permission as its page does";
        let meant = or_meant(&self.what, known, otherwise);
        Err(anyhow!(
            "there is no group or permission `{}`{meant}",
            self.what
        ))
    }
}

fn way(world: &World, user: &User, group: &Group, kind: MembershipKind, at: Timestamp) -> Way {
    let through = world.groups_into(group.id, kind, at);
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
        kept_outside: !group.is_managed(),
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
    let (has, has_not) = match answer.kind {
        None => ("has", "does not have"),
        Some(MembershipKind::Member) => ("is in", "is not in"),
        Some(MembershipKind::Owner) => ("owns", "does not own"),
    };
    if answer.holds {
        let until = answer.until.map_or_else(String::new, tell::until);
        let mut text = format!("yes: {user} {has} {what} {name}{environment} {until}\n");
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
    if !answer.environments.is_empty() {
        let places = answer.environments.join(", ");
        return format!(
            "no: {user} {has_not} {what} {name} without an environment at {time}\n  it holds only in {places}; name one with --environment\n"
        );
    }
    let mut text = format!("no: {user} {has_not} {what} {name}{environment} at {time}\n");
    if let Some(begins) = answer.begins {
        text.push_str(&format!("  it begins at {}\n", tell::time(begins)));
        return text;
    }
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
        let missing = match answer.kind {
            Some(MembershipKind::Owner) => "ownership",
            _ => "membership",
        };
        text.push_str(&format!("  missing: {missing} of {}\n", way.group));
        if !way.through.is_empty() {
            text.push_str(&format!("    or of {}\n", some(&way.through)));
        }
        let ask = if way.kept_outside {
            "an outside system keeps it; ask there".to_owned()
        } else if way.ask.is_empty() {
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
