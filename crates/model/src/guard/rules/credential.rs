//! Secrets by which somebody is known: who may make and end them, and that none comes back.

use super::Rules;
use crate::{
    Actor, Credential, Edit, Id, Purpose, Refusal, RefusalCode, SystemActor, User, UserKind,
    credential::Scope,
};

impl Rules<'_> {
    pub(super) fn credential(&self, edit: &Edit<Credential>) -> Result<(), Refusal> {
        match (&edit.before, &edit.after) {
            (None, Some(after)) => self.issued(after),
            (Some(before), Some(after)) => {
                let same = Credential {
                    validity: before.validity,
                    ..(**after).clone()
                };
                let shortened = same == **before
                    && before.validity.from == after.validity.from
                    && after.validity.until <= before.validity.until;
                if shortened {
                    return Ok(());
                }
                Err(Refusal::invalid(
                    "",
                    "of a credential only the end can be brought nearer; revoke it and make another",
                ))
            }
            (_, None) => Ok(()),
        }
    }

    fn is_service(&self, user: Id<User>) -> bool {
        let known = self.after.user(user);
        known.is_some_and(|user| user.kind == UserKind::Service)
    }

    /// An agent is a program: it has tokens, as long as it acts for somebody.
    fn of_agent(&self, made: &Credential) -> Result<(), Refusal> {
        let Purpose::Token { scopes, .. } = &made.purpose else {
            return Err(Refusal::invalid(
                "",
                "an agent does not sign in; make it a token",
            ));
        };
        if !scopes.iter().all(|scope| Scope::OF_AGENTS.contains(scope)) {
            return Err(Refusal::invalid(
                "scopes",
                format!(
                    "an agent decides and administers nothing; choose of {}",
                    Scope::OF_AGENTS.map(Scope::as_str).join(", ")
                ),
            ));
        }
        if self.after.sponsor_of(made.user).is_none() {
            return Err(Refusal::rule(
                RefusalCode::BeyondSponsor,
                "this agent acts for nobody",
                "name a sponsor first",
            ));
        }
        Ok(())
    }

    fn issued(&self, made: &Credential) -> Result<(), Refusal> {
        // An undo, too, must not bring back what somebody may have ended because it was lost.
        if made.validity.from != self.context.now || made.made_by != self.context.actor {
            return Err(Refusal::rule(
                RefusalCode::CannotUndo,
                "a session or token that has ended stays ended",
                "sign in again, or make another token",
            ));
        }
        self.to_come(&made.validity, "credential")?;
        if self.after.is_agent(made.user) {
            self.of_agent(made)?;
        }
        match (&made.purpose, self.context.actor) {
            (Purpose::Session(_), Actor::System(SystemActor::SignIn)) => Ok(()),
            (Purpose::Session(_), _) => Err(Refusal::rule(
                RefusalCode::OnlyBySigningIn,
                "a session begins by signing in only",
                "sign in",
            )),
            (Purpose::Token { scopes, .. }, _) if scopes.is_empty() => Err(Refusal::invalid(
                "scopes",
                format!(
                    "a token without scopes is good for nothing; choose of {}",
                    Scope::ALL.map(Scope::as_str).join(", ")
                ),
            )),
            (Purpose::Link | Purpose::Invitation, _) if self.is_service(made.user) => Err(
                Refusal::invalid("", "a service does not sign in; make it a token"),
            ),
            (Purpose::Token { .. } | Purpose::Link | Purpose::Invitation, _) => Ok(()),
        }
    }
}
