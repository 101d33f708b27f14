//! Make a user known.

use std::collections::BTreeMap;

use portcullis_model::{
    ChangeSet, Context, Edit, Id, OperationName, Refusal, User, UserKind, World,
    name::{Email, Login, Name},
};

use crate::Operation;

/// Makes a person, service or agent known.
#[derive(Clone, Debug)]
pub struct CreateUser {
    /// What they sign in as.
    pub login: Login,
    /// As people call them.
    pub name: Name,
    /// Where they can be written to.
    pub email: Option<Email>,
    /// Person, service or agent.
    pub kind: UserKind,
    /// Whom they report to; an agent's sponsor.
    pub manager: Option<Id<User>>,
    /// Profile attributes.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

impl Operation for CreateUser {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        if let Some(manager) = self.manager {
            world.require_user(manager)?;
        }
        Ok(
            ChangeSet::new(OperationName::UserCreate).with(Edit::create(User {
                id: context.id(),
                source: None,
                login: self.login.clone(),
                name: self.name.clone(),
                email: self.email.clone(),
                kind: self.kind,
                manager: self.manager,
                attributes: self.attributes.clone(),
            })),
        )
    }
}
