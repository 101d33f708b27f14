//! What comes out when a source is compared with the world.

use std::collections::BTreeMap;

use portcullis_model::{Change, ConnectorId, Edit, Expiry, Fact, World};
use serde_json::Value;

use super::{Drift, FactKind};

/// What is to be done, what stays different, and how much is at stake.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What is to be done, in order; ends first, because what comes may need their room.
    pub edits: Vec<Change>,
    /// What differs and is not the source's to change.
    pub drift: Vec<Drift>,
    /// How many facts there are in what the source knows completely.
    pub counts: BTreeMap<FactKind, Count>,
    /// What the source describes and does not keep, with the edits that make it the source's own.
    pub foreign: Vec<(String, Vec<Change>)>,
}

/// Facts of one kind in what a source knows completely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those on record that are the source's and not past.
    pub held: usize,
    /// Those of them that would end.
    pub ended: usize,
    /// Those of them that would stay and give less: a nearer end, a shorter list.
    pub cut: usize,
    /// What the source says, whoever granted it.
    pub said: usize,
}

impl Count {
    /// How many end or give less.
    #[must_use]
    pub const fn lost(&self) -> usize {
        self.ended + self.cut
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            held: a.held + b.held,
            ended: a.ended + b.ended,
            cut: a.cut + b.cut,
            said: a.said + b.said,
        })
    }
}

impl Plan {
    /// Counts what would stay and give less, and who and what would end beside facts.
    pub(super) fn count_cuts(&mut self, world: &World, source: ConnectorId) {
        for change in &self.edits {
            let (kind, loss) = match change {
                Change::Membership(edit) => (FactKind::Membership, cut_fact(edit, |_, _| false)),
                Change::Inclusion(edit) => (FactKind::Inclusion, cut_fact(edit, |_, _| false)),
                Change::Entitlement(edit) => {
                    let smaller = cut_fact(edit, |was, is| is.grant.gives_less_than(&was.grant));
                    (FactKind::Entitlement, smaller)
                }
                Change::User(edit) => (
                    FactKind::User,
                    loss(edit, |was, is| known_less(&was.attributes, &is.attributes)),
                ),
                Change::Resource(edit) => (
                    FactKind::Resource,
                    loss(edit, |was, is| known_less(&was.properties, &is.properties)),
                ),
                // Ends of identities are counted where they are found; the rest is never ended.
                Change::Identity(_)
                | Change::Credential(_)
                | Change::Preferences(_)
                | Change::Provider(_)
                | Change::Group(_)
                | Change::App(_)
                | Change::Tag(_)
                | Change::Request(_) => continue,
            };
            let count = self.counts.entry(kind).or_default();
            match loss {
                Loss::None => {}
                Loss::Cut => count.cut += 1,
                Loss::End if matches!(kind, FactKind::User | FactKind::Resource) => {
                    count.ended += 1;
                }
                // Counted where they are found.
                Loss::End => {}
            }
        }
        let own = |of: Option<ConnectorId>| of == Some(source);
        if let Some(count) = self.counts.get_mut(&FactKind::User) {
            count.held = world.users().filter(|user| own(user.source)).count();
        }
        if let Some(count) = self.counts.get_mut(&FactKind::Resource) {
            count.held = world.resources().filter(|it| own(it.source)).count();
        }
    }
}

/// What an edit takes away.
enum Loss {
    None,
    Cut,
    End,
}

fn loss<T>(edit: &Edit<T>, less: impl Fn(&T, &T) -> bool) -> Loss {
    match (&edit.before, &edit.after) {
        (Some(was), Some(is)) if less(was, is) => Loss::Cut,
        (Some(_), None) => Loss::End,
        _ => Loss::None,
    }
}

fn cut_fact<F: Fact>(edit: &Edit<F>, less: impl Fn(&F, &F) -> bool) -> Loss {
    let end = |fact: &F| -> Expiry { fact.validity().until };
    // What has lapsed is granted anew.
    loss(edit, |was, is| end(is) < end(was) || less(was, is))
}

fn known_less(was: &BTreeMap<String, Value>, is: &BTreeMap<String, Value>) -> bool {
    was.iter().any(|(key, was)| match (was, is.get(key)) {
        (_, None) => true,
        (Value::Array(was), Some(Value::Array(is))) => is.len() < was.len(),
        _ => false,
    })
}
