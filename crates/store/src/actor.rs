//! Actors as text: `user:<id>` or `system:<part>`, the same in every table.

use portcullis_model::{Actor, SystemActor};

use crate::StoreError;

pub(crate) fn to_text(actor: Actor) -> String {
    match actor {
        Actor::User(id) => format!("user:{id}"),
        Actor::System(part) => format!("system:{part}"),
    }
}

pub(crate) fn from_text(text: &str) -> Result<Actor, StoreError> {
    let bad = || StoreError::corrupt("actor", format!("`{text}` names nobody"));
    match text.split_once(':').ok_or_else(bad)? {
        ("user", id) => id.parse().map(Actor::User).map_err(|_| bad()),
        // The variants' names are the model's business: its own serde form is their text.
        ("system", part) => serde_json::from_value::<SystemActor>(part.into())
            .map(Actor::System)
            .map_err(|_| bad()),
        _ => Err(bad()),
    }
}
