//! What can be asked for: whom it is about, who decides, what granting it makes, and how it is
//! called. Another kind of request is another variant here.

use serde::{Deserialize, Serialize};

use super::{Granted, Request};
use crate::{
    App, Change, Context, Edit, Expiry, Group, GroupKind, Id, Membership, MembershipKind, Refusal,
    Tag, Timestamp, User, World,
    name::{Description, Name, Reason},
    record::Authority,
};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wants", rename_all = "snake_case")]
pub enum Wants {
    /// To be in a group.
    Membership {
        /// Which group.
        group: Id<Group>,
        /// As member or owner.
        kind: MembershipKind,
    },
    /// That the members of a role are in a group.
    Inclusion {
        /// Which role.
        role: Id<Group>,
        /// Which group.
        group: Id<Group>,
        /// As members or owners.
        kind: MembershipKind,
    },
    /// A new group, owned by who asks.
    NewGroup {
        /// Its name.
        name: Name,
        /// What it is for.
        #[serde(default)]
        description: Description,
        /// Plain, a role, or one of an app's.
        #[serde(rename = "as")]
        kind: GroupKind,
        /// The tags it would have.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<Id<Tag>>,
    },
}

/// What a request is about, which says who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An existing group: its owners decide.
    Group(Id<Group>),
    /// An app that would get a group: its owners decide.
    App(Id<App>),
    /// The directory itself: admins decide.
    Directory,
}

impl Wants {
    /// A text that is the same for requests that want the same.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Membership { group, kind } => format!("membership:{group}:{kind}"),
            Self::Inclusion { role, group, kind } => format!("inclusion:{role}:{group}:{kind}"),
            Self::NewGroup { name, .. } => format!("group:{}", name.key()),
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn target(&self) -> Target {
        match self {
            Self::Membership { group, .. } | Self::Inclusion { group, .. } => Target::Group(*group),
            Self::NewGroup {
                kind: GroupKind::App { app, .. },
                ..
            } => Target::App(*app),
            Self::NewGroup { .. } => Target::Directory,
        }
    }

    /// The existing group it is about, if it is about one.
    #[must_use]
    pub const fn group(&self) -> Option<Id<Group>> {
        match self.target() {
            Target::Group(group) => Some(group),
            Target::App(_) | Target::Directory => None,
        }
    }

    /// As what somebody would be in a group, if it is about that.
    #[must_use]
    pub const fn kind(&self) -> Option<MembershipKind> {
        match self {
            Self::Membership { kind, .. } | Self::Inclusion { kind, .. } => Some(*kind),
            Self::NewGroup { .. } => None,
        }
    }

    /// The groups that have to exist for it to be granted.
    #[must_use]
    pub fn groups(&self) -> Vec<Id<Group>> {
        match self {
            Self::Membership { group, .. } => vec![*group],
            Self::Inclusion { role, group, .. } => vec![*group, *role],
            Self::NewGroup { .. } => Vec::new(),
        }
    }

    /// Whether it can be granted in this world: what it is about is there, and is ours to give.
    #[must_use]
    pub fn stands(&self, world: &World) -> bool {
        let managed = |group| world.group(group).is_some_and(Group::is_managed);
        match self {
            Self::Membership { group, .. } => managed(*group),
            Self::Inclusion { role, group, .. } => managed(*group) && world.group(*role).is_some(),
            Self::NewGroup { kind, tags, .. } => {
                let app = match kind {
                    GroupKind::App { app, .. } => world.app(*app).is_some(),
                    GroupKind::Group | GroupKind::Role => true,
                };
                app && tags.iter().all(|tag| world.tag(*tag).is_some())
            }
        }
    }

    /// Who is asked, other than `requester`: the owners of what it is about, else its app's, else
    /// admins.
    #[must_use]
    pub fn deciders<'w>(
        &self,
        world: &'w World,
        requester: Option<Id<User>>,
        now: Timestamp,
    ) -> Vec<&'w User> {
        let of_group = |group: &Group| world.deciders(group, requester, now);
        match self.target() {
            Target::Group(group) => world.group(group).map_or_else(Vec::new, of_group),
            Target::App(app) => world.owners_group(app).map_or_else(Vec::new, of_group),
            Target::Directory => world.admins(requester, now),
        }
    }

    /// How it is called in sentences: `membership in Payroll`.
    #[must_use]
    pub fn label(&self, world: &World) -> String {
        let name = |group| {
            let group: Option<&Group> = world.group(group);
            group.map_or_else(
                || "a deleted group".to_owned(),
                |group| group.name.to_string(),
            )
        };
        match self {
            Self::Membership { group, kind } => format!("{} in {}", kind.noun(), name(*group)),
            Self::Inclusion { role, group, kind } => {
                format!("{} in {} for {}", kind.noun(), name(*group), name(*role))
            }
            Self::NewGroup { name, kind, .. } => format!("a new {} {name}", kind.noun()),
        }
    }

    /// Whether a membership granted to who asked gives what was asked for: itself, or a group it
    /// leads into.
    #[must_use]
    pub fn answered_by(&self, world: &World, granted: &Membership, now: Timestamp) -> bool {
        match self {
            Self::Membership { group, kind } => {
                (granted.group, granted.kind) == (*group, *kind)
                    || granted.kind == MembershipKind::Member
                        && world
                            .reach(granted.group, now)
                            .iter()
                            .any(|(reached, as_what)| (reached.id, *as_what) == (*group, *kind))
            }
            Self::Inclusion { .. } | Self::NewGroup { .. } => false,
        }
    }

    /// What granting it makes: the edits, what they grant and until when.
    pub(super) fn grant(
        &self,
        world: &World,
        context: &Context,
        request: &Request,
        until: Expiry,
        reason: &Reason,
    ) -> Result<(Vec<Change>, Granted, Expiry), Refusal> {
        match self {
            Self::Membership { group, kind } => {
                let group = world.require_group(*group)?;
                let user = request.requester;
                let edit = world.grant_membership(context, user, group, *kind, until, reason);
                let Edit { before, after } = edit;
                let granted = after.ok_or_else(gone)?.answering(request.id);
                let (id, ends) = (granted.id, granted.validity.until);
                let edit = Edit {
                    before,
                    after: Some(Box::new(granted)),
                };
                Ok((vec![edit.into()], Granted::Membership(id), ends))
            }
            Self::Inclusion { role, group, kind } => {
                let (role, group) = (world.require_role(*role)?, world.require_group(*group)?);
                let edit = world.grant_inclusion(context, role.id, group, *kind, until, reason);
                let granted = edit.after.as_deref().ok_or_else(gone)?;
                let (id, ends) = (granted.id, granted.validity.until);
                Ok((vec![edit.into()], Granted::Inclusion(id), ends))
            }
            Self::NewGroup {
                name,
                description,
                kind,
                tags,
            } => {
                let group = Group {
                    id: context.id(),
                    name: name.clone(),
                    description: description.clone(),
                    kind: *kind,
                    authority: Authority::default(),
                    tags: tags.clone(),
                };
                let owner = MembershipKind::Owner;
                let ends = world.constraints_on(&group).cap(owner, until, context.now);
                let owns =
                    Membership::grant(context, request.requester, group.id, owner, ends, reason);
                let granted = Granted::Group(group.id);
                let owns = Edit::create(owns.answering(request.id));
                Ok((vec![Edit::create(group).into(), owns.into()], granted, ends))
            }
        }
    }
}

/// An edit that grants has an after; this is for one that breaks its invariant.
fn gone() -> Refusal {
    Refusal::invalid("request", "what was asked for cannot be granted; ask anew")
}
