//! Make a token.

use std::collections::BTreeSet;

use portcullis_model::{
    ChangeSet, Context, Credential, Digest, Edit, Expiry, Id, Name, OperationName, Purpose,
    Refusal, Scope, User, World,
};

use super::{ends, room_for};
use crate::Operation;

/// Makes a token.
#[derive(Clone, Debug)]
pub struct IssueToken {
    /// Whom it acts as.
    pub user: Id<User>,
    /// What it is called; no two of a user alike, but for one that is being replaced.
    pub name: Name,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// What is kept of it.
    pub digest: Digest,
    /// When it ends.
    pub until: Expiry,
}

impl Operation for IssueToken {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let user = world.require_user(self.user)?;
        let until = ends(context, self.until)?;
        room_for(world, context, user, &self.name, None)?;
        let purpose = Purpose::Token {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
        };
        let token = Credential::issue(context, user.id, self.digest, purpose, until);
        Ok(ChangeSet::new(OperationName::TokenIssue).with(Edit::create(token)))
    }
}
