//! Sessions end: one, all of somebody's, or those the identity provider has ended.

use portcullis_model::{
    ChangeSet, ConnectorId, Context, Credential, Id, Noun, OperationName, Refusal, User, World,
};

use crate::Operation;

/// Which sessions end.
#[derive(Clone, Debug)]
pub enum Which {
    /// This one.
    One(Id<Credential>),
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
        let sessions = |user| world.credentials_of(user).filter(|c| c.session().is_some());
        let ended: Vec<&Credential> = match &self.0 {
            Which::One(id) => {
                let one = world.credential(*id).filter(|c| c.session().is_some());
                vec![one.ok_or_else(|| Refusal::not_found(Noun::Credential, id))?]
            }
            Which::AllOf(user, but) => sessions(*user).filter(|c| Some(c.id) != *but).collect(),
            Which::OfProvider {
                provider,
                subject,
                sid,
            } => {
                let began = |c: &&Credential| {
                    let session = c.session();
                    session.is_some_and(|s| {
                        s.provider == Some(*provider)
                            && sid.as_ref().is_none_or(|sid| s.sid.as_deref() == Some(sid))
                    })
                };
                let user = subject
                    .as_ref()
                    .map(|it| world.user_by_identity(*provider, it));
                match user {
                    Some(None) => Vec::new(),
                    Some(Some(user)) => sessions(user.id).filter(began).collect(),
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
