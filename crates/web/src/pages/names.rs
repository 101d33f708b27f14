//! Names for what history tells of, also of what is gone: from the current world where it lives,
//! else as it was last called.

use std::collections::HashMap;

use portcullis_model::{Actor, Id, Wants, World};
use portcullis_store::Subject;
use uuid::Uuid;

use crate::{pages::convert, ui, words};

/// How things are called: by the world, or by the labels history came with.
pub(crate) struct Names<'w> {
    pub world: &'w World,
    labels: HashMap<Uuid, String>,
}

impl<'w> Names<'w> {
    /// Names from `world`, and from labels for what is not in it.
    pub(crate) fn new(world: &'w World, labels: HashMap<Uuid, String>) -> Self {
        Self { world, labels }
    }

    /// The same, with the names some subjects had.
    pub(crate) fn of_subjects(world: &'w World, subjects: &[Subject]) -> Self {
        let labels = subjects.iter().map(|s| (s.id, s.label.clone()));
        Self::new(world, labels.collect())
    }

    /// What an id stands for, as a link where it lives and as text where it is gone.
    pub(crate) fn entity(&self, id: Uuid) -> Option<ui::Entity> {
        let world = self.world;
        let living = world
            .user(Id::new(id))
            .map(convert::user)
            .or_else(|| world.group(Id::new(id)).map(convert::group))
            .or_else(|| world.app(Id::new(id)).map(convert::app))
            .or_else(|| world.tag(Id::new(id)).map(convert::tag));
        living.or_else(|| self.labels.get(&id).map(|label| gone(label)))
    }

    /// A user by id; a name is always found for what history tells of.
    pub(crate) fn user(&self, id: Uuid) -> ui::Entity {
        self.named(id, ui::EntityKind::Person)
    }

    /// A group by id.
    pub(crate) fn group(&self, id: Uuid) -> ui::Entity {
        self.named(id, ui::EntityKind::Group)
    }

    /// What is asked for, under its last known name.
    pub(crate) fn wanted(&self, wants: &Wants) -> ui::Entity {
        convert::wanted(self.world, wants)
            .or_else(|| wants.group().map(|group| self.group(group.uuid())))
            .unwrap_or_else(|| gone("deleted"))
    }

    fn named(&self, id: Uuid, kind: ui::EntityKind) -> ui::Entity {
        let mut entity = self.entity(id).unwrap_or_else(|| gone("deleted"));
        if entity.href.is_empty() {
            entity.kind = kind;
        }
        entity
    }
}

/// Something that is no longer there.
fn gone(label: &str) -> ui::Entity {
    ui::Entity::new(ui::EntityKind::Entitlement, label, "")
}

/// Who did something: a link where they are still known.
pub(crate) fn actor(world: &World, actor: Actor, login: Option<&str>) -> ui::Entity {
    match actor {
        Actor::User(id) => world.user(id).map_or_else(
            || ui::Entity::new(ui::EntityKind::Person, login.unwrap_or("deleted user"), ""),
            convert::user,
        ),
        Actor::System(system) => {
            ui::Entity::new(ui::EntityKind::Service, words::system(system), "")
        }
        Actor::Connector(id) => ui::Entity::new(ui::EntityKind::Service, words::connector(id), ""),
    }
}
