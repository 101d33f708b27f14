//! Somebody signs in by an identity provider: found by who they are there, linked or made known where
//! the settings say so, and never taken for another.

use std::{collections::BTreeMap, sync::Arc};

pub use portcullis_model::Unknown;
use portcullis_model::{
    ChangeSet, ConnectorId, Context, Digest, Edit, Email, Id, Identity, Login, Name, Noun,
    OperationName, Position, Provider, ProviderState, Purpose, Refusal, RefusalCode, Session,
    Timestamp, User, UserKind, World,
};

use super::{LinkBy, NewSession, Whom, redeem::good};
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

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Whoever it is.
    Whoever {
        /// How somebody is found who signs in for the first time.
        link_by: LinkBy,
        /// What becomes of people nobody knows.
        unknown: Unknown,
    },
    /// Whoever proves anew that they are this user, and nobody else.
    Only(Id<User>),
    /// Whoever the account is linked to by this.
    Binding {
        /// Who they are here.
        user: Id<User>,
        /// The invitation, which is used up; none where they are signed in as that user.
        invitation: Option<Digest>,
    },
}

/// Signs somebody in.
#[derive(Clone, Debug)]
pub struct BeginSession {
    /// Who, by the provider.
    pub proved: Proved,
    /// Who may come in by it.
    pub entry: Entry,
    /// Their session.
    pub session: NewSession,
    /// The provider as it was asked, where it was set up here. Somebody may have turned it off since, or made
    /// another of it, who calls others so.
    pub asked: Option<Arc<Provider>>,
    /// The world in which it was looked whether the account was somebody's who is no more: what is granted for
    /// the first time is granted in that one only.
    pub seen: Position,
}

impl Operation for BeginSession {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        if let Some(asked) = &self.asked {
            still_so(world, asked)?;
        }
        let mut change = ChangeSet::new(OperationName::SessionBegin);
        let proved = &self.proved;
        let user = match self.entry {
            Entry::Whoever { link_by, unknown } => {
                let user = proved.user(world, context, link_by, unknown, &mut change)?;
                if !change.is_empty() && self.seen != world.access_position() {
                    return Err(Refusal::conflict(
                        RefusalCode::ChangedMeanwhile,
                        "somebody was linked, unlinked or changed at that moment",
                        "sign in again",
                    ));
                }
                user
            }
            Entry::Only(user) => proved.only(world, user)?,
            Entry::Binding { user, invitation } => {
                if invitation.is_none() && !self.vouched(world, context, user) {
                    return Err(Refusal::rule(
                        RefusalCode::SignedOut,
                        "you were signed out meanwhile",
                        "sign in again, then link the account",
                    ));
                }
                if let Some(link) = invitation {
                    let link = good(world, context, link, &Purpose::Invitation)?;
                    if link.user != user {
                        return Err(Refusal::not_found(Noun::User, user));
                    }
                    change.push(link.end());
                }
                proved.bound(world, context, user, &mut change)?
            }
        };
        let how = Session {
            // A provider that does not say when may have asked them nothing: that is no recent proof.
            proved_at: self.proved.at.unwrap_or(Session::UNTOLD).min(context.now),
            provider: Some(self.proved.provider),
            sid: self.proved.sid.clone(),
            acr: self.proved.acr.clone(),
        };
        self.session.begin(world, context, user, how, &mut change);
        Ok(change)
    }
}

/// That people sign in by the provider that was asked, in the way it was asked.
fn still_so(world: &World, asked: &Provider) -> Result<(), Refusal> {
    let there = world.provider(asked.name);
    let as_asked = |there: &&Provider| {
        let Provider { title, .. } = asked.clone();
        let there = Provider {
            title,
            ..(*there).clone()
        };
        there == *asked && there.state == ProviderState::On
    };
    match there.filter(as_asked) {
        Some(_) => Ok(()),
        None => Err(Refusal::rule(
            RefusalCode::ProviderChanged,
            format!("{} was changed while you signed in", asked.title),
            "sign in again",
        )),
    }
}

impl BeginSession {
    /// Whether the session in place of which this one begins is theirs, and has not ended.
    fn vouched(&self, world: &World, context: &Context, user: Id<User>) -> bool {
        let before = self.session.instead_of.and_then(|id| world.credential(id));
        before.is_some_and(|it| {
            it.user == user && it.session().is_some() && it.validity.contains(context.now)
        })
    }
}

impl Proved {
    /// That user, where it is they.
    fn only(&self, world: &World, user: Id<User>) -> Result<Id<User>, Refusal> {
        let account = (self.provider, &*self.subject);
        match Whom::of(world, account, None, LinkBy::Subject) {
            Whom::Linked(found) if found.id == user => Ok(user),
            _ => Err(Refusal::rule(
                RefusalCode::NotLinked,
                "that is not the account you signed in with",
                "sign in with that one, or sign out first",
            )),
        }
    }

    /// That user, who is linked to the account unless they are already.
    fn bound(
        &self,
        world: &World,
        context: &Context,
        user: Id<User>,
        change: &mut ChangeSet,
    ) -> Result<Id<User>, Refusal> {
        let user = world.require_user(user)?;
        let account = (self.provider, &*self.subject);
        if let Whom::Linked(found) = Whom::of(world, account, None, LinkBy::Subject) {
            if found.id == user.id {
                return Ok(user.id);
            }
            return Err(Refusal::rule(
                RefusalCode::AlreadyLinked,
                "that account is somebody else's here",
                "sign in with your own, or ask an admin",
            ));
        }
        let mut known = world.identities_of(user.id);
        if known.any(|known| known.connector == self.provider) {
            return Err(Refusal::rule(
                RefusalCode::AlreadyLinked,
                "you are known by another account there",
                "sign in with that one, or ask an admin to unlink it first",
            ));
        }
        change.push(Identity::link(
            context,
            user.id,
            self.provider,
            &self.subject,
        )?);
        Ok(user.id)
    }

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
                let by_address = link_by == LinkBy::VerifiedEmail;
                return Err(self.unlinked(match &self.email {
                    None if by_address => {
                        "nobody here is known by that account, and it says no address that it has verified"
                    }
                    Some(_) if by_address => {
                        "nobody here is known by that account, or has its address"
                    }
                    _ => "nobody here is known by that account",
                }));
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
        let email = email
            .ok_or_else(|| self.unlinked("the provider did not confirm your e-mail address"))?;
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
