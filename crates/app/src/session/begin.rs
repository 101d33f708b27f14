//! Somebody signs in by an identity provider: found by who they are there, linked or made known where
//! the settings say so, and never taken for another.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_model::{
    ChangeSet, ConnectorId, Context, Edit, Email, Id, Identity, Login, Name, OperationName,
    Refusal, RefusalCode, Session, Timestamp, User, UserKind, World, words,
};

use super::{LinkBy, NewSession, Whom};
use crate::Operation;

/// What an identity provider proved.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The provider.
    pub provider: ConnectorId,
    /// Who it is there.
    pub subject: String,
    /// Their address, where the provider has verified it.
    pub email: Option<Email>,
    /// As people call them.
    pub name: Option<Name>,
    /// What the provider calls the session.
    pub sid: Option<Arc<str>>,
    /// How well they proved it.
    pub acr: Option<Arc<str>>,
    /// When they did, if the provider says.
    pub at: Option<Timestamp>,
}

words! {
    /// What becomes of people nobody knows.
    pub enum Unknown {
        /// They are not let in.
        Refuse = "refuse",
        /// They are made known.
        Create = "create",
    }
}

/// Signs somebody in.
#[derive(Clone, Debug)]
pub struct BeginSession {
    /// Who, by the provider.
    pub proved: Proved,
    /// How somebody is found who signs in for the first time.
    pub link_by: LinkBy,
    /// What becomes of people nobody knows.
    pub unknown: Unknown,
    /// Their session.
    pub session: NewSession,
}

impl Operation for BeginSession {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut change = ChangeSet::new(OperationName::SessionBegin);
        let user = self
            .proved
            .user(world, context, self.link_by, self.unknown, &mut change)?;
        let how = Session {
            proved_at: self.proved.at.unwrap_or(context.now).min(context.now),
            provider: Some(self.proved.provider),
            sid: self.proved.sid.clone(),
            acr: self.proved.acr.clone(),
        };
        self.session.begin(world, context, user, how, &mut change);
        Ok(change)
    }
}

impl Proved {
    /// Who they are here.
    fn user(
        &self,
        world: &World,
        context: &Context,
        link_by: LinkBy,
        unknown: Unknown,
        change: &mut ChangeSet,
    ) -> Result<Id<User>, Refusal> {
        let account = (self.provider, &*self.subject);
        let user = match Whom::of(world, account, self.email.as_deref(), link_by) {
            Whom::Linked(user) => return Ok(user.id),
            Whom::ByAddress(user) => user.id,
            Whom::NotMeant(why) => return Err(self.unlinked(why)),
            Whom::Nobody if unknown == Unknown::Refuse => {
                return Err(self.unlinked("nobody here is known by that account"));
            }
            Whom::Nobody => self.make_known(world, context, change)?,
        };
        change.push(Identity::link(context, user, self.provider, &self.subject)?);
        Ok(user)
    }

    fn make_known(
        &self,
        world: &World,
        context: &Context,
        change: &mut ChangeSet,
    ) -> Result<Id<User>, Refusal> {
        let email = self.email.clone();
        let email = email.ok_or_else(|| self.unlinked("the provider says no verified address"))?;
        // The address whole where another has its first part already.
        let (local, _) = email
            .as_str()
            .split_once('@')
            .unwrap_or((email.as_str(), ""));
        let free = |login: &Login| world.find_user(login.as_str()).is_none();
        let login = Login::parse(local).ok().filter(free);
        let login = login.or_else(|| Login::parse(email.as_str()).ok().filter(free));
        let login = login.ok_or_else(|| self.unlinked("no login is free for that address"))?;
        let name = match &self.name {
            Some(name) => name.clone(),
            None => {
                Name::parse(login.as_str()).map_err(|e| Refusal::invalid("name", e.to_string()))?
            }
        };
        let user = User {
            id: context.id(),
            source: None,
            login,
            name,
            email: Some(email),
            kind: UserKind::Person,
            manager: None,
            attributes: BTreeMap::new(),
        };
        let id = user.id;
        change.push(Edit::create(user));
        Ok(id)
    }

    fn unlinked(&self, why: &str) -> Refusal {
        let provider = self.provider;
        Refusal::rule(
            RefusalCode::NotLinked,
            format!("`{provider}` knows you, but Portcullis does not: {why}"),
            "ask an admin to link your account",
        )
    }
}
