//! Actors as text: `user:<id>`, `system:<part>` or `connector:<name>`, the same in every table.

use portcullis_model::{Actor, ConnectorId, SystemActor};

use crate::StoreError;

pub(crate) fn to_text(actor: Actor) -> String {
    match actor {
        Actor::User(id) => format!("user:{id}"),
        Actor::System(part) => format!("system:{part}"),
        Actor::Connector(id) => format!("connector:{id}"),
    }
}

/// Every text that stands for an actor: what is written, and what earlier versions wrote.
pub(crate) fn texts(actor: Actor) -> Vec<String> {
    let mut all = vec![to_text(actor)];
    if let Actor::Connector(id @ (ConnectorId::IMPORT | ConnectorId::POLICY)) = actor {
        all.push(format!("system:{id}"));
    }
    all
}

pub(crate) fn from_text(text: &str) -> Result<Actor, StoreError> {
    let bad = || StoreError::corrupt("actor", format!("`{text}` names nobody"));
    match text.split_once(':').ok_or_else(bad)? {
        ("user", id) => id.parse().map(Actor::User).map_err(|_| bad()),
        // Files were parts of the system once.
        ("connector", id) | ("system", id @ ("import" | "policy")) => {
            id.parse().map(Actor::Connector).map_err(|_| bad())
        }
        ("system", part) => SystemActor::parse(part).map(Actor::System).ok_or_else(bad),
        _ => Err(bad()),
    }
}
