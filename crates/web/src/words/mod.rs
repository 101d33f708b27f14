//! The words for what the model knows by name: one table for each kind, and every kind is in it.
//! Another operation, state or code does not build before it has its words here.

use portcullis_model::{
    ConnectorId, MembershipKind, OperationName, RefusalCode, Request, State, SystemActor, Wants,
};

/// Declares the words for every operation: three in a row.
macro_rules! operations {
    ($($Name:ident: $did:literal, $done:literal, $happened:literal;)*) => {
        /// What an operation did, in a few words, after the name of whoever did it.
        pub(crate) const fn did(operation: OperationName) -> &'static str {
            match operation { $(OperationName::$Name => $did,)* }
        }

        /// What was done, for the one who did it.
        pub(crate) const fn done(operation: OperationName) -> &'static str {
            match operation { $(OperationName::$Name => $done,)* }
        }

        /// What an entry of the log did to a request.
        pub(crate) const fn happened(operation: OperationName, request: &Request) -> &'static str {
            match (operation, &request.state) {
                (OperationName::RequestCreate, State::Withdrawn { .. }) => "asked, or asked anew",
                $((OperationName::$Name, _) => $happened,)*
            }
        }
    };
}

operations! {
    UserInitAdmin: "made the first admin", "Admin added.", "changed it";
    UserCreate: "added a person", "Person added.", "changed it";
    UserEdit: "edited a person", "Person saved.", "changed it";
    UserDelete: "deleted a person", "Person removed.", "deleted what it was about";
    GroupCreate: "created a group", "Group created.", "changed it";
    GroupEdit: "edited a group", "Group saved.", "changed it";
    GroupDelete: "deleted a group", "Group deleted.", "deleted what it was about";
    GroupAddPeople: "added or extended people", "People added or extended.", "gave it";
    GroupRemovePeople: "removed people", "People removed.", "changed it";
    GroupAttachRole: "added a role to a group", "Role added.", "gave it";
    GroupDetachRole: "removed a role from a group", "Role removed.", "changed it";
    GroupGrantEntitlement: "granted an entitlement", "Entitlement granted.", "changed it";
    GroupRevokeEntitlement: "removed an entitlement", "Entitlement removed.", "changed it";
    RoleFromPerson: "made a role of somebody's access", "Role created.", "changed it";
    RoleClone: "cloned a role", "Role cloned.", "changed it";
    RoleMerge: "merged roles", "Roles merged.", "changed it";
    RoleSplit: "split a role", "Role split.", "changed it";
    AppCreate: "created an app", "App created.", "changed it";
    AppEdit: "edited an app", "App saved.", "changed it";
    AppDelete: "deleted an app", "App deleted.", "deleted what it was about";
    TagCreate: "created a tag", "Tag created.", "changed it";
    TagEdit: "edited a tag", "Tag saved.", "changed it";
    TagDelete: "deleted a tag", "Tag deleted.", "deleted what it was about";
    RequestCreate: "requested access", "Request sent.", "asked";
    RequestApprove: "approved a request", "Approved.", "approved";
    RequestReject: "rejected a request", "Rejected.", "rejected";
    RequestWithdraw: "withdrew a request", "Request withdrawn.", "withdrew it";
    ResourceRegister: "registered a resource", "Resource registered.", "changed it";
    ResourceForget: "removed a resource", "Resource removed.", "changed it";
    ImportOrg: "imported an organisation", "Imported.", "changed it";
    ImportPolicy: "imported a policy", "Imported.", "changed it";
    SourceAdopt: "gave a source what others made", "Taken over.", "changed it";
    IdentityLink: "linked an account", "Account linked.", "changed it";
    IdentityUnlink: "unlinked an account", "Account unlinked.", "changed it";
    IdentityGroups: "told somebody's groups", "Saved.", "changed it";
    SessionBegin: "signed somebody in", "Signed in.", "changed it";
    SessionEnd: "ended sessions", "Signed out there.", "changed it";
    TokenIssue: "created a token", "Token created.", "changed it";
    TokenRotate: "rotated a token", "Token rotated.", "changed it";
    TokenRevoke: "revoked a token", "Revoked.", "changed it";
    LinkIssue: "made a link to sign in by", "Link created.", "changed it";
    ProviderSave: "set up an identity provider", "Identity provider saved.", "changed it";
    ProviderSwitch: "switched an identity provider", "Saved.", "changed it";
    ProviderDelete: "removed an identity provider", "Identity provider removed.", "changed it";
    PreferencesSet: "chose what to be told", "Saved.", "changed it";
    TimeExpire: "access expired", "Expired.", "let it expire";
    LogUndo: "undid an entry", "Undone.", "undid a decision";
}

/// The field of a form that a refusal is about; empty for the form as a whole.
pub(crate) const fn field(code: RefusalCode) -> &'static str {
    use RefusalCode as C;
    match code {
        C::LooksAlike | C::NameTaken | C::OwnersGroupName => "name",
        C::ReasonRequired => "reason",
        C::TimeLimit => "until",
        C::AlreadyLinked => "external_id",
        C::AlreadyAsked
        | C::AlreadyConferred
        | C::AlreadyInGroup
        | C::AlreadyIncluded
        | C::AlreadyResolved
        | C::AppGroupName
        | C::ApprovalWithoutGrant
        | C::BuiltInApp
        | C::CannotUndo
        | C::ChangedMeanwhile
        | C::Cycle
        | C::ForeignFact
        | C::InUse
        | C::KeptBySource
        | C::LastAdmin
        | C::BeyondSponsor
        | C::LinkUsed
        | C::NotTried
        | C::NotLinked
        | C::OnlyBySigningIn
        | C::ProviderChanged
        | C::TooManyTokens
        | C::LastOwnersGroup
        | C::NotARole
        | C::NotDirect
        | C::NothingToUndo
        | C::RequestWaits
        | C::RoleAsTarget
        | C::RoleInUse
        | C::SecondOwnersGroup
        | C::SelfAdd
        | C::SignedOut
        | C::TooManyRemovals
        | C::UnmanagedGroup => "",
    }
}

/// What a part of Portcullis is called where it acted.
pub(crate) const fn system(system: SystemActor) -> &'static str {
    match system {
        SystemActor::Time => "System",
        SystemActor::Operator => "Operator",
        SystemActor::Demo => "Demo",
        SystemActor::SignIn => "Sign-in",
    }
}

/// What a connector is called where it acted.
pub(crate) fn connector(id: ConnectorId) -> String {
    match id {
        ConnectorId::IMPORT => "Import".to_owned(),
        ConnectorId::POLICY => "Policy file".to_owned(),
        other => format!("source {other}"),
    }
}

/// As what somebody would be in the group they ask for, behind its name.
pub(crate) fn as_what(wants: &Wants) -> String {
    match wants {
        Wants::Membership { kind, .. } => format!("as {kind}"),
        Wants::Inclusion { kind, .. } => format!("as {kind}, for a role"),
        Wants::NewGroup { kind, .. } => format!("as a new {}", kind.noun()),
    }
}

/// What somebody asks, before the name of the group.
pub(crate) fn asks(wants: &Wants) -> String {
    match wants {
        Wants::Membership { kind, .. } => match kind {
            MembershipKind::Member => "to join".to_owned(),
            MembershipKind::Owner => "to own".to_owned(),
        },
        Wants::Inclusion { .. } => "to add a role to".to_owned(),
        Wants::NewGroup { kind, .. } => format!("for a new {}:", kind.noun()),
    }
}
