//! Make a token.

use std::collections::BTreeSet;

use portcullis_model::{
    ChangeSet, Context, Credential, Digest, Edit, Expiry, Id, Name, OperationName, Purpose,
    Refusal, RefusalCode, Scope, User, World,
};

use super::ends;
use crate::Operation;

/// How many tokens a user has at once.
const MOST: usize = 100;

/// Makes a token.
#[derive(Clone, Debug)]
pub struct IssueToken {
    /// Whom it acts as.
    pub user: Id<User>,
    /// What it is called; no two of a user alike.
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
        let mut tokens = 0;
        for other in world.credentials_of(user.id) {
            let Purpose::Token { name, .. } = &other.purpose else {
                continue;
            };
            tokens += 1;
            if *name == self.name && other.validity.contains(context.now) {
                return Err(Refusal::rule(
                    RefusalCode::NameTaken,
                    format!("`{}` has a token called `{name}`", user.login),
                    "choose another name, or rotate that one",
                ));
            }
        }
        if tokens >= MOST {
            return Err(Refusal::rule(
                RefusalCode::TooManyTokens,
                format!("`{}` has {MOST} tokens, and nobody has more", user.login),
                "revoke those that are not used",
            ));
        }
        let purpose = Purpose::Token {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
        };
        let token = Credential::issue(context, user.id, self.digest, purpose, until);
        Ok(ChangeSet::new(OperationName::TokenIssue).with(Edit::create(token)))
    }
}
