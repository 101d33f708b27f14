//! Who is meant, and what is known of them.

use std::collections::{BTreeMap, HashSet};

use portcullis_model::{Edit, Id, Identity, Name, User, name};

use super::Reconcile;
use crate::{
    Update,
    sync::{Count, Desired, DesiredUser, DriftCode, FactKind, UserKey},
};

/// Somebody the source describes, and who that is.
pub(super) struct Found<'a> {
    said: &'a DesiredUser,
    id: Id<User>,
    there: Option<&'a User>,
}

impl<'a> Reconcile<'a> {
    /// Who is meant: whoever has that external id, and only if nobody has, whoever has the login.
    /// A login that has come to somebody new must not bring them what its last bearer had, and
    /// neither must a login that another source gave. Whom people made known here, admins chose
    /// the login of: they may be meant by it, and stay as they are.
    pub(super) fn find(&mut self, said: &'a DesiredUser) -> Option<Found<'a>> {
        let (login, external) = (said.login.as_deref(), said.external_id.as_deref());
        let who = login.or(external).unwrap_or_default();
        let known = external.and_then(|id| self.world.user_by_identity(self.source, id));
        let named = login.and_then(|login| self.by_login(login));
        let there = known.or(named);
        let id = there.map_or_else(|| self.context.id(), |user| user.id);
        let keys = [
            login.map(|login| UserKey::Login(name::key(login).into())),
            said.external_id.clone().map(UserKey::External),
        ];
        let mut keys = keys.into_iter().flatten();
        let (identities, source) = (self.world.identities_of(id), self.source);
        let called = identities.filter(|i| i.connector == source).count() > 0;
        let others = named.filter(|user| {
            let linked = user.source.is_some() || external.is_some();
            known.is_none() && user.source != Some(source) && linked
        });
        let wrong = if let Some(other) = others {
            self.adoptable(other, &other.login);
            Some((DriftCode::ForeignUser, self.not_kept(other, &other.login)))
        } else if known.is_none() && external.is_some() && called {
            self.claimed.insert(id);
            let message =
                format!("`{who}` is known to this source under another id; see who of them it is");
            Some((DriftCode::LoginTaken, message))
        } else if there.is_none() && login.is_none() {
            let message = format!("nobody is known as `{who}`; somebody new needs a login");
            Some((DriftCode::UnknownUser, message))
        } else if keys.clone().any(|key| self.users.contains_key(&key))
            || !self.described.insert(id)
        {
            Some((DriftCode::SaidTwice, format!("`{who}` stands here twice")))
        } else {
            None
        };
        let meant = wrong.is_none().then_some(id);
        for key in keys.by_ref() {
            self.users.entry(key).or_insert(meant);
        }
        let Some((code, message)) = wrong else {
            return Some(Found { said, id, there });
        };
        self.drift(code, &said.at, message);
        None
    }

    pub(super) fn user(&mut self, found: &Found<'a>) {
        let Found { said, id, there } = *found;
        let manager = said.manager.clone();
        let manager = manager.try_map(|key| self.user_of(&key, &said.at).ok_or(()));
        let new = || {
            let login = said.login.clone()?;
            Some(User {
                id,
                source: Some(self.source),
                name: Name::parse(&login).ok()?,
                login,
                email: None,
                kind: said.kind,
                manager: None,
                attributes: BTreeMap::new(),
            })
        };
        let Some(mut after) = there.cloned().or_else(new) else {
            return;
        };
        if let Some(name) = &said.name {
            after.name = name.clone();
        }
        if let Some(attributes) = &said.attributes {
            after.attributes = attributes.clone();
        }
        after.email = said.email.clone().or(after.email);
        after.manager = manager.unwrap_or(Update::Keep).of(after.manager);
        if let Some(login) = said.login.as_ref().filter(|l| l.key() != after.login.key())
            && said.external_id.is_some()
        {
            let message = format!("the source calls `{}` now `{login}`", after.login);
            self.drift(DriftCode::OtherLogin, &said.at, message);
        }
        match there.filter(|there| there.source != Some(self.source)) {
            Some(other) => self.says_otherwise(other, &after, &said.at),
            None => self.put(there, after),
        }
    }

    /// Tells in what the source would have somebody it does not keep be otherwise.
    fn says_otherwise(&mut self, there: &User, wanted: &User, at: &str) {
        let differs = [
            ("name", there.name != wanted.name),
            ("e-mail address", there.email != wanted.email),
            ("manager", there.manager != wanted.manager),
            ("attributes", there.attributes != wanted.attributes),
        ];
        let differs = differs.iter().filter(|(_, differs)| *differs);
        let differs: Vec<_> = differs.map(|(what, _)| *what).collect();
        if !differs.is_empty() {
            let not_kept = self.not_kept(there, &there.login);
            let message = format!("{not_kept}; as it is stays: {}", differs.join(", "));
            self.drift(DriftCode::OtherUser, at, message);
        }
        self.adoptable(there, &there.login);
    }

    /// Whoever has just that login: nobody whose e-mail address or id reads like it.
    fn by_login(&self, login: &str) -> Option<&'a User> {
        self.world.user_by_login(login)
    }

    /// Whoever is meant, described or known.
    pub(super) fn user_of(&mut self, key: &UserKey, at: &dyn ToString) -> Option<Id<User>> {
        let described = match key {
            UserKey::Login(login) => self.users.get(&UserKey::Login(name::key(login).into())),
            UserKey::External(_) => self.users.get(key),
        };
        let described = described.copied();
        // Why nobody is meant by what is described was told there.
        if described == Some(None) {
            return None;
        }
        let (found, who) = match key {
            UserKey::Login(login) => {
                let known = || self.by_login(login).map(|user| user.id);
                (described.unwrap_or_else(known), &**login)
            }
            UserKey::External(id) => {
                let known = || self.world.user_by_identity(self.source, id);
                let known = || known().map(|user| user.id);
                (described.unwrap_or_else(known), &**id)
            }
        };
        if found.is_none() {
            let message = format!("there is no user `{who}`; list them as a user first");
            self.drift(DriftCode::UnknownUser, at, message);
        }
        found
    }

    pub(super) fn identities(&mut self, desired: &Desired, found: &[Found<'_>]) {
        let users = desired.users.iter();
        let said: HashSet<_> = users.filter_map(|u| u.external_id.as_deref()).collect();
        let mut count = Count::default();
        if self.kinds.contains(&FactKind::Identity) {
            count.said = said.len();
            for identity in self.world.identities() {
                if identity.connector != self.source {
                    continue;
                }
                count.held += 1;
                let goes_on = said.contains(&*identity.external_id);
                if !goes_on && !self.claimed.contains(&identity.user) {
                    count.ended += 1;
                    self.plan.edits.push(Edit::end(identity.clone()).into());
                }
            }
        }
        self.plan.counts.insert(FactKind::Identity, count);
        for found in found {
            let Some(external) = found.said.external_id.as_deref() else {
                continue;
            };
            let known = self.world.user_by_identity(self.source, external);
            if known.is_some() {
                continue;
            }
            match Identity::link(self.context, found.id, self.source, external) {
                Ok(edit) => self.plan.edits.push(edit.into()),
                Err(bad) => self.drift(DriftCode::UnknownUser, &found.said.at, bad.to_string()),
            }
        }
    }
}
