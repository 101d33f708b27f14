//! Sessions end: all of somebody's, or those the identity provider has ended.

use portcullis_model::{
    ChangeSet, ConnectorId, Context, Credential, Id, OperationName, Refusal, User, World,
};

use crate::Operation;

/// Which sessions end.
#[derive(Clone, Debug)]
pub enum Which {
    /// All of a user, but for the one said.
    AllOf(Id<User>, Option<Id<Credential>>),
    /// Those an identity provider began: of whom it calls so, or the one it calls so.
    OfProvider {
        /// The provider.
        provider: ConnectorId,
        /// Whose, as the provider calls them.
        subject: Option<String>,
        /// Which one.
        sid: Option<String>,
    },
}

/// Ends sessions. Where there are none, nothing changes.
#[derive(Clone, Debug)]
pub struct EndSessions(pub Which);

impl Operation for EndSessions {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let mut change = ChangeSet::new(OperationName::SessionEnd);
        let ended: Vec<&Credential> = match &self.0 {
            Which::AllOf(user, but) => {
                let all = world.sessions_of(*user);
                all.filter(|c| Some(c.id) != *but).collect()
            }
            Which::OfProvider {
                provider,
                subject,
                sid,
            } => {
                let called = |c: &Credential| c.session().and_then(|s| s.sid.clone());
                let began = |c: &&Credential| {
                    let is_called = |sid: &String| match called(c) {
                        Some(called) => *called == **sid,
                        // Which it is was not said as it began: where it is said whose, it may be this one.
                        None => subject.is_some(),
                    };
                    c.began_at(*provider) && sid.as_ref().is_none_or(is_called)
                };
                let user = subject
                    .as_ref()
                    .map(|it| world.user_by_identity(*provider, it));
                match user {
                    Some(None) => Vec::new(),
                    Some(Some(user)) => world.sessions_of(user.id).filter(began).collect(),
                    None if sid.is_none() => Vec::new(),
                    None => world.credentials().filter(began).collect(),
                }
            }
        };
        ended
            .into_iter()
            .for_each(|session| change.push(session.end()));
        Ok(change)
    }
}
