//! Tags and the six constraints they carry.

use serde::{Deserialize, Serialize};

use crate::{
    Expiry, Id, MembershipKind, Timestamp,
    name::{Description, Name},
};

/// A label on groups and apps that carries constraints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Identifies the tag.
    pub id: Id<Tag>,
    /// Unique among living tags, whatever the case.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: Description,
    /// A disabled tag constrains nothing.
    pub enabled: bool,
    /// What it demands of the groups that carry it.
    #[serde(default)]
    pub constraints: Constraints,
}

/// What tags demand; also the combination of what several tags demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraints {
    /// The longest a membership may last from now, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_time_limit: Option<Limit>,
    /// The longest an ownership may last from now, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_time_limit: Option<Limit>,
    /// Adding a member needs a reason.
    #[serde(default)]
    pub require_member_reason: bool,
    /// Adding an owner needs a reason.
    #[serde(default)]
    pub require_owner_reason: bool,
    /// Nobody may add themself as a member.
    #[serde(default)]
    pub disallow_self_add_membership: bool,
    /// Nobody may add themself as an owner.
    #[serde(default)]
    pub disallow_self_add_ownership: bool,
}

/// A time limit: whole seconds, at least one, at most a hundred years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Limit(i64);

impl Limit {
    /// The limit in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Limit {
    type Error = String;
    fn try_from(seconds: i64) -> Result<Self, String> {
        if (1..=3_155_760_000).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(format!(
                "a time limit of {seconds} seconds is not between 1 second and 100 years"
            ))
        }
    }
}

impl Constraints {
    /// Both sets of demands at once: the shortest limit, and every demand either makes.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let shortest = |a: Option<Limit>, b: Option<Limit>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            member_time_limit: shortest(self.member_time_limit, other.member_time_limit),
            owner_time_limit: shortest(self.owner_time_limit, other.owner_time_limit),
            require_member_reason: self.require_member_reason || other.require_member_reason,
            require_owner_reason: self.require_owner_reason || other.require_owner_reason,
            disallow_self_add_membership: self.disallow_self_add_membership
                || other.disallow_self_add_membership,
            disallow_self_add_ownership: self.disallow_self_add_ownership
                || other.disallow_self_add_ownership,
        }
    }

    /// The time limit for `kind`.
    #[must_use]
    pub const fn limit(&self, kind: MembershipKind) -> Option<Limit> {
        match kind {
            MembershipKind::Member => self.member_time_limit,
            MembershipKind::Owner => self.owner_time_limit,
        }
    }

    /// Whether granting `kind` needs a reason.
    #[must_use]
    pub const fn reason_required(&self, kind: MembershipKind) -> bool {
        match kind {
            MembershipKind::Member => self.require_member_reason,
            MembershipKind::Owner => self.require_owner_reason,
        }
    }

    /// Whether nobody may give themself `kind`.
    #[must_use]
    pub const fn self_add_disallowed(&self, kind: MembershipKind) -> bool {
        match kind {
            MembershipKind::Member => self.disallow_self_add_membership,
            MembershipKind::Owner => self.disallow_self_add_ownership,
        }
    }

    /// The wanted end, cut to what the limit allows from `now`.
    #[must_use]
    pub fn cap(&self, kind: MembershipKind, wanted: Expiry, now: Timestamp) -> Expiry {
        match self.limit(kind) {
            Some(limit) => wanted.min(Expiry::at(now.plus_seconds(limit.seconds()))),
            None => wanted,
        }
    }
}
