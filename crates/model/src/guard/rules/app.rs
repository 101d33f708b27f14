//! Rules about apps and tags.

use super::Rules;
use crate::{Actor, App, Edit, Refusal, RefusalCode, Tag, name, record::AppOrigin};

impl Rules<'_> {
    pub(super) fn app(&self, edit: &Edit<App>) -> Result<(), Refusal> {
        self.built_in(edit)?;
        let Some(after) = &edit.after else {
            return Ok(());
        };
        if self.after.owners_group(after.id).is_none() {
            return Err(Refusal::rule(
                RefusalCode::LastOwnersGroup,
                format!("the app `{}` would have no owners group", after.name),
                "keep one, or create it in the same change",
            ));
        }
        if let Some(before) = edit.before.as_ref().filter(|_| !self.mirrors()) {
            self.groups_follow(before, after)?;
        }
        let was = edit.before.as_ref().map(|before| &before.description);
        self.described(was, &after.description)
    }

    /// Members of the built-in app's owners group are admins: who could make an app count as
    /// built in would make themself one.
    fn built_in(&self, edit: &Edit<App>) -> Result<(), Refusal> {
        match (&edit.before, &edit.after) {
            (Some(before), after) if before.origin == AppOrigin::BuiltIn => {
                let same = after.as_ref().is_some_and(|after| {
                    (&after.name, after.origin) == (&before.name, before.origin)
                });
                if same {
                    return Ok(());
                }
                Err(Refusal::rule(
                    RefusalCode::BuiltInApp,
                    format!(
                        "`{}` is Portcullis itself: it cannot be renamed or deleted",
                        before.name
                    ),
                    "change its owners or tags instead",
                ))
            }
            (before, Some(after)) if after.origin == AppOrigin::BuiltIn => {
                let first = before.is_none() && self.before.built_in_app().is_none();
                if first && matches!(self.context.actor, Actor::System(_)) {
                    return Ok(());
                }
                Err(Refusal::rule(
                    RefusalCode::BuiltInApp,
                    format!("`{}` cannot stand for Portcullis itself", after.name),
                    "there is one such app, made when Portcullis is set up",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The groups that were named after the app are named after it still.
    fn groups_follow(&self, before: &App, after: &App) -> Result<(), Refusal> {
        let policy = &self.context.policy;
        let [was, is] = [before, after].map(|app| name::key(&policy.app_group_prefix(&app.name)));
        let left = self.after.app_groups(after.id).find(|group| {
            let key = group.name.key();
            group.is_managed() && key.starts_with(&was) && !key.starts_with(&is)
        });
        left.map_or(Ok(()), |group| {
            Err(Refusal::rule(
                RefusalCode::AppGroupName,
                format!("`{}` would keep the name of the app as it was", group.name),
                "rename it in the same change",
            ))
        })
    }

    pub(super) fn tag(&self, edit: &Edit<Tag>) -> Result<(), Refusal> {
        let Some(after) = &edit.after else {
            return Ok(());
        };
        let was = edit.before.as_ref().map(|before| &before.description);
        self.described(was, &after.description)
    }
}
