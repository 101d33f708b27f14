//! What was done, undone.

use portcullis_model::{ChangeSet, Context, Position, Refusal, RefusalCode, World};

use crate::Operation;

/// Undoes a committed change: the same edits the other way round, by whoever may make them.
#[derive(Clone, Debug)]
pub struct Undo {
    /// Where it stands in the log.
    pub position: Position,
    /// What it was.
    pub change: ChangeSet,
}

impl Operation for Undo {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut change = self.change.clone().inverse(self.position);
        // What has lapsed since would come back as lapsed: it stays ended.
        change.changes.retain(|edit| match edit {
            portcullis_model::Change::Membership(edit) if edit.before.is_none() => edit
                .after
                .as_ref()
                .is_none_or(|m| !m.validity.until.is_past(context.now)),
            portcullis_model::Change::Inclusion(edit) if edit.before.is_none() => edit
                .after
                .as_ref()
                .is_none_or(|i| !i.validity.until.is_past(context.now)),
            _ => true,
        });
        if change.is_empty() {
            return Err(Refusal::rule(
                RefusalCode::NothingToUndo,
                "everything this entry ended would have lapsed by now",
                "grant it anew if it is still wanted",
            ));
        }
        world.after(&change).map_err(|refusal| match refusal {
            Refusal::Conflict {
                code: RefusalCode::ChangedMeanwhile,
                ..
            } => Refusal::conflict(
                RefusalCode::CannotUndo,
                "what this entry changed has been changed again since",
                "undo the later change first, or make the change you want by hand",
            ),
            other => other,
        })?;
        Ok(change)
    }
}
