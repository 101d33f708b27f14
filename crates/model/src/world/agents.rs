//! Who reports to whom, and the programs among them that act for a person: agents.

use std::sync::Arc;

use super::{World, query::Order};
use crate::{Id, User, UserKind};

impl World {
    /// Whether `user` is an agent.
    #[must_use]
    pub fn is_agent(&self, user: Id<User>) -> bool {
        let known = self.user(user);
        known.is_some_and(|user| user.kind == UserKind::Agent)
    }

    /// The person for whom `agent` acts; nobody where it is none or stands alone.
    #[must_use]
    pub fn sponsor_of(&self, agent: Id<User>) -> Option<&User> {
        let agent = self.user(agent).filter(|it| it.kind == UserKind::Agent)?;
        let sponsor = self.user(agent.manager?);
        sponsor.filter(|sponsor| sponsor.kind == UserKind::Person)
    }

    /// Who reports to `manager`, by login.
    pub fn reports_of(&self, manager: Id<User>) -> impl Iterator<Item = &User> {
        let manager = manager.uuid();
        self.reports
            .range((manager, Arc::from(""))..)
            .take_while(move |((of, _), _)| *of == manager)
            .filter_map(|(_, ix)| Some(&*self.user_at(*ix)?.user))
    }

    /// The agents that act for `sponsor`.
    pub fn agents_of(&self, sponsor: Id<User>) -> impl Iterator<Item = &User> {
        let reports = self.reports_of(sponsor);
        reports.filter(|user| user.kind == UserKind::Agent)
    }

    /// Every agent, by login.
    pub fn agents(&self) -> impl Iterator<Item = &User> {
        self.users_of(UserKind::Agent, None, Order::Asc)
    }
}
