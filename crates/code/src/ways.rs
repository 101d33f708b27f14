//! How somebody comes to hold a permission, as steps from the permission to them, each with the
//! lines that say so.

use std::collections::BTreeMap;

use portcullis_model::{Expiry, Group, Id, Timestamp, User};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Repository,
    facts::{Facts, Key},
    finding::Place,
};

/// One step of the way from a permission to a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How it leads on.
    pub kind: StepKind,
    /// Where it leads: a permission, a grantee as it is written, a group, a team or a login.
    pub name: String,
    /// The lines that say so, in order; none for what the directory says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// The only environments in which it leads there; none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// When this step alone ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether a plan adds or removes its line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<StepChange>,
}

/// How a step leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Another permission implies the one before.
    ImpliedBy,
    /// A grantee stands in a list.
    Written,
    /// A folder below the group.
    Folder,
    /// A team below the team.
    ChildTeam,
    /// The directory has this login there.
    Directory,
}

/// What a plan does to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

impl Step {
    pub(crate) fn new(kind: StepKind, name: impl Into<String>, places: Vec<Place>) -> Self {
        Self {
            kind,
            name: name.into(),
            places,
            only: Vec::new(),
            until: None,
            change: None,
        }
    }
}

impl Facts {
    /// The keys of the groups by their ids.
    pub(crate) fn keys(&self) -> BTreeMap<Uuid, &Key> {
        self.groups
            .iter()
            .map(|(key, id)| (id.uuid(), key))
            .collect()
    }

    /// Whom a group with `except` takes in; none for other groups. Its members in the world are
    /// those that it takes in and not out.
    pub(crate) fn taken(&self, key: &Key) -> Option<Id<Group>> {
        match key {
            Key::Group(path) => self.groups.get(&Key::Taken(path.clone())).copied(),
            _ => None,
        }
    }

    /// The step by which a user or a group (by id) is in a group, where lines say so.
    pub(crate) fn written(&self, child: Uuid, target: Id<Group>, until: Expiry) -> Option<Step> {
        let lines = self.lines.get(&(child, target.uuid()))?;
        let holding = lines.iter();
        let mut holding: Vec<_> = holding
            .filter(|line| !Expiry::from(line.until).is_past(self.now))
            .collect();
        holding.sort_by(|a, b| a.place.cmp(&b.place));
        let text = holding.first()?.text.clone();
        let places = holding.iter().map(|line| line.place.clone()).collect();
        Some(Step {
            until: until.instant(),
            ..Step::new(StepKind::Written, text, places)
        })
    }

    /// The step from a group to one whose members are in it.
    pub(crate) fn step(
        &self,
        repository: &Repository,
        (child, child_key): (Uuid, &Key),
        (target, target_key): (Id<Group>, &Key),
        until: Expiry,
    ) -> Option<Step> {
        if let Some(written) = self.written(child, target, until) {
            return Some(match (child_key, target_key) {
                (Key::Granted(by, _), _) => Step::new(StepKind::ImpliedBy, by, written.places),
                (_, Key::Granted(_, only)) => Step {
                    only: only.iter().cloned().collect(),
                    ..written
                },
                _ => written,
            });
        }
        match child_key {
            Key::Group(path) => {
                let file = repository.groups.get(path).and_then(|it| it.file.as_ref());
                let places = file.map(Place::start).into_iter().collect();
                Some(Step::new(
                    StepKind::Folder,
                    format!("./groups/{path}"),
                    places,
                ))
            }
            Key::Team(org, slug) => {
                let name = format!("{org}/{slug}");
                Some(Step::new(StepKind::ChildTeam, name, Vec::new()))
            }
            _ => None,
        }
    }

    /// The step to somebody who is immediately in a group: their own line, or the directory's.
    pub(crate) fn last(
        &self,
        user: Id<User>,
        (group, key): (Id<Group>, &Key),
        until: Expiry,
        login: impl FnOnce(&Key, &str) -> Option<String>,
    ) -> Option<Step> {
        if let Some(written) = self.written(user.uuid(), group, until) {
            let only = match key {
                Key::Granted(_, only) => only.iter().cloned().collect(),
                _ => Vec::new(),
            };
            return Some(Step { only, ..written });
        }
        let login = login(key, self.email(user)?)?;
        Some(Step::new(StepKind::Directory, login, Vec::new()))
    }
}
