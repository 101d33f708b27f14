//! What a change of the repository does: who gains and who loses what, why, and what needs a closer look.
//!
//! Two repositories are compared against one directory, which is what the change causes; and the first
//! against two directories, which is what moved since the last publish. Nothing is applied here.

mod base;
mod explain;
mod flags;
mod json;
mod markdown;
mod quote;
mod sentence;
mod shape;
mod side;
mod text;

use std::collections::BTreeSet;

use crate::{Findings, Repository};

pub use json::{NotAPlan, Refused};
pub use markdown::{MARKER, markdown_findings};
pub use shape::{
    Author, Base, BaseError, Because, Cause, Digests, Effect, Flag, FlagCode, Inputs, Move, Plan,
    SCHEMA, Verdict,
};

/// Compares.
///
/// # Errors
/// All findings of the head, where any is an error: nothing can be said of it then. A base that does not
/// validate is compared as far as it resolves, and the plan says so.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Findings> {
    let (head, now) = (inputs.head, inputs.now);
    let findings = side::look(head, inputs.directory, now);
    if findings.has_errors() {
        return Err(findings);
    }
    let base = base::resolvable(inputs.base, inputs.directory, head, now);
    let mut crowd = side::Crowd::default();
    let side = |repository, directory, crowd: &mut side::Crowd| {
        side::Side::new(repository, directory, now, crowd)
    };
    let to = side(head, inputs.directory, &mut crowd)?;
    let from = side(&base.repository, inputs.directory, &mut crowd)?;
    let first = match inputs.before {
        Some(before) => Some(side(&base.repository, Some(before), &mut crowd)?),
        None => None,
    };
    let mut effects = Vec::new();
    if let Some(first) = &first {
        explain::effects(first, &from, Cause::Directory, &crowd, &mut effects);
    }
    explain::effects(&from, &to, Cause::Change, &crowd, &mut effects);
    let keys = |repository: &Repository| -> BTreeSet<String> {
        repository.permissions.keys().cloned().collect()
    };
    let (were, are) = (keys(&base.repository), keys(head));
    let author = inputs.author.map(|name| Author {
        name: name.to_owned(),
        emails: [&from, &to]
            .into_iter()
            .filter_map(|side| side.repository.person(name, &side.addresses).ok())
            .collect(),
    });
    let mut plan = Plan {
        schema: SCHEMA,
        at: now,
        valid_until: to.facts.world.next_transition(now),
        digests: inputs.digests.clone(),
        author,
        base: Base {
            errors: base.errors,
            partial: base.partial.into_iter().collect(),
        },
        new_permissions: are.difference(&were).cloned().collect(),
        removed_permissions: were.difference(&are).cloned().collect(),
        effects,
        flags: Vec::new(),
    };
    plan.flags = flags::flags(&flags::Compared {
        inputs,
        plan: &plan,
        crowd: &crowd,
        first: first.as_ref().unwrap_or(&from),
        from: &from,
        to: &to,
    });
    Ok(plan)
}
