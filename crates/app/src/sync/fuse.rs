//! A source that suddenly says much less is more often broken than right: what it would end, or
//! leave with less, is counted first.

use std::collections::BTreeMap;

use portcullis_model::{Refusal, RefusalCode};

use super::{Count, FactKind, Plan};

/// How much a source may end or cut down at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many may always end …
    pub removals: usize,
    /// … and more only where it is at most one in so many of what the source holds.
    pub one_in: usize,
    /// So many may end whatever the others say: somebody looked at them.
    pub allowed: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            removals: 20,
            one_in: 3,
            allowed: 0,
        }
    }
}

/// A source would take away too much.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source {}would {}", if *.silent { "says nothing, which " } else { "" }, lost(.counts))]
pub struct Tripped {
    /// How many of how many, of each kind of which any end or are cut down.
    pub counts: BTreeMap<FactKind, Count>,
    /// Whether the source said nothing where it held something.
    pub silent: bool,
}

fn lost(counts: &BTreeMap<FactKind, Count>) -> String {
    let ended = counts.iter().filter(|(_, count)| count.ended > 0);
    let ended = ended.map(|(kind, count)| format!("{} of its {} {kind}", count.ended, count.held));
    let ended: Vec<_> = ended.collect();
    let mut all = Vec::new();
    if !ended.is_empty() {
        all.push(format!("end {}", ended.join(", ")));
    }
    let cut = counts.iter().filter(|(_, count)| count.cut > 0);
    all.extend(cut.map(|(kind, count)| {
        let verb = match kind {
            FactKind::Membership | FactKind::Inclusion => "bring the end nearer of",
            FactKind::Entitlement => "bring the end nearer or shorten the list of",
            FactKind::Identity | FactKind::User | FactKind::Resource => "leave less known of",
        };
        format!("{verb} {} of its {} {kind}", count.cut, count.held)
    }));
    all.join(", and ")
}

impl From<Tripped> for Refusal {
    fn from(tripped: Tripped) -> Self {
        let total: Count = tripped.counts.values().copied().sum();
        let next = format!(
            "see that the source is whole; if it is, let these {n} through by number: `portcullis import … --allow-removals {n}`",
            n = total.lost()
        );
        Self::rule(RefusalCode::TooManyRemovals, tripped.to_string(), next)
    }
}

/// Whether `plan` may go on.
///
/// # Errors
/// It would take away too much of what the source holds, of one kind or of all together; or the source
/// says nothing where it held something.
pub fn fuse(plan: &Plan, limits: &Limits) -> Result<(), Tripped> {
    let counts = &plan.counts;
    let total: Count = counts.values().copied().sum();
    let too_many =
        |c: &Count| c.lost() > limits.removals && c.lost().saturating_mul(limits.one_in) > c.held;
    let (who, what): (Vec<_>, Vec<_>) = counts.iter().partition(|(k, _)| **k == FactKind::Identity);
    let silent = [who, what].into_iter().any(|family| {
        let family: Count = family.into_iter().map(|(_, count)| *count).sum();
        family.said == 0 && family.ended > 0
    });
    if total.lost() <= limits.allowed
        || !(silent || too_many(&total) || counts.values().any(too_many))
    {
        return Ok(());
    }
    let mut counts = counts.clone();
    counts.retain(|_, count| count.lost() > 0);
    Err(Tripped { counts, silent })
}
