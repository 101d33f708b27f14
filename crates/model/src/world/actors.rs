//! Who acted, as it is written in filters: with the kind before the name.

use super::World;
use crate::{Actor, ConnectorId, FieldError, Noun, Refusal, SystemActor, record::Authority};

impl World {
    /// The actor that `text` names: `user:`, `system:` or `connector:` and a name. A bare word is
    /// taken where it can be only one of them; who is deleted is still found by id.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where it may be two; [`Refusal::NotFound`] where it is none.
    pub fn find_actor(&self, text: &str) -> Result<Actor, Refusal> {
        let text = text.trim();
        let missing = || Refusal::not_found(Noun::User, text);
        let user = |key: &str| {
            let known = self.find_user(key).map(|user| user.id);
            known.or_else(|| key.parse().ok()).map(Actor::User)
        };
        let system = |word: &str| SystemActor::parse(word).map(Actor::System);
        let connector = |name: &str| ConnectorId::parse(name).ok().map(Actor::Connector);
        let written = match text.split_once(':') {
            Some(("user", key)) => Some(user(key)),
            Some(("system", word)) => Some(system(word)),
            Some(("connector", name)) => Some(connector(name)),
            _ => None,
        };
        if let Some(named) = written {
            return named.ok_or_else(missing);
        }
        let word = text.to_ascii_lowercase();
        let known = |actor: &Actor| match actor {
            Actor::Connector(id) => self.knows_connector(*id),
            Actor::User(_) | Actor::System(_) => true,
        };
        let all = [user(text), system(&word), connector(&word).filter(known)];
        let mut all = all.into_iter().flatten();
        match (all.next(), all.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) => {
                let [one, other] = [one, other].map(Actor::kind);
                Err(Refusal::Invalid(vec![FieldError::new(
                    "actor",
                    format!(
                        "`{text}` may be a {one} or a {other}; write `{one}:{text}` or `{other}:{text}`"
                    ),
                )]))
            }
            (None, _) => Err(missing()),
        }
    }

    /// Whether a connector is heard of: one that every installation has, one that says who people
    /// are, or one that is the authority over a group.
    fn knows_connector(&self, id: ConnectorId) -> bool {
        let everywhere = [ConnectorId::IMPORT, ConnectorId::POLICY, ConnectorId::EMAIL];
        everywhere.contains(&id)
            || self.identities().any(|identity| identity.connector == id)
            || self
                .groups()
                .any(|group| group.authority == Authority::External(id))
    }
}
