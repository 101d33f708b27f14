//! Say what one wants to be told.

use std::collections::BTreeSet;

use portcullis_model::{
    Change, ChangeSet, Context, Edit, Id, NoticeKind, OperationName, Preferences, Refusal, User,
    World,
};

use crate::Operation;

/// Says what somebody does not want to be told.
#[derive(Clone, Debug)]
pub struct SetPreferences {
    /// Who.
    pub user: Id<User>,
    /// What; nothing where they want all.
    pub off: BTreeSet<NoticeKind>,
}

impl Operation for SetPreferences {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let user = world.require_user(self.user)?;
        let before = world.preferences(user.id).cloned();
        let after = Preferences::of(user.id, self.off.clone());
        let mut change = ChangeSet::new(OperationName::PreferencesSet);
        let edit = match before {
            None if after.off.is_empty() => None,
            None => Some(Edit::create(after)),
            Some(before) if before == after => None,
            Some(before) if after.off.is_empty() => Some(Edit::end(before)),
            Some(before) => Some(Edit::update(before, after)),
        };
        change.changes.extend(edit.map(Change::from));
        Ok(change)
    }
}
