//! Who users are elsewhere, as people say it.

use portcullis_model::{
    Change, ChangeSet, ConnectorId, Context, Edit, Id, Identity, Noun, OperationName, Refusal,
    RefusalCode, User, UserKind, World,
};

use crate::Operation;

/// Says who a user is in another system.
#[derive(Clone, Debug)]
pub struct LinkIdentity {
    /// Whom.
    pub user: Id<User>,
    /// The system.
    pub connector: ConnectorId,
    /// What they are called there, to the letter.
    pub external_id: String,
}

impl Operation for LinkIdentity {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let user = world.require_user(self.user)?;
        if user.kind == UserKind::Agent {
            return Err(Refusal::invalid(
                "user",
                "an agent does not sign in; make it a token",
            ));
        }
        let mut known = world.identities_of(user.id);
        if let Some(known) = known.find(|known| known.connector == self.connector) {
            return Err(Refusal::rule(
                RefusalCode::AlreadyLinked,
                format!(
                    "`{}` is `{}` in `{}` already",
                    user.login, known.external_id, self.connector
                ),
                "unlink that first",
            ));
        }
        let link = Identity::link(context, user.id, self.connector, &self.external_id)?;
        Ok(ChangeSet::new(OperationName::IdentityLink).with(link))
    }
}

/// Says no longer who a user is in another system. Sessions that began there end.
#[derive(Clone, Copy, Debug)]
pub struct UnlinkIdentity(pub Id<Identity>);

impl Operation for UnlinkIdentity {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let identity = world.identity(self.0);
        let identity = identity.ok_or_else(|| Refusal::not_found(Noun::Identity, self.0))?;
        let mut change = ChangeSet::new(OperationName::IdentityUnlink);
        let sessions = world.sessions_of(identity.user);
        let sessions = sessions.filter(|c| c.began_at(identity.connector));
        change
            .changes
            .extend(sessions.map(|c| Change::from(c.end())));
        change.push(Edit::end(identity.clone()));
        Ok(change)
    }
}
