//! End a user with everything they have.

use portcullis_model::{Actor, ChangeSet, Context, Edit, Id, OperationName, Refusal, User, World};

use crate::{Operation, Warning, WarningCode, endings};

/// Ends a user, their places, and their pending requests; who reported to them reports to nobody.
#[derive(Clone, Copy, Debug)]
pub struct DeleteUser {
    /// Whom.
    pub user: Id<User>,
}

impl Operation for DeleteUser {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let user = world.require_user(self.user)?;
        let mut change = ChangeSet::new(OperationName::UserDelete);
        endings::reject_requests(
            context,
            &mut change,
            "the requester was deleted",
            world,
            |request| request.requester == user.id,
        );
        for membership in world.direct_of_user(user.id) {
            change.push(membership.end());
        }
        for identity in world.identities_of(user.id) {
            change.push(Edit::end(identity.clone()));
        }
        for credential in world.credentials_of(user.id) {
            change.push(credential.end());
        }
        if let Some(preferences) = world.preferences(user.id) {
            change.push(Edit::end(preferences.clone()));
        }
        for report in world.reports_of(user.id) {
            let after = User {
                manager: None,
                ..report.clone()
            };
            change.push(Edit::update(report.clone(), after));
        }
        change.push(Edit::end(user.clone()));
        Ok(change)
    }

    fn warnings(&self, _: &World, context: &Context, _: &ChangeSet) -> Vec<Warning> {
        let own = (context.actor == Actor::User(self.user)).then(|| Warning {
            code: WarningCode::Yourself,
            message: "this is you: you could do nothing here any more, nor undo it".to_owned(),
        });
        own.into_iter().collect()
    }
}
