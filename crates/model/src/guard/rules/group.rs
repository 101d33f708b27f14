//! Rules about groups: names, kinds, owners groups.

use super::Rules;
use crate::{Edit, Group, GroupKind, Refusal, RefusalCode};

impl Rules<'_> {
    pub(super) fn group(&self, edit: &Edit<Group>) -> Result<(), Refusal> {
        if let Some(before) = &edit.before {
            self.managed(
                before,
                edit.after
                    .as_ref()
                    .is_some_and(|a| a.authority != before.authority),
            )?;
            if before.is_owners_group() {
                self.owners_group(before, edit.after.as_deref())?;
            }
        }
        let Some(after) = &edit.after else {
            return Ok(());
        };
        let renamed = edit
            .before
            .as_ref()
            .is_none_or(|before| before.name != after.name || before.kind != after.kind);
        if renamed && self.mirrors() {
            self.name_is_kept(after)?;
        } else if renamed {
            self.name_fits(after)?;
        }
        if let GroupKind::App { app, .. } = after.kind
            && after.is_owners_group()
            && self
                .after
                .app_groups(app)
                .filter(|group| group.is_owners_group())
                .count()
                > 1
        {
            return Err(Refusal::rule(
                RefusalCode::SecondOwnersGroup,
                "the app already has an owners group",
                "add owners to that one",
            ));
        }
        let was = edit.before.as_ref().map(|before| &before.description);
        self.described(was, &after.description)?;
        if after.is_role()
            && let Some(inclusion) = self
                .after
                .children_of(after.id)
                .next()
                .filter(|_| !self.mirrors())
        {
            let child = self
                .after
                .group(inclusion.child)
                .map_or("", |group| &group.name);
            return Err(Refusal::rule(
                RefusalCode::RoleAsTarget,
                format!("`{child}` leads into this group, and nothing may lead into a role"),
                "detach it first",
            ));
        }
        if edit.before.as_ref().is_some_and(|before| before.is_role())
            && !after.is_role()
            && !self.mirrors()
            && self.after.targets_of(after.id).next().is_some()
        {
            return Err(Refusal::rule(
                RefusalCode::RoleInUse,
                format!(
                    "the members of `{}` are let into other groups, as only a role's are",
                    after.name
                ),
                "detach it from those groups first",
            ));
        }
        Ok(())
    }

    fn owners_group(&self, before: &Group, after: Option<&Group>) -> Result<(), Refusal> {
        let app = before.app();
        match after {
            None if app.is_none_or(|app| self.after.app(app).is_none()) => Ok(()),
            None => Err(Refusal::rule(
                RefusalCode::LastOwnersGroup,
                format!(
                    "`{}` holds the owners of its app, and an app needs one",
                    before.name
                ),
                "delete the app instead, or change who owns it",
            )),
            Some(after) if after.kind != before.kind => Err(Refusal::rule(
                RefusalCode::LastOwnersGroup,
                format!(
                    "`{}` holds the owners of its app and cannot become another kind of group",
                    before.name
                ),
                "change who is in it instead",
            )),
            Some(after) if after.name != before.name => {
                let of_app = app.and_then(|app| self.after.app(app));
                let wanted = of_app.map(|app| self.context.policy.owners_group_name(&app.name));
                if wanted.as_deref() == Some(after.name.as_str()) || self.mirrors() {
                    return Ok(());
                }
                Err(Refusal::rule(
                    RefusalCode::OwnersGroupName,
                    format!(
                        "the owners group of an app is named after it: `{}`",
                        wanted.unwrap_or_default()
                    ),
                    "rename the app instead",
                ))
            }
            Some(_) => Ok(()),
        }
    }

    /// Names that are kept, whoever asks: a prefix alone is none, and the owners group of an app is
    /// called what no other group may be, also while there is no such app yet: `App-A-B-Owners` is not
    /// the app `A`'s to take from an app `A-B`.
    fn name_is_kept(&self, group: &Group) -> Result<(), Refusal> {
        let policy = &self.context.policy;
        let key = group.name.key();
        let alone = |prefix: &str| !prefix.is_empty() && key == crate::name::key(prefix);
        let of_app = match group.kind {
            GroupKind::App { app, .. } => self.after.app(app).map_or("", |app| &app.name),
            GroupKind::Group | GroupKind::Role => "",
        };
        let prefixes = [
            policy.role_prefix.as_str(),
            policy.app_prefix.as_str(),
            &policy.app_group_prefix(of_app),
        ];
        if prefixes.into_iter().any(alone) {
            return Err(Refusal::invalid(
                "name",
                format!(
                    "`{}` is only what such names start with; add a name to it",
                    group.name
                ),
            ));
        }
        let suffix = crate::name::key(&format!("-{}", policy.owners_suffix));
        let prefix = crate::name::key(&policy.app_prefix);
        if group.app().is_some()
            && !group.is_owners_group()
            && !policy.owners_suffix.is_empty()
            && key.starts_with(&prefix)
            && key.ends_with(&suffix)
        {
            return Err(Refusal::invalid(
                "name",
                format!(
                    "`{}` is kept for the owners of an app; choose a name that does not end with `-{}`",
                    group.name, policy.owners_suffix
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn name_fits(&self, group: &Group) -> Result<(), Refusal> {
        self.name_is_kept(group)?;
        let policy = &self.context.policy;
        let name = group.name.as_str();
        let starts = |prefix: &str| {
            !prefix.is_empty() && crate::name::key(name).starts_with(&crate::name::key(prefix))
        };
        let must = |prefix: &str| {
            Err(Refusal::invalid(
                "name",
                format!(
                    "the name of this {} starts with `{prefix}`, as in `{prefix}{name}`",
                    group.noun()
                ),
            ))
        };
        match group.kind {
            GroupKind::Role
                if !policy.role_prefix.is_empty() && !name.starts_with(&policy.role_prefix) =>
            {
                return must(&policy.role_prefix);
            }
            GroupKind::App { app, .. } => {
                let of_app = self.after.app(app).map_or("", |app| &app.name);
                let prefix = policy.app_group_prefix(of_app);
                if !name.starts_with(&prefix) {
                    return must(&prefix);
                }
            }
            GroupKind::Group | GroupKind::Role => {}
        }
        let reserved = match group.kind {
            GroupKind::Group => starts(&policy.role_prefix) || starts(&policy.app_prefix),
            GroupKind::Role => starts(&policy.app_prefix),
            GroupKind::App { .. } => starts(&policy.role_prefix),
        };
        if reserved {
            return Err(Refusal::invalid(
                "name",
                format!(
                    "only roles are named `{}…` and only groups of apps `{}…`; choose another name",
                    policy.role_prefix, policy.app_prefix
                ),
            ));
        }
        Ok(())
    }
}
