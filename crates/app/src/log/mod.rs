//! What was done, undone.

mod gone;

use std::sync::Arc;

use portcullis_model::{
    Actor, Change, ChangeSet, Context, Edit, Id, Noun, Position, Refusal, RefusalCode, Sourced,
    User, World,
};
use portcullis_store::CommitError;

use crate::{App, Operation, Warning, WarningCode};

/// Undoes a committed change: the same edits the other way round, by whoever may make them.
#[derive(Clone, Debug)]
pub struct Undo {
    /// Where it stands in the log.
    pub position: Position,
    /// What it was.
    pub change: ChangeSet,
}

/// A change of more edits than this is undone by admins only: to others it is not even read.
pub const LARGE_CHANGE: usize = 2_000;

impl Undo {
    /// Undoes the entry at `position`, for `user`.
    ///
    /// # Errors
    /// There is no such entry, it is too large for who is no admin, or the database does not answer.
    pub async fn of(app: &App, position: Position, user: Id<User>) -> Result<Self, CommitError> {
        let missing = || Refusal::not_found(Noun::LogEntry, position);
        let first = app.store().entry_part(position, 0, 1).await?;
        let edits = first.ok_or_else(missing)?.edits;
        let context = app.context(Actor::User(user));
        if edits > LARGE_CHANGE && !app.world().is_admin(user, context.now) {
            return Err(Refusal::rule(
                RefusalCode::CannotUndo,
                format!("this entry changed {edits} records, and such are undone by admins only"),
                "ask an admin",
            )
            .into());
        }
        let entry = app.store().entry(position).await?;
        let change = entry.and_then(|entry| entry.change).ok_or_else(missing)?;
        Ok(Self {
            position,
            change: Arc::unwrap_or_clone(change),
        })
    }

    /// Whether it says who somebody is in another system, which is for people to say and not for tokens.
    #[must_use]
    pub fn links(&self) -> bool {
        let mut edits = self.change.changes.iter();
        edits.any(|edit| matches!(edit, Change::Identity(edit) if edit.before.is_some()))
    }
}

impl Operation for Undo {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut change = self.change.clone().inverse(self.position);
        change
            .changes
            .iter_mut()
            .for_each(|edit| kept_since(world, edit));
        // What has lapsed since would come back as lapsed: it stays ended.
        change.changes.retain(|edit| match edit {
            Change::Membership(edit) if edit.before.is_none() => edit
                .after
                .as_ref()
                .is_none_or(|m| !m.validity.until.is_past(context.now)),
            Change::Inclusion(edit) if edit.before.is_none() => edit
                .after
                .as_ref()
                .is_none_or(|i| !i.validity.until.is_past(context.now)),
            _ => true,
        });
        let gone = gone::leave_out(world, &mut change);
        if change.is_empty() && gone > 0 {
            return Err(Refusal::conflict(
                RefusalCode::CannotUndo,
                "what this entry changed is gone",
                "undo what removed it first",
            ));
        }
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

    fn warnings(&self, world: &World, _: &Context, _: &ChangeSet) -> Vec<Warning> {
        let mut change = self.change.clone().inverse(self.position);
        let gone = gone::leave_out(world, &mut change);
        let told = (gone > 0).then(|| Warning {
            code: WarningCode::NotRestored,
            message: gone::in_words(gone),
        });
        told.into_iter().collect()
    }
}

/// Entries of earlier versions do not say which source keeps a record: it stays as it is now, also
/// where it has been taken over since.
fn kept_since(world: &World, change: &mut Change) {
    fn keep<T: Sourced>(edit: &mut Edit<T>, there: impl Fn(&T) -> Option<T>) {
        let now = edit.before.as_deref().and_then(there);
        let source = now.as_ref().and_then(Sourced::source);
        let (Some(now), Some(before)) = (now, edit.before.as_deref()) else {
            return;
        };
        if before.source().is_some() || now != before.clone().kept_by(source) {
            return;
        }
        let sides = [&mut edit.before, &mut edit.after];
        for side in sides.into_iter().flatten() {
            **side = (**side).clone().kept_by(source);
        }
    }
    match change {
        Change::User(edit) => keep(edit, |it| world.user(it.id).cloned()),
        Change::Group(edit) => keep(edit, |it| world.group(it.id).cloned()),
        Change::App(edit) => keep(edit, |it| world.app(it.id).cloned()),
        Change::Resource(edit) => keep(edit, |it| world.resource(it.id).cloned()),
        Change::Tag(_)
        | Change::Membership(_)
        | Change::Inclusion(_)
        | Change::Entitlement(_)
        | Change::Request(_)
        | Change::Identity(_)
        | Change::Credential(_)
        | Change::Preferences(_)
        | Change::Provider(_) => {}
    }
}
