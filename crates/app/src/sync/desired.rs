//! What a source says should hold, in terms of the model, and what of it the source knows
//! completely. Things are named as the source names them; [`super::reconcile`] finds them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use portcullis_model::{
    ConnectorId, Description, Email, Expiry, Grant, Login, MembershipKind, Name, Reason, UserKind,
};
use serde::Serialize;

use crate::Update;

/// What a source says.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// What it knows completely.
    pub scope: Scope,
    /// People and services.
    pub users: Vec<DesiredUser>,
    /// Apps.
    pub apps: Vec<DesiredApp>,
    /// Groups and roles.
    pub groups: Vec<DesiredGroup>,
    /// Who is in a group or owns it.
    pub memberships: Vec<DesiredMembership>,
    /// Whose members are in another group.
    pub inclusions: Vec<DesiredInclusion>,
    /// What groups confer.
    pub entitlements: Vec<DesiredEntitlement>,
    /// Registered resources.
    pub resources: Vec<DesiredResource>,
}

/// What a source knows completely: what it granted there and no longer says ends. Its silence about
/// anything else means nothing.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Facts of which kinds.
    pub kinds: BTreeSet<FactKind>,
    /// In which groups; identities are in none, so that their kind alone counts.
    pub groups: Groups,
    /// What the source describes a group without saying, by the group's name.
    pub unsaid: BTreeSet<(String, Unsaid)>,
}

/// What may be left unsaid of a group that a source describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unsaid {
    /// Who is in it, or who owns it.
    People(MembershipKind),
    /// What it confers, of whatever kind.
    Grants,
}

/// Some groups, or all.
#[derive(Clone, Debug, Default)]
pub enum Groups {
    /// All there are, also those that the source does not name.
    #[default]
    All,
    /// Those with these names.
    Only(BTreeSet<String>),
}

/// What carries the name of its source, and is counted before a source ends it or takes from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Somebody in a group, or its owner.
    Membership,
    /// A group in a group.
    Inclusion,
    /// What a group confers.
    Entitlement,
    /// Who somebody is for the source.
    Identity,
    /// A person, service or agent with what is known of them.
    User,
    /// A registered resource with what is known of it.
    Resource,
}

impl fmt::Display for FactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Membership => "memberships",
            Self::Inclusion => "inclusions",
            Self::Entitlement => "entitlements",
            Self::Identity => "identities",
            Self::User => "users",
            Self::Resource => "resources",
        })
    }
}

/// Whom a source means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserKey {
    /// By login.
    Login(Arc<str>),
    /// By what the source calls them.
    External(Arc<str>),
}

/// Somebody. What is `None` is not spoken of, and stays as it is.
#[derive(Clone, Debug, Default)]
pub struct DesiredUser {
    /// Where the source says so, for messages; may be empty.
    pub at: String,
    /// What the source calls them, by which they are found first.
    pub external_id: Option<Arc<str>>,
    /// Their login, by which they are found where nobody has that external id yet.
    pub login: Option<Login>,
    /// As people call them; the login if somebody new has none.
    pub name: Option<Name>,
    /// Where they can be written to.
    pub email: Option<Email>,
    /// What kind of subject somebody new is.
    pub kind: UserKind,
    /// Whom they report to.
    pub manager: Update<UserKey>,
    /// All profile attributes.
    pub attributes: Option<BTreeMap<String, serde_json::Value>>,
}

/// An app; a new one gets a group of its owners.
#[derive(Clone, Debug)]
pub struct DesiredApp {
    /// Where the source says so.
    pub at: String,
    /// Its name.
    pub name: Name,
    /// What it is for. `None` is not spoken of, and stays as it is.
    pub description: Option<Description>,
    /// What is said of the group of its owners.
    pub owners: Description,
}

/// A group or role, found by its name.
#[derive(Clone, Debug)]
pub struct DesiredGroup {
    /// Where the source says so.
    pub at: String,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Wording,
    /// What kind of group a new one is.
    pub kind: DesiredKind,
    /// Who is the authority over it.
    pub kept: Kept,
    /// Whether the source lists who is in it, so that whoever else is in it is told as drift.
    pub listed: bool,
}

/// Whether a source insists on its words.
#[derive(Clone, Debug)]
pub enum Wording {
    /// It has none, and what there is stays as it is.
    Unsaid,
    /// They are for a new thing, and people may find better ones.
    AtFirst(Description),
    /// They are brought back.
    Always(Description),
}

/// What kind of group a new one is.
#[derive(Clone, Debug)]
pub enum DesiredKind {
    /// Just people.
    Group,
    /// A job function.
    Role,
    /// One that gives access to the app of that name.
    App(Name),
}

/// Who is the authority over a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Portcullis.
    Here,
    /// The source: the group is its mirror.
    Outside,
    /// Portcullis, and that source keeps it: this one says only what it confers.
    By(ConnectorId),
}

/// Where a source says a fact, for messages: of a million places hardly one is ever told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    place: Arc<str>,
    /// Which in the list that stands there.
    item: Option<u32>,
}

impl At {
    /// The item of that number in the list that stands at `list`.
    #[must_use]
    pub fn item(list: &Arc<str>, number: usize) -> Self {
        Self {
            place: Arc::clone(list),
            item: u32::try_from(number).ok(),
        }
    }
}

impl<T: Into<Arc<str>>> From<T> for At {
    fn from(place: T) -> Self {
        Self {
            place: place.into(),
            item: None,
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        self.item.map_or(Ok(()), |item| write!(f, "/{item}"))
    }
}

/// How a fact is said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Where the source says so.
    pub at: At,
    /// Its end. `None` where the source speaks of none: until it no longer says so.
    pub until: Option<Expiry>,
    /// Why, where it is granted anew.
    pub reason: Reason,
}

/// Somebody is in a group.
#[derive(Clone, Debug)]
pub struct DesiredMembership {
    /// How it is said.
    pub said: Said,
    /// Who.
    pub user: UserKey,
    /// In the group of that name.
    pub group: Arc<str>,
    /// As member or owner.
    pub kind: MembershipKind,
}

/// The members of a group are in another.
#[derive(Clone, Debug)]
pub struct DesiredInclusion {
    /// How it is said.
    pub said: Said,
    /// Whose members.
    pub child: Arc<str>,
    /// In what.
    pub target: Arc<str>,
    /// As members or owners.
    pub kind: MembershipKind,
}

/// A group confers something.
#[derive(Clone, Debug)]
pub struct DesiredEntitlement {
    /// How it is said.
    pub said: Said,
    /// The group of that name.
    pub group: Arc<str>,
    /// What it confers.
    pub grant: Grant,
}

/// A resource with all its properties.
#[derive(Clone, Debug)]
pub struct DesiredResource {
    /// Where the source says so.
    pub at: String,
    /// Its type.
    pub kind: Arc<str>,
    /// Its id in that type.
    pub id: Arc<str>,
    /// What is known of it. `None` is not spoken of, and stays as it is.
    pub properties: Option<BTreeMap<String, serde_json::Value>>,
}
