//! How access is told: paths, ends, people; the same forms in every command.

use anyhow::{Result, anyhow};
use portcullis_app::{
    decide::{self, DecidedBy},
    why::Way,
};
use portcullis_model::{
    Actor, Expiry, Group, GroupKind, MembershipKind, Timestamp, User, World, world,
};
use serde::Serialize;

use crate::failure::or_meant;

/// One way that leads somebody somewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Path {
    /// `ana → role Role-Analyst → group Reports`.
    pub(crate) text: String,
    /// Its earliest end.
    pub(crate) until: Expiry,
    /// The groups along it.
    pub(crate) steps: Vec<Step>,
}

/// One group on a path.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Step {
    pub(crate) group: String,
    pub(crate) kind: MembershipKind,
    pub(crate) until: Expiry,
}

/// A path in words; `most` is an end that holds for all of it, such as that of an entitlement.
pub(crate) fn path(world: &World, user: &User, path: &world::Path<'_>, most: Expiry) -> Path {
    let steps = path.steps(world);
    let mut text = user.login.to_string();
    for step in &steps {
        let owner = if step.kind == MembershipKind::Owner {
            "owner of "
        } else {
            ""
        };
        text.push_str(&format!(
            " → {owner}{} {}",
            noun(step.group),
            step.group.name
        ));
    }
    let steps = steps
        .iter()
        .map(|step| Step {
            group: step.group.name.to_string(),
            kind: step.kind,
            until: step.until,
        })
        .collect();
    Path {
        text,
        until: path.until.min(most),
        steps,
    }
}

/// Ways in words, in their order.
pub(crate) fn ways(world: &World, user: &User, ways: &[Way<'_>]) -> Vec<Path> {
    let paths = ways.iter();
    paths
        .map(|way| path(world, user, &way.path, way.ends))
        .collect()
}

/// As what somebody is in a group, as it is written on the command line.
pub(crate) fn parse_kind(text: &str) -> Result<MembershipKind, String> {
    MembershipKind::parse(text).ok_or_else(|| "write `member` or `owner`".to_owned())
}

/// `role` or `group`, as in the text of a path.
const fn noun(group: &Group) -> &'static str {
    match group.kind {
        GroupKind::Role => "role",
        GroupKind::Group | GroupKind::App { .. } => "group",
    }
}

/// An instant, to the second.
pub(crate) fn time(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `until …`, or `without end`.
pub(crate) fn until(ends: Expiry) -> String {
    ends.instant().map_or_else(
        || "without end".to_owned(),
        |at| format!("until {}", time(at)),
    )
}

/// Who did something: kind and name, as they are asked for again.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Who {
    #[serde(rename = "actor")]
    name: String,
    #[serde(rename = "actor_kind")]
    kind: &'static str,
}

impl Who {
    /// Who did something, under the login they had then, or have now.
    pub(crate) fn of(world: &World, actor: Actor, login: Option<String>) -> Self {
        let name = match actor {
            Actor::User(id) => {
                let known = || world.user(id).map(|user| user.login.to_string());
                login.or_else(known).unwrap_or_else(|| id.to_string())
            }
            Actor::System(system) => system.to_string(),
            Actor::Connector(id) => id.to_string(),
        };
        let kind = actor.kind();
        Self { kind, name }
    }
}

impl std::fmt::Display for Who {
    /// A login alone is a user; all else has its kind before it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            "user" => f.write_str(&self.name),
            kind => write!(f, "{kind}:{}", self.name),
        }
    }
}

/// `allowed by …` or `denied by …`, with what stands beside the rule.
pub(crate) fn decided(by: &DecidedBy) -> String {
    let verb = if by.effect == "allow" {
        "allowed"
    } else {
        "denied"
    };
    let notes = by.meta.as_ref().map(decide::notes);
    let notes = notes.map_or_else(String::new, |notes| format!(" ({notes})"));
    format!("{verb} by {}{notes}", by.in_words())
}

/// The user of that login or id. An address is no name, but says whose it is.
pub(crate) fn user<'w>(world: &'w World, key: &str) -> Result<&'w User> {
    world.named_user(key).ok_or_else(|| {
        if let Some(user) = world.user_by_email(key) {
            return anyhow!(
                "people are named by login or id, and `{key}` is an e-mail address; its owner is `{}`",
                user.login
            );
        }
        let known = world.users().map(|user| user.login.as_str());
        let otherwise = "people are named by login or id";
        anyhow!(
            "there is no user `{key}`{}",
            or_meant(key, known, otherwise)
        )
    })
}

/// A refusal, in the words of the command line.
pub(crate) fn refusal(refusal: &impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{refusal}")
}

/// Reads the beginning of a stretch of time given on the command line.
pub(crate) fn parse_start(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_start(text).map_err(|error| error.to_string())
}

/// Reads a time given on the command line.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>().map_err(|error| error.to_string())
}
