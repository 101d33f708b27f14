//! What can be done, by name: as the log, the API and filters call it.

use crate::words;

words! {
    /// The name of an operation, as noun and verb.
    pub enum OperationName {
        /// The first admin.
        UserInitAdmin = "user.init_admin",
        /// A user made known.
        UserCreate = "user.create",
        /// What is known of a user changed.
        UserEdit = "user.edit",
        /// A user ended with all they have.
        UserDelete = "user.delete",
        /// A group made.
        GroupCreate = "group.create",
        /// A group's name, description, tags or kind changed.
        GroupEdit = "group.edit",
        /// A group ended.
        GroupDelete = "group.delete",
        /// People added to a group, or their ends moved.
        GroupAddPeople = "group.add_people",
        /// People removed from a group.
        GroupRemovePeople = "group.remove_people",
        /// A role added to groups.
        GroupAttachRole = "group.attach_role",
        /// A role removed from groups.
        GroupDetachRole = "group.detach_role",
        /// An entitlement granted to a group, or replaced.
        GroupGrantEntitlement = "group.grant_entitlement" was "group.confer",
        /// An entitlement of a group revoked.
        GroupRevokeEntitlement = "group.revoke_entitlement" was "group.withhold",
        /// A role made from what somebody has.
        RoleFromPerson = "role.from_person",
        /// A role copied.
        RoleClone = "role.clone",
        /// A role merged into another.
        RoleMerge = "role.merge",
        /// A role split in two.
        RoleSplit = "role.split",
        /// An app made.
        AppCreate = "app.create",
        /// An app's name, description or tags changed.
        AppEdit = "app.edit",
        /// An app ended with its groups.
        AppDelete = "app.delete",
        /// A tag made.
        TagCreate = "tag.create",
        /// A tag or its constraints changed.
        TagEdit = "tag.edit",
        /// A tag ended.
        TagDelete = "tag.delete",
        /// Somebody asks.
        RequestCreate = "request.create",
        /// A request granted.
        RequestApprove = "request.approve",
        /// A request refused.
        RequestReject = "request.reject",
        /// A request taken back by who asked.
        RequestWithdraw = "request.withdraw",
        /// A resource registered, or its properties replaced.
        ResourceRegister = "resource.register",
        /// A registered resource forgotten.
        ResourceForget = "resource.forget",
        /// An organisation read from a file.
        ImportOrg = "import.org",
        /// What decisions are made from read from a file.
        ImportPolicy = "import.policy",
        /// What others made made a source's own.
        SourceAdopt = "source.adopt",
        /// Who somebody is elsewhere, said.
        IdentityLink = "identity.link",
        /// Who somebody is elsewhere, no longer said.
        IdentityUnlink = "identity.unlink",
        /// In which groups somebody is, as their identity provider says.
        IdentityGroups = "identity.groups",
        /// Somebody signed in.
        SessionBegin = "session.begin",
        /// Sessions ended.
        SessionEnd = "session.end",
        /// A token made.
        TokenIssue = "token.issue",
        /// A token replaced by another.
        TokenRotate = "token.rotate",
        /// Tokens and links ended.
        TokenRevoke = "token.revoke",
        /// A link made that signs in once.
        LinkIssue = "link.issue",
        /// An identity provider set up, or changed.
        ProviderSave = "provider.save",
        /// People sign in by an identity provider, or no longer do.
        ProviderSwitch = "provider.switch",
        /// An identity provider forgotten.
        ProviderDelete = "provider.delete",
        /// What somebody wants to be told, said.
        PreferencesSet = "preferences.set",
        /// What had reached its end moved to history.
        TimeExpire = "time.expire" was "time.passing",
        /// An entry of the log undone.
        LogUndo = "log.undo",
    }
}

impl OperationName {
    /// Every text, of this version and earlier ones, of the operations whose name passes.
    pub fn texts_of(passes: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static str> {
        let all = Self::ALL.iter().filter(move |name| passes(name.as_str()));
        all.flat_map(|name| name.texts()).copied()
    }
}
