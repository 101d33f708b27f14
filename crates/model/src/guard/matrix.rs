//! Who may do what: one table, read by the API, the pages (what to show), the guard and the tests.

use serde::{Deserialize, Serialize};

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
    /// The person for whom the agent concerned acts.
    Sponsor,
    /// Named for it in the settings.
    Listed,
}

/// Makes the permission matrix: each action with who may do it, and what it is as the end of a
/// sentence that begins "you may not".
macro_rules! matrix {
    ($($(#[$doc:meta])* $Action:ident: $($Relation:ident),+ => $phrase:literal,)+) => {
        /// Something one may want to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action { $($(#[$doc])* $Action,)+ }

        impl Action {
            /// All there are.
            pub const ALL: [Self; [$($phrase),+].len()] = [$(Self::$Action),+];

            /// Who may do it.
            #[must_use]
            pub const fn allowed_to(self) -> &'static [Relation] {
                match self { $(Self::$Action => &[$(Relation::$Relation),+],)+ }
            }

            /// What it is, as the end of a sentence that begins "you may not".
            #[must_use]
            pub const fn phrase(self) -> &'static str {
                match self { $(Self::$Action => $phrase,)+ }
            }
        }
    };
}

// Reading is open to everybody signed in. Source: the reference portal's matrix; adding what a group
// confers and registering resources are ours, and for admins only, because both reach beyond the
// group.
matrix! {
    /// Make a user known.
    CreateUser: Admin => "add users",
    /// Change what is known of a user.
    EditUser: Admin => "edit users",
    /// End a user with all they have.
    DeleteUser: Admin => "delete users",
    /// Make a tag.
    CreateTag: Admin => "create tags",
    /// Change a tag and so what it demands.
    EditTag: Admin => "edit tags",
    /// Delete a tag.
    DeleteTag: Admin => "delete tags",
    /// Make an app with its owners group.
    CreateApp: Admin, Listed => "create apps",
    /// Change an app's name or description.
    EditApp: Admin, AppOwner => "edit this app",
    /// Put a tag on an app.
    TagApp: Admin, AppOwner => "add tags to this app",
    /// Take a tag off an app.
    UntagApp: Admin => "remove tags from apps",
    /// Delete an app with its groups.
    DeleteApp: Admin, AppOwner => "delete this app",
    /// Make a plain group or role.
    CreateGroup: Admin => "create groups and roles",
    /// Make a group of an app.
    CreateAppGroup: Admin, AppOwner => "add groups to this app",
    /// Change a group's name or description.
    EditGroup: Admin, AppOwner, GroupOwner => "edit this group",
    /// Put a tag on a group.
    TagGroup: Admin, AppOwner, GroupOwner => "add tags to this group",
    /// Take a tag off a group.
    UntagGroup: Admin => "remove tags from groups",
    /// Make a group another kind of group, or change who is the authority over it.
    ChangeGroupKind: Admin => "change what kind of group this is",
    /// Move an app group to another app.
    MoveAppGroup: Admin, AppOwner => "move this group to that app",
    /// Delete a group.
    DeleteGroup: Admin, AppOwner, GroupOwner, Listed => "delete this group",
    /// Add or extend members or owners.
    AddPeople: Admin, AppOwner, GroupOwner => "add people to this group",
    /// Remove members or owners.
    RemovePeople: Admin, AppOwner, GroupOwner, Oneself => "remove other people from this group",
    /// Let the members of a role into a group.
    AttachRole: Admin, AppOwner, GroupOwner => "add roles to this group",
    /// Take a role out of a group.
    DetachRole: Admin, AppOwner, GroupOwner, RoleOwner => "remove this role from this group",
    /// Change what membership of a group confers.
    GrantEntitlement: Admin => "change what groups confer",
    /// Ask for access for oneself.
    CreateRequest: Oneself => "ask for access for somebody else",
    /// Grant what somebody asked for.
    ApproveRequest: Admin, AppOwner, GroupOwner => "approve this request",
    /// Refuse what somebody asked for.
    RejectRequest: Admin, AppOwner, GroupOwner => "reject this request",
    /// Take one's own request back.
    WithdrawRequest: Oneself => "withdraw somebody else's request",
    /// Register a resource and its properties.
    RegisterResource: Admin => "register resources",
    /// Say who a user is in another system.
    LinkIdentity: Admin => "say who users are in other systems",
    /// Make a token that acts as a user.
    MakeToken: Admin, Oneself, Sponsor => "make tokens for this user",
    /// Make a link that signs somebody in once.
    MakeLink: Admin => "make links that sign in",
    /// End a session, a token or a link.
    EndCredential: Admin, Oneself, Sponsor => "end sessions and tokens of this user",
    /// Change how the program works: who signs in by what.
    ManageSettings: Admin => "change the settings",
    /// Say what one wants to be told.
    SetPreferences: Oneself => "say what somebody else wants to be told",
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
            Self::Sponsor => "the agent's sponsor",
            Self::Listed => "somebody the settings name for it",
        }
    }
}
