//! What a change of the repository does: who gains and who loses what, why, and what needs a closer look.
//!
//! Two repositories are compared against one directory, which is what the change causes; and the first
//! against two directories, which is what moved since the last publish. Nothing is applied here.

mod base;
mod explain;
mod flags;
mod json;
mod markdown;
mod quote;
mod sentence;
mod side;
mod text;

use std::{collections::BTreeSet, sync::Arc};

use portcullis_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Directory, Findings, Place, Repository, Severity, Step};

pub use flags::{Flag, FlagCode};
pub use json::{NotAPlan, Refused};
pub use markdown::{MARKER, markdown_findings};

/// The version of `plan.json` that is written and read.
pub const SCHEMA: u32 = 1;

/// What is compared.
#[derive(Clone, Debug)]
pub struct Inputs<'i> {
    /// The repository as it is published; an empty one before the first time.
    pub base: &'i Repository,
    /// The repository as it is to be.
    pub head: &'i Repository,
    /// The directory of the last publish; none where it is that of now.
    pub before: Option<&'i Directory>,
    /// The directory of now.
    pub directory: Option<&'i Directory>,
    /// The time at which both are looked at.
    pub now: Timestamp,
    /// Who made the change, by e-mail address or login.
    pub author: Option<&'i str>,
    /// What is compared, by digest; copied into the plan.
    pub digests: Digests,
    /// What blocks besides what always does.
    pub fail_on: BTreeSet<FlagCode>,
}

/// The digests of what was compared, by which `apply` sees that nothing has moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Of the base; none before the first publish.
    pub base: Option<Digest>,
    /// Of the head.
    pub head: Option<Digest>,
    /// Of the directory of now; none without one.
    pub directory: Option<Digest>,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The time at which it was made.
    pub at: Timestamp,
    /// When something ends by itself, so that the plan is no longer right; none where nothing does.
    pub valid_until: Option<Timestamp>,
    /// What was compared.
    pub digests: Digests,
    /// Who made the change, where it was said.
    pub author: Option<Author>,
    /// What is known of the base.
    pub base: Base,
    /// Permissions that are new, in order.
    pub new_permissions: Vec<String>,
    /// Permissions that are gone, in order.
    pub removed_permissions: Vec<String>,
    /// Who gains and who loses, by environment, permission and cause; the directory's first.
    pub effects: Vec<Effect>,
    /// What needs a closer look; what blocks first.
    pub flags: Vec<Flag>,
}

/// Who made the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// As it was given.
    pub name: String,
    /// Their addresses, by the base and by the head; none where they are not known, so that it cannot be
    /// told whether they grant something to themselves.
    pub emails: BTreeSet<String>,
}

/// What is known of the base.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Why it does not validate; empty where it does.
    pub errors: Vec<BaseError>,
    /// Permissions of which it cannot be said in full who holds them there.
    pub partial: Vec<String>,
}

/// One thing that is wrong with the base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseError {
    /// Where.
    pub place: Place,
    /// What kind, as of a finding.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// Where an effect comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The directory moved since the last publish.
    Directory,
    /// The repository changes.
    Change,
}

/// What happens to one permission in one environment. Nobody is in two of its lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Where.
    pub environment: String,
    /// Which.
    pub permission: String,
    /// Why.
    pub cause: Cause,
    /// How many held it.
    pub before: usize,
    /// How many will.
    pub after: usize,
    /// Who did not hold it and will.
    pub gains: Vec<Because>,
    /// Who held it and will not.
    pub losses: Vec<Because>,
    /// Whose end moves.
    pub moves: Vec<Move>,
}

/// People to whom the same happens for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// A way by which they will hold it or did, from the grantee in the permission's list.
    pub via: Vec<Step>,
    /// Until when they will hold it or would have.
    pub until: Option<Timestamp>,
    /// Who, in order.
    pub people: Vec<Arc<str>>,
}

/// Somebody who holds it before and after, until another time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Who.
    pub person: Arc<str>,
    /// The end before; none for never.
    pub before: Option<Timestamp>,
    /// The end after; none for never.
    pub after: Option<Timestamp>,
}

/// What a plan comes to, as the exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing changes: 0.
    Nothing,
    /// Something changes: 10.
    Changes,
    /// Something stands against it: 1.
    Blocked,
}

impl Verdict {
    /// The exit code.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Changes => 10,
            Self::Blocked => 1,
        }
    }
}

impl Effect {
    /// Who gains, in no order.
    pub fn gaining(&self) -> impl Iterator<Item = &Arc<str>> {
        self.gains.iter().flat_map(|because| &because.people)
    }

    /// Who loses, in no order.
    pub fn losing(&self) -> impl Iterator<Item = &Arc<str>> {
        self.losses.iter().flat_map(|because| &because.people)
    }
}

impl Plan {
    /// Whether nothing changes. There may be flags nevertheless: what ends soon is told in any case.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.effects.is_empty()
            && self.new_permissions.is_empty()
            && self.removed_permissions.is_empty()
    }

    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.flags.iter().any(|flag| flag.blocks) {
            Verdict::Blocked
        } else if self.is_empty() {
            Verdict::Nothing
        } else {
            Verdict::Changes
        }
    }
}

/// Compares.
///
/// # Errors
/// All findings of the head, where any is an error: nothing can be said of it then. A base that does not
/// validate is compared as far as it resolves, and the plan says so.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Findings> {
    let (head, now) = (inputs.head, inputs.now);
    let findings = side::look(head, inputs.directory, now);
    if findings.has_errors() {
        return Err(findings);
    }
    let base = base::resolvable(inputs.base, inputs.directory, head, now);
    let mut crowd = side::Crowd::default();
    let side = |repository, directory, crowd: &mut side::Crowd| {
        side::Side::new(repository, directory, now, crowd)
    };
    let to = side(head, inputs.directory, &mut crowd)?;
    let from = side(&base.repository, inputs.directory, &mut crowd)?;
    let first = match inputs.before {
        Some(before) => Some(side(&base.repository, Some(before), &mut crowd)?),
        None => None,
    };
    let mut effects = Vec::new();
    if let Some(first) = &first {
        explain::effects(first, &from, Cause::Directory, &crowd, &mut effects);
    }
    explain::effects(&from, &to, Cause::Change, &crowd, &mut effects);
    let keys = |repository: &Repository| -> BTreeSet<String> {
        repository.permissions.keys().cloned().collect()
    };
    let (were, are) = (keys(&base.repository), keys(head));
    let author = inputs.author.map(|name| Author {
        name: name.to_owned(),
        emails: [&from, &to]
            .into_iter()
            .filter_map(|side| side.repository.person(name, &side.addresses).ok())
            .collect(),
    });
    let mut plan = Plan {
        schema: SCHEMA,
        at: now,
        valid_until: to.facts.world.next_transition(now),
        digests: inputs.digests.clone(),
        author,
        base: Base {
            errors: base.errors,
            partial: base.partial.into_iter().collect(),
        },
        new_permissions: are.difference(&were).cloned().collect(),
        removed_permissions: were.difference(&are).cloned().collect(),
        effects,
        flags: Vec::new(),
    };
    plan.flags = flags::flags(&flags::Compared {
        inputs,
        plan: &plan,
        crowd: &crowd,
        first: first.as_ref().unwrap_or(&from),
        from: &from,
        to: &to,
    });
    Ok(plan)
}

impl BaseError {
    fn of(findings: &Findings) -> Vec<Self> {
        let errors = findings.iter();
        errors
            .filter(|found| found.severity == Severity::Error)
            .map(|found| Self {
                place: found.place.clone(),
                code: found.code.to_owned(),
                message: found.message.clone(),
            })
            .collect()
    }
}
