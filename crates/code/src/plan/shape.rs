//! What a plan is made of, and what it says.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Directory, Place, Repository, Step};

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

    /// What kinds of flags stand against it, each once.
    #[must_use]
    pub fn blocking(&self) -> Vec<FlagCode> {
        let blocking = self.flags.iter().filter(|flag| flag.blocks);
        let mut codes: Vec<_> = blocking.map(|flag| flag.code).collect();
        codes.dedup();
        codes
    }

    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.blocking().is_empty() {
            Verdict::Blocked
        } else if self.is_empty() {
            Verdict::Nothing
        } else {
            Verdict::Changes
        }
    }
}

/// Something that needs a closer look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// What kind.
    pub code: FlagCode,
    /// Whether it stands against the change.
    pub blocks: bool,
    /// Where, if in one environment only.
    pub environment: Option<String>,
    /// Which permission, if it is about one.
    pub permission: Option<String>,
    /// Where it comes from, if it is about one cause.
    pub cause: Option<Cause>,
    /// The first 20 of the people it is about, in order.
    pub people: Vec<Arc<str>>,
    /// How many people it is about.
    pub count: usize,
    /// Of how many.
    pub of: Option<usize>,
    /// How many there may or must be.
    pub limit: Option<usize>,
    /// What else it is about: a domain, a team, a grantee.
    pub subject: Option<String>,
    /// When what it is about ends.
    pub until: Option<Timestamp>,
    /// The line it is about.
    pub place: Option<Place>,
    /// Who is to look at it: the owner of the permission.
    pub reviewers: Vec<String>,
}

/// What kind of flag it is; the same in every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlagCode {
    /// Too many lose a permission.
    Removal,
    /// Too many people lose anything.
    RemovalOverall,
    /// A protected permission has too few holders.
    MinHolders,
    /// Somebody who must hold a permission does not.
    RequiredHolders,
    /// Nobody holds a permission any more.
    NoHolders,
    /// Nothing is to be changed at this time.
    Frozen,
    /// A team has lost so many members that the directory may not be whole.
    DirectoryShrank,
    /// The author gains something.
    SelfGrant,
    /// Somebody gains what is sensitive, protected or implies more.
    Escalation,
    /// Who holds a protected permission changes.
    Protected,
    /// Somebody of a domain that nobody had before.
    NewDomain,
    /// A new grant of something sensitive does not end.
    NoExpiry,
    /// A new grant to one person, where a team would do.
    IndividualGrant,
    /// A grant ends within 14 days.
    Expiring,
    /// Members of the directory who cannot be named.
    Unresolved,
}

impl FlagCode {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 15] = [
        Self::Removal,
        Self::RemovalOverall,
        Self::MinHolders,
        Self::RequiredHolders,
        Self::NoHolders,
        Self::Frozen,
        Self::DirectoryShrank,
        Self::SelfGrant,
        Self::Escalation,
        Self::Protected,
        Self::NewDomain,
        Self::NoExpiry,
        Self::IndividualGrant,
        Self::Expiring,
        Self::Unresolved,
    ];

    /// The code as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Removal => "removal",
            Self::RemovalOverall => "removal-overall",
            Self::MinHolders => "min-holders",
            Self::RequiredHolders => "required-holders",
            Self::NoHolders => "no-holders",
            Self::Frozen => "frozen",
            Self::DirectoryShrank => "directory-shrank",
            Self::SelfGrant => "self-grant",
            Self::Escalation => "escalation",
            Self::Protected => "protected",
            Self::NewDomain => "new-domain",
            Self::NoExpiry => "no-expiry",
            Self::IndividualGrant => "individual-grant",
            Self::Expiring => "expiring",
            Self::Unresolved => "unresolved",
        }
    }

    /// The code that is written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}
