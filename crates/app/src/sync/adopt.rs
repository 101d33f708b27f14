//! What others made becomes a source's own: on purpose, by name, and on record.

use portcullis_model::{
    Actor, Change, ChangeSet, Context, FieldError, OperationName, RecordKind, Refusal, SystemActor,
    World, guard,
};
use portcullis_store::Judged;

use super::{Compared, Drift, Source, SyncSource};
use crate::Operation;

/// Takes over what a source describes and does not keep. It is the operator's to commit: no source
/// says by itself what is its own.
#[derive(Clone, Debug)]
pub struct Adopt {
    change: ChangeSet,
}

impl Adopt {
    /// Of what is `foreign` to a source, what is called `names`, to the letter; `user:`, `group:`,
    /// `app:` and `resource:` before a name say which, where several are called so.
    pub(super) fn new(
        foreign: &[(String, Vec<Change>)],
        names: &[String],
    ) -> Result<Self, Refusal> {
        let (mut change, mut faults) = (ChangeSet::new(OperationName::SourceAdopt), Vec::new());
        let kind = |edits: &[Change]| edits.first().map(|edit| edit.outline().record);
        for asked in names {
            let named = |name: &String, edits: &[Change]| {
                let kind = kind(edits).map_or("", RecordKind::as_str);
                name == asked
                    || asked
                        .strip_prefix(kind)
                        .and_then(|rest| rest.strip_prefix(':'))
                        == Some(name)
            };
            let meant = || foreign.iter().filter(|(name, edits)| named(name, edits));
            let mut kinds: Vec<_> = meant().filter_map(|(_, edits)| kind(edits)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            let fault = match kinds.as_slice() {
                [] => Some(format!(
                    "nothing that another made is called `{asked}` in the source, to the letter; leave it out or correct it"
                )),
                [first, _, ..] => Some(format!(
                    "several are called `{asked}`; say which, as in `{first}:{asked}`"
                )),
                _ => None,
            };
            faults.extend(fault.map(|fault| FieldError::new("--adopt", fault)));
            for edit in meant().flat_map(|(_, edits)| edits) {
                if !change.changes.contains(edit) {
                    change.push(edit.clone());
                }
            }
        }
        if faults.is_empty() {
            Ok(Self { change })
        } else {
            Err(Refusal::Invalid(faults))
        }
    }

    /// The edits.
    pub fn edits(&self) -> std::slice::Iter<'_, Change> {
        self.change.changes.iter()
    }

    /// Whether nothing is to be taken over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.change.is_empty()
    }
}

/// What reading a source would do.
#[derive(Debug)]
pub struct Outlook {
    /// What is taken over first.
    pub adopt: Adopt,
    /// What differs and stays.
    pub drift: Vec<Drift>,
    /// What it then changes, and in which world and when that was so, once everything is taken over.
    judged: Box<Judged>,
}

impl Outlook {
    /// What it then changes.
    #[must_use]
    pub const fn change(&self) -> &ChangeSet {
        self.judged.allowed.change()
    }

    /// What `source` is to do, which came to this.
    pub fn of<S: Source>(self, source: SyncSource<S>) -> Compared<S> {
        // Where something is taken over first, the world that it is judged in is not there yet, and what comes in its
        // place may be somebody else's.
        let judged = Some(self.judged).filter(|_| self.adopt.is_empty());
        Compared::new(source, judged)
    }
}

impl<S: Source> SyncSource<S> {
    /// What would be done where the source, as the connector that acts, takes over what it
    /// describes under the names `adopted` and others made, and is then read.
    ///
    /// # Errors
    /// Everything that is wrong with the source, a name under which nothing is to be taken over,
    /// or what else stands against the changes.
    pub fn outlook(
        &self,
        world: &World,
        context: &Context,
        adopted: &[String],
    ) -> Result<Outlook, Refusal> {
        let foreign = match adopted {
            [] => Vec::new(),
            _ => self.reconciled(world, context)?.foreign,
        };
        let adopt = Adopt::new(&foreign, adopted)?;
        let operator = context.acting_as(Actor::System(SystemActor::Operator));
        let taken = guard(world, adopt.change.clone(), &operator)?;
        let plan = self.compare(taken.after(), context)?;
        let mut change = ChangeSet::new(S::OPERATION);
        change.changes = plan.edits;
        let judged = Judged {
            allowed: guard(taken.after(), change, context)?,
            position: world.position(),
            actor: context.actor,
            at: context.now,
        };
        Ok(Outlook {
            adopt,
            drift: plan.drift,
            judged: Box::new(judged),
        })
    }
}

impl Operation for Adopt {
    fn plan(&self, _: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        Ok(self.change.clone())
    }
}
