//! Who may do what: one table, read by the API, the pages (what to show), the guard and the tests.

use serde::{Deserialize, Serialize};

/// Something one may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Make a user known.
    CreateUser,
    /// Change what is known of a user.
    EditUser,
    /// End a user with all they have.
    DeleteUser,
    /// Make a tag.
    CreateTag,
    /// Change a tag and so what it demands.
    EditTag,
    /// Delete a tag.
    DeleteTag,
    /// Make an app with its owners group.
    CreateApp,
    /// Change an app's name or description.
    EditApp,
    /// Put a tag on an app.
    TagApp,
    /// Take a tag off an app.
    UntagApp,
    /// Delete an app with its groups.
    DeleteApp,
    /// Make a plain group or role.
    CreateGroup,
    /// Make a group of an app.
    CreateAppGroup,
    /// Change a group's name or description.
    EditGroup,
    /// Put a tag on a group.
    TagGroup,
    /// Take a tag off a group.
    UntagGroup,
    /// Make a group another kind of group, or change who is the authority over it.
    ChangeGroupKind,
    /// Move an app group to another app.
    MoveAppGroup,
    /// Delete a group.
    DeleteGroup,
    /// Add or extend members or owners.
    AddPeople,
    /// Remove members or owners.
    RemovePeople,
    /// Let the members of a role into a group.
    AttachRole,
    /// Take a role out of a group.
    DetachRole,
    /// Change what membership of a group confers.
    GrantEntitlement,
    /// Ask for access for oneself.
    CreateRequest,
    /// Grant what somebody asked for.
    ApproveRequest,
    /// Refuse what somebody asked for.
    RejectRequest,
    /// Take one's own request back.
    WithdrawRequest,
    /// Register a resource and its properties.
    RegisterResource,
    /// Say who a user is in another system.
    LinkIdentity,
}

/// How somebody stands to what they want to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// A member of the owners group of the built-in app.
    Admin,
    /// An owner of the owners group of the app concerned.
    AppOwner,
    /// An owner of the group concerned, directly or through a role.
    GroupOwner,
    /// An owner of the role concerned, where that is not the group acted on.
    RoleOwner,
    /// The person concerned.
    Oneself,
    /// Named for it in the settings.
    Listed,
}

use Action as A;
use Relation::{Admin, AppOwner, GroupOwner, Listed, Oneself, RoleOwner};

/// The permission matrix. Reading is open to everybody signed in.
///
/// Source: the reference portal's matrix; adding what a group confers and registering resources
/// are ours, and for admins only, because both reach beyond the group.
pub const MATRIX: &[(Action, &[Relation])] = &[
    (A::CreateUser, &[Admin]),
    (A::EditUser, &[Admin]),
    (A::DeleteUser, &[Admin]),
    (A::CreateTag, &[Admin]),
    (A::EditTag, &[Admin]),
    (A::DeleteTag, &[Admin]),
    (A::CreateApp, &[Admin, Listed]),
    (A::EditApp, &[Admin, AppOwner]),
    (A::TagApp, &[Admin, AppOwner]),
    (A::UntagApp, &[Admin]),
    (A::DeleteApp, &[Admin, AppOwner]),
    (A::CreateGroup, &[Admin]),
    (A::CreateAppGroup, &[Admin, AppOwner]),
    (A::EditGroup, &[Admin, AppOwner, GroupOwner]),
    (A::TagGroup, &[Admin, AppOwner, GroupOwner]),
    (A::UntagGroup, &[Admin]),
    (A::ChangeGroupKind, &[Admin]),
    (A::MoveAppGroup, &[Admin, AppOwner]),
    (A::DeleteGroup, &[Admin, AppOwner, GroupOwner, Listed]),
    (A::AddPeople, &[Admin, AppOwner, GroupOwner]),
    (A::RemovePeople, &[Admin, AppOwner, GroupOwner, Oneself]),
    (A::AttachRole, &[Admin, AppOwner, GroupOwner]),
    (A::DetachRole, &[Admin, AppOwner, GroupOwner, RoleOwner]),
    (A::GrantEntitlement, &[Admin]),
    (A::CreateRequest, &[Oneself]),
    (A::ApproveRequest, &[Admin, AppOwner, GroupOwner]),
    (A::RejectRequest, &[Admin, AppOwner, GroupOwner]),
    (A::WithdrawRequest, &[Oneself]),
    (A::RegisterResource, &[Admin]),
    (A::LinkIdentity, &[Admin]),
];

impl Action {
    /// Who may do it.
    #[must_use]
    pub fn allowed_to(self) -> &'static [Relation] {
        MATRIX
            .iter()
            .find(|(action, _)| *action == self)
            .map_or(&[], |(_, standings)| standings)
    }

    /// What it is, as the end of a sentence that begins "you may not".
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            A::CreateUser => "add users",
            A::EditUser => "edit users",
            A::DeleteUser => "delete users",
            A::CreateTag => "create tags",
            A::EditTag => "edit tags",
            A::DeleteTag => "delete tags",
            A::CreateApp => "create apps",
            A::EditApp => "edit this app",
            A::TagApp => "add tags to this app",
            A::UntagApp => "remove tags from apps",
            A::DeleteApp => "delete this app",
            A::CreateGroup => "create groups and roles",
            A::CreateAppGroup => "add groups to this app",
            A::EditGroup => "edit this group",
            A::TagGroup => "add tags to this group",
            A::UntagGroup => "remove tags from groups",
            A::ChangeGroupKind => "change what kind of group this is",
            A::MoveAppGroup => "move this group to that app",
            A::DeleteGroup => "delete this group",
            A::AddPeople => "add people to this group",
            A::RemovePeople => "remove other people from this group",
            A::AttachRole => "add roles to this group",
            A::DetachRole => "remove this role from this group",
            A::GrantEntitlement => "change what groups confer",
            A::CreateRequest => "ask for access for somebody else",
            A::ApproveRequest => "approve this request",
            A::RejectRequest => "reject this request",
            A::WithdrawRequest => "withdraw somebody else's request",
            A::RegisterResource => "register resources",
            A::LinkIdentity => "say who users are in other systems",
        }
    }
}

impl Relation {
    /// Who that is, in a sentence that begins "ask".
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Admin => "an admin",
            Self::AppOwner => "an owner of the app",
            Self::GroupOwner => "an owner of the group",
            Self::RoleOwner => "an owner of the role",
            Self::Oneself => "the person concerned",
            Self::Listed => "somebody the settings name for it",
        }
    }
}
