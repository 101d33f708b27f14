//! What a plan says, in sentences that a page and a terminal share. Every text of the repository in them is
//! code.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_model::Timestamp;

use super::{
    quote::{code, count, number},
    shape::{Cause, Effect, Flag, FlagCode, Plan},
};
use crate::{
    Step,
    ways::{StepChange, StepKind},
};

/// More people of a flag are counted, not named.
const NAMED: usize = 5;

impl Plan {
    /// Who gains and who loses by a cause, each counted once.
    pub(super) fn people(&self, cause: Cause) -> (usize, usize) {
        let effects = || self.effects.iter().filter(move |it| it.cause == cause);
        let gaining: BTreeSet<_> = effects().flat_map(Effect::gaining).collect();
        let losing: BTreeSet<_> = effects().flat_map(Effect::losing).collect();
        (gaining.len(), losing.len())
    }

    /// The headline.
    pub(super) fn headline(&self) -> String {
        let mut said = String::from("Access plan: ");
        if self.is_empty() {
            said.push_str("nothing changes");
            return said;
        }
        let (gain, lose) = self.people(Cause::Change);
        said.push_str(&gain_and_lose(gain, lose));
        let (new, gone) = (self.new_permissions.len(), self.removed_permissions.len());
        for (n, one, many) in [
            (new, "new permission", "new permissions"),
            (gone, "removed permission", "removed permissions"),
        ] {
            if n > 0 {
                said.push_str(", ");
                said.push_str(&count(n, one, many));
            }
        }
        said
    }

    /// What is to be said before anything else.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut all = Vec::new();
        if !self.base.errors.is_empty() {
            let errors = count(self.base.errors.len(), "error", "errors");
            let partial = count(self.base.partial.len(), "permission", "permissions");
            all.push(format!(
                "The base does not validate ({errors}) and is compared as far as it resolves: who held {partial} is not known in full"
            ));
        }
        if let Some(author) = self.author.as_ref().filter(|it| it.emails.is_empty()) {
            let name = code(&author.name);
            all.push(format!("The author {name} is not known here: whether they grant something to themselves cannot be said"));
        }
        all
    }
}

pub(super) fn gain_and_lose(gain: usize, lose: usize) -> String {
    let gain = count(gain, "person gains", "people gain");
    let lose = count(lose, "person loses", "people lose");
    format!("{gain}, {lose}")
}

/// The way from the grantee in the list to the person.
pub(super) fn via(steps: &[Step]) -> String {
    let all: Vec<String> = steps.iter().map(step).collect();
    all.join(" → ")
}

fn step(step: &Step) -> String {
    let mut notes = Vec::new();
    notes.extend(step.places.first().map(|place| code(&place.to_string())));
    if step.places.len() > 1 {
        notes.push(format!("and {} more", step.places.len() - 1));
    }
    if !step.only.is_empty() {
        let only: Vec<_> = step.only.iter().map(|name| code(name)).collect();
        notes.push(format!("only {}", only.join(", ")));
    }
    notes.extend(step.until.map(|until| format!("until {until}")));
    match step.kind {
        StepKind::ImpliedBy => notes.push("implies it".to_owned()),
        StepKind::Folder => notes.push("folder below".to_owned()),
        StepKind::ChildTeam => notes.push("team below".to_owned()),
        StepKind::Directory => notes.push("in the directory".to_owned()),
        StepKind::Written => {}
    }
    notes.extend(step.change.map(|change| match change {
        StepChange::Added => "added".to_owned(),
        StepChange::Removed => "removed".to_owned(),
    }));
    let name = code(&step.name);
    match notes.is_empty() {
        true => name,
        false => format!("{name} ({})", notes.join(", ")),
    }
}

pub(super) fn end(until: Option<Timestamp>) -> String {
    until.map_or_else(|| "no end".to_owned(), |until| until.to_string())
}

/// The first `most` names, and how many more there are of `all`.
pub(super) fn named<'p>(
    people: impl IntoIterator<Item = &'p Arc<str>>,
    all: usize,
    most: usize,
) -> String {
    let names: Vec<String> = people.into_iter().take(most).map(|it| code(it)).collect();
    let more = all.saturating_sub(names.len());
    let names = names.join(", ");
    match more {
        0 => names,
        more => format!("{names} and {} more", number(more)),
    }
}

impl Flag {
    /// What it says, and who is to look at it.
    pub(super) fn sentence(&self) -> String {
        let mut said = self.what();
        if let Some(place) = &self.place {
            said.push_str(&format!(" ({})", code(&place.to_string())));
        }
        if self.cause == Some(Cause::Directory) {
            said.push_str("; from the directory");
        }
        if !self.reviewers.is_empty() {
            let owners: Vec<_> = self.reviewers.iter().map(|owner| code(owner)).collect();
            said.push_str(&format!("; to be reviewed by {}", owners.join(", ")));
        }
        said
    }

    fn what(&self) -> String {
        let people = named(&self.people, self.count, NAMED);
        let subject = code(self.subject.as_deref().unwrap_or_default());
        let mut about = code(self.permission.as_deref().unwrap_or("a group"));
        if let Some(environment) = &self.environment {
            about.push_str(&format!(" in {}", code(environment)));
        }
        let of = number(self.of.unwrap_or_default());
        let limit = number(self.limit.unwrap_or_default());
        let n = number(self.count);
        match self.code {
            FlagCode::Removal => {
                format!("{n} of {of} holders lose {about}; {limit} may at once: {people}")
            }
            FlagCode::RemovalOverall => {
                format!("{n} of {of} people lose something; {limit} may at once: {people}")
            }
            FlagCode::MinHolders => format!("{about} has {n} of the {limit} holders it must have"),
            FlagCode::RequiredHolders => format!("{people} must hold {about} and would not"),
            FlagCode::NoHolders => format!("nobody holds {about} any more; {of} did"),
            FlagCode::Frozen if self.subject.is_none() => "nothing is to be changed now".to_owned(),
            FlagCode::Frozen => format!("nothing is to be changed now: {subject}"),
            FlagCode::DirectoryShrank => format!(
                "{subject} has lost {n} of {of} members; with more than {limit} the directory may not be whole"
            ),
            FlagCode::SelfGrant => format!("the author {people} gains {about}"),
            FlagCode::Escalation if self.count == 1 => format!("{people} gains {about}"),
            FlagCode::Escalation => format!("{people} gain {about}"),
            FlagCode::Protected => format!("who holds {about} is protected and changes: {people}"),
            FlagCode::NewDomain => format!("nobody of {subject} held anything before: {people}"),
            FlagCode::NoExpiry => {
                format!("{about} is sensitive, and {subject} is granted it without an end")
            }
            FlagCode::IndividualGrant => {
                format!("{people} is added alone, where {subject} would grant it to nobody else")
            }
            FlagCode::Expiring => format!("{subject} ends on {}", end(self.until)),
            FlagCode::Unresolved => {
                format!("members who cannot be named hold nothing: {people}")
            }
        }
    }
}
