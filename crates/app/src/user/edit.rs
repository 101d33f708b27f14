//! Change what is known of a user.

use std::collections::BTreeMap;

use portcullis_model::{
    ChangeSet, Context, Edit, Id, OperationName, Refusal, User, World,
    name::{Email, Login, Name},
};

use crate::{Operation, Update};

/// Changes what is given and leaves the rest.
#[derive(Clone, Debug)]
pub struct EditUser {
    /// Whom.
    pub user: Id<User>,
    /// What they sign in as.
    pub login: Option<Login>,
    /// As people call them.
    pub name: Option<Name>,
    /// Where they can be written to.
    pub email: Update<Email>,
    /// Whom they report to.
    pub manager: Update<Id<User>>,
    /// Profile attributes, all of them.
    pub attributes: Option<BTreeMap<String, serde_json::Value>>,
}

impl Operation for EditUser {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let before = world.require_user(self.user)?.clone();
        if let Update::Set(manager) = self.manager {
            world.require_user(manager)?;
            if manager == self.user {
                let wrong = "nobody reports to themself; name somebody else, or nobody";
                return Err(Refusal::invalid("manager", wrong));
            }
        }
        let after = User {
            login: self.login.clone().unwrap_or_else(|| before.login.clone()),
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            email: self.email.clone().of(before.email.clone()),
            manager: self.manager.of(before.manager),
            attributes: self
                .attributes
                .clone()
                .unwrap_or_else(|| before.attributes.clone()),
            ..before.clone()
        };
        let mut change = ChangeSet::new(OperationName::UserEdit);
        if after != before {
            change.push(Edit::update(before, after));
        }
        Ok(change)
    }
}
