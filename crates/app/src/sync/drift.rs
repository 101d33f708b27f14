//! What differs from what a source says and is not the source's to change: people decide.

use portcullis_model::{Entitlement, Fact, Inclusion, Membership, World};
use serde::Serialize;

use super::{FactKind, Unsaid};

/// One difference that stays.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Drift {
    /// Where the source says otherwise; empty where it says nothing.
    pub at: String,
    /// What kind of difference it is.
    pub code: DriftCode,
    /// The difference in a sentence, with what to do.
    pub message: String,
}

/// The kinds of difference, stable for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftCode {
    /// Somebody else put it into a group whose people the source lists.
    Extra,
    /// Somebody else granted the same, to hold at another time.
    OtherTime,
    /// Somebody else granted another entitlement under that name.
    OtherEntitlement,
    /// The source does not keep the group, or another is the authority over it.
    ForeignGroup,
    /// The source does not keep the app.
    ForeignApp,
    /// Another source keeps whoever has the login, or nobody said who they are for this one.
    ForeignUser,
    /// The source says otherwise of somebody it does not keep.
    OtherUser,
    /// The source says otherwise of a resource it does not keep.
    OtherResource,
    /// The source names somebody it does not describe and nobody knows.
    UnknownUser,
    /// The source names a group it does not describe and nobody knows.
    UnknownGroup,
    /// The login is that of somebody whom the source calls otherwise.
    LoginTaken,
    /// The source calls somebody by another login than is used here.
    OtherLogin,
    /// The source says one thing in two ways.
    SaidTwice,
    /// The source puts an agent where its sponsor is not.
    BeyondSponsor,
}

impl DriftCode {
    /// Whether it stops every source: what it describes under that name is not its own, and by a
    /// name alone nobody must get what it says.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(
            self,
            Self::ForeignGroup | Self::ForeignApp | Self::ForeignUser
        )
    }
}

/// A fact as sentences about drift need it.
pub(super) trait Told: Fact {
    const COUNTED: FactKind;

    /// As part of what a source may leave unsaid of its group.
    fn part(&self) -> Option<Unsaid>;

    /// What it says, without a verb.
    fn told(&self, world: &World) -> String;
}

fn name(world: &World, group: portcullis_model::Id<portcullis_model::Group>) -> &str {
    world.group(group).map_or("", |group| &group.name)
}

impl Told for Membership {
    const COUNTED: FactKind = FactKind::Membership;

    fn part(&self) -> Option<Unsaid> {
        Some(Unsaid::People(self.kind))
    }

    fn told(&self, world: &World) -> String {
        let login = world.user(self.user).map_or("", |user| &user.login);
        format!(
            "`{login}` as {} of `{}`",
            self.kind,
            name(world, self.group)
        )
    }
}

impl Told for Inclusion {
    const COUNTED: FactKind = FactKind::Inclusion;

    /// Two teams may say so, each in its way.
    fn part(&self) -> Option<Unsaid> {
        None
    }

    fn told(&self, world: &World) -> String {
        let child = name(world, self.child);
        format!(
            "`{child}` as {} of `{}`",
            self.kind,
            name(world, self.target)
        )
    }
}

impl Told for Entitlement {
    const COUNTED: FactKind = FactKind::Entitlement;

    fn part(&self) -> Option<Unsaid> {
        Some(Unsaid::Grants)
    }

    fn told(&self, world: &World) -> String {
        format!("`{}` of `{}`", self.grant.label(), name(world, self.group))
    }
}
