//! The words for what the model knows by name: one table for each kind, and every kind is in it.
//! Another operation, state or code does not build before it has its words here.

use portcullis_model::{
    ConnectorId, OperationName, RefusalCode, Request, State, SystemActor, Wants,
};

/// What an operation did, in a few words, after the name of whoever did it.
pub(crate) const fn did(operation: OperationName) -> &'static str {
    use OperationName as O;
    match operation {
        O::UserInitAdmin => "made the first admin",
        O::UserCreate => "added a person",
        O::UserEdit => "edited a person",
        O::UserDelete => "deleted a person",
        O::GroupCreate => "created a group",
        O::GroupEdit => "edited a group",
        O::GroupDelete => "deleted a group",
        O::GroupAddPeople => "added or extended people",
        O::GroupRemovePeople => "removed people",
        O::GroupAttachRole => "added a role to a group",
        O::GroupDetachRole => "removed a role from a group",
        O::GroupGrantEntitlement => "granted an entitlement",
        O::GroupRevokeEntitlement => "removed an entitlement",
        O::RoleFromPerson => "made a role of somebody's access",
        O::RoleClone => "cloned a role",
        O::RoleMerge => "merged roles",
        O::RoleSplit => "split a role",
        O::AppCreate => "created an app",
        O::AppEdit => "edited an app",
        O::AppDelete => "deleted an app",
        O::TagCreate => "created a tag",
        O::TagEdit => "edited a tag",
        O::TagDelete => "deleted a tag",
        O::RequestCreate => "requested access",
        O::RequestApprove => "approved a request",
        O::RequestReject => "rejected a request",
        O::RequestWithdraw => "withdrew a request",
        O::ResourceRegister => "registered a resource",
        O::ResourceForget => "removed a resource",
        O::ImportOrg => "imported an organisation",
        O::ImportPolicy => "imported a policy",
        O::SourceAdopt => "gave a source what others made",
        O::TimeExpire => "access expired",
        O::LogUndo => "undid an entry",
    }
}

/// What was done, for the one who did it.
pub(crate) const fn done(operation: OperationName) -> &'static str {
    use OperationName as O;
    match operation {
        O::UserInitAdmin => "Admin added.",
        O::UserCreate => "Person added.",
        O::UserEdit => "Person saved.",
        O::UserDelete => "Person removed.",
        O::GroupCreate => "Group created.",
        O::GroupEdit => "Group saved.",
        O::GroupDelete => "Group deleted.",
        O::GroupAddPeople => "People added or extended.",
        O::GroupRemovePeople => "People removed.",
        O::GroupAttachRole => "Role added.",
        O::GroupDetachRole => "Role removed.",
        O::GroupGrantEntitlement => "Entitlement granted.",
        O::GroupRevokeEntitlement => "Entitlement removed.",
        O::RoleFromPerson => "Role created.",
        O::RoleClone => "Role cloned.",
        O::RoleMerge => "Roles merged.",
        O::RoleSplit => "Role split.",
        O::AppCreate => "App created.",
        O::AppEdit => "App saved.",
        O::AppDelete => "App deleted.",
        O::TagCreate => "Tag created.",
        O::TagEdit => "Tag saved.",
        O::TagDelete => "Tag deleted.",
        O::RequestCreate => "Request sent. The owners see it now.",
        O::RequestApprove => "Approved.",
        O::RequestReject => "Rejected.",
        O::RequestWithdraw => "Request withdrawn.",
        O::ResourceRegister => "Resource registered.",
        O::ResourceForget => "Resource removed.",
        O::ImportOrg | O::ImportPolicy => "Imported.",
        O::SourceAdopt => "Taken over.",
        O::TimeExpire => "Expired.",
        O::LogUndo => "Undone.",
    }
}

/// What an entry of the log did to a request.
pub(crate) const fn happened(operation: OperationName, request: &Request) -> &'static str {
    use OperationName as O;
    match operation {
        O::RequestCreate => match request.state {
            State::Withdrawn { .. } => "asked, or asked anew",
            State::Pending | State::Approved { .. } | State::Rejected { .. } => "asked",
        },
        O::RequestApprove => "approved",
        O::RequestReject => "rejected",
        O::RequestWithdraw => "withdrew it",
        O::LogUndo => "undid a decision",
        O::GroupAddPeople | O::GroupAttachRole => "gave it",
        O::UserDelete | O::GroupDelete | O::AppDelete | O::TagDelete => "deleted what it was about",
        O::TimeExpire => "let it expire",
        O::UserInitAdmin
        | O::UserCreate
        | O::UserEdit
        | O::GroupCreate
        | O::GroupEdit
        | O::GroupRemovePeople
        | O::GroupDetachRole
        | O::GroupGrantEntitlement
        | O::GroupRevokeEntitlement
        | O::RoleFromPerson
        | O::RoleClone
        | O::RoleMerge
        | O::RoleSplit
        | O::AppCreate
        | O::AppEdit
        | O::TagCreate
        | O::TagEdit
        | O::ResourceRegister
        | O::ResourceForget
        | O::ImportOrg
        | O::ImportPolicy
        | O::SourceAdopt => "changed it",
    }
}

/// The field of a form that a refusal is about; empty for the form as a whole.
pub(crate) const fn field(code: RefusalCode) -> &'static str {
    use RefusalCode as C;
    match code {
        C::LooksAlike | C::NameTaken | C::OwnersGroupName => "name",
        C::ReasonRequired => "reason",
        C::TimeLimit => "until",
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
        | C::LastOwnersGroup
        | C::NotARole
        | C::NotDirect
        | C::NothingToUndo
        | C::RequestWaits
        | C::RoleAsTarget
        | C::RoleInUse
        | C::SecondOwnersGroup
        | C::SelfAdd
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
