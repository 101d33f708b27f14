//! Agents: programs that act for a person.

use super::World;
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

    /// The agents that act for `sponsor`.
    pub fn agents_of(&self, sponsor: Id<User>) -> impl Iterator<Item = &User> {
        let sponsor = Some(sponsor.uuid());
        self.agents
            .range((sponsor, uuid::Uuid::nil())..)
            .take_while(move |((of, _), ())| *of == sponsor)
            .filter_map(|((_, agent), ())| self.user(Id::new(*agent)))
    }

    /// Every agent.
    pub fn agents(&self) -> impl Iterator<Item = &User> {
        let all = self.agents.keys();
        all.filter_map(|(_, agent)| self.user(Id::new(*agent)))
    }
}
