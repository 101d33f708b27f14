//! What an operation would do: its edits, the access people gain and lose, the decisions that come
//! out otherwise, and what to think of first. Pages, the API and the command line show this one
//! answer.

mod warnings;

use std::sync::Arc;

use portcullis_model::{ChangeSet, Context, Diff, Refusal, Timestamp, World, guard};

use warnings::{admins_end, locked_out, nobody_left, orphaned, signed_out};

use crate::{
    Operation, Warning, WarningCode,
    decide::{Moment, RulesDiff, Types, access_diff, reached_by_rules, rules_diff_of},
};

/// What would happen.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The edits.
    pub change: ChangeSet,
    /// Who gains and who loses access, and whose end moves.
    pub diff: Diff,
    /// Which decisions come out otherwise by rules; nothing where no list of rules is touched.
    pub rules: Option<RulesDiff>,
    /// What is allowed but should be thought of.
    pub warnings: Vec<Warning>,
    /// The world as it is.
    pub before: Arc<World>,
    /// The world as it would be.
    pub after: World,
}

impl Preview {
    /// Whether somebody loses access, keeps it for less long or may no longer do something.
    #[must_use]
    pub fn takes_away(&self) -> bool {
        let shorter = || {
            let mut changes = self.diff.changes.iter();
            changes.any(|line| line.after < line.before)
        };
        !self.diff.losses.is_empty()
            || shorter()
            || self.rules.as_ref().is_some_and(RulesDiff::loses)
    }
}

/// An operation that has been planned and guarded, and is still to be compared with what is.
pub(crate) struct Planned {
    change: ChangeSet,
    before: Arc<World>,
    after: World,
    warnings: Vec<Warning>,
}

impl Planned {
    /// # Errors
    /// Whatever would stand against it.
    pub(crate) fn new(
        before: Arc<World>,
        context: &Context,
        operation: &impl Operation,
    ) -> Result<Self, Refusal> {
        let change = operation.plan(&before, context)?;
        let warnings = operation.warnings(&before, context, &change);
        let (change, after) = guard(&before, change, context)?.into_parts();
        Ok(Self {
            warnings,
            change,
            before,
            after,
        })
    }

    /// Compares the two worlds at `now`.
    pub(crate) fn preview(self, types: &Types, now: Timestamp) -> Preview {
        let Self {
            change,
            before,
            after,
            mut warnings,
        } = self;
        let moments = [Moment::new(&before, now), Moment::new(&after, now)];
        let reached = reached_by_rules(moments, &change);
        let (diff, not_compared) = access_diff(types, moments, reached.as_ref());
        let rules = reached.map(|people| rules_diff_of(moments, &people));
        warnings.extend(nobody_left(&before, &after, &diff, now));
        warnings.extend(admins_end(&before, &after, now));
        warnings.extend(signed_out(&before, &change));
        warnings.extend(orphaned(&before, &after, &change));
        warnings.extend(locked_out(&before, &after, now));
        if not_compared > 0 {
            warnings.push(Warning {
                code: WarningCode::PermissionsNotCompared,
                message: format!(
                    "this reaches too many people to look at the permissions of each; for {not_compared} of them rules may change more than is shown"
                ),
            });
        }
        Preview {
            change,
            diff,
            rules,
            warnings,
            before,
            after,
        }
    }
}
