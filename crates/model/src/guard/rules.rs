//! What may be true at all: names and kinds, ends to come, no cycles, at least one admin.

use std::collections::HashSet;

use super::reaches_further;
use crate::{
    Actor, App, Change, ChangeSet, Context, Edit, Ends, Group, GroupKind, Id, Inclusion, Kind,
    Membership, Refusal, Request, SystemActor, Tag, Validity, World, context::Descriptions,
    record::AppOrigin,
};

pub(super) fn check(
    before: &World,
    after: &World,
    change: &ChangeSet,
    context: &Context,
) -> Result<(), Refusal> {
    let rules = Rules {
        before,
        after,
        context,
    };
    let deleted_apps: HashSet<Id<App>> = change
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::App(edit) if edit.after.is_none() => edit.id(),
            _ => None,
        })
        .collect();
    for change in &change.changes {
        match change {
            Change::Group(edit) => rules.group(edit, &deleted_apps)?,
            Change::App(edit) => rules.app(edit)?,
            Change::Tag(edit) => rules.tag(edit)?,
            Change::Membership(edit) => rules.membership(edit)?,
            Change::Inclusion(edit) => rules.inclusion(edit)?,
            Change::Request(edit) => rules.request(edit)?,
            Change::Entitlement(edit) => {
                if let Some(entitlement) = &edit.after {
                    rules.to_come(&entitlement.validity, "entitlement", edit.before.is_none())?;
                }
            }
            Change::User(_) | Change::Resource(_) => {}
        }
    }
    rules.admins_remain()
}

struct Rules<'a> {
    before: &'a World,
    after: &'a World,
    context: &'a Context,
}

impl Rules<'_> {
    fn mirrors(&self) -> bool {
        matches!(self.context.actor, Actor::System(SystemActor::Import))
    }

    fn group(&self, edit: &Edit<Group>, deleted_apps: &HashSet<Id<App>>) -> Result<(), Refusal> {
        let policy = &self.context.policy;
        if let Some(before) = &edit.before {
            self.managed(
                before,
                edit.after
                    .as_ref()
                    .is_some_and(|a| a.authority != before.authority),
            )?;
            if before.is_owners_group() {
                self.owners_group(before, edit.after.as_deref(), deleted_apps)?;
            }
        }
        let Some(after) = &edit.after else {
            return Ok(());
        };
        let renamed = edit
            .before
            .as_ref()
            .is_none_or(|before| before.name != after.name || before.kind != after.kind);
        if renamed && !self.mirrors() {
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
                "second_owners_group",
                "the app already has an owners group",
                "add owners to that one",
            ));
        }
        if policy.descriptions == Descriptions::Required && after.description.is_empty() {
            return Err(Refusal::invalid(
                "description",
                "a description is required; say what it is for",
            ));
        }
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
                "role_as_target",
                format!("`{child}` leads into this group, and nothing may lead into a role"),
                "detach it first",
            ));
        }
        Ok(())
    }

    fn owners_group(
        &self,
        before: &Group,
        after: Option<&Group>,
        deleted_apps: &HashSet<Id<App>>,
    ) -> Result<(), Refusal> {
        let app = before.app();
        match after {
            None if app.is_some_and(|app| deleted_apps.contains(&app)) => Ok(()),
            None => Err(Refusal::rule(
                "last_owners_group",
                format!(
                    "`{}` holds the owners of its app, and an app needs one",
                    before.name
                ),
                "delete the app instead, or change who owns it",
            )),
            Some(after) if after.kind != before.kind => Err(Refusal::rule(
                "last_owners_group",
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
                    "owners_group_name",
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

    fn name_fits(&self, group: &Group) -> Result<(), Refusal> {
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
                let owners = policy.owners_group_name(of_app);
                if !group.is_owners_group() && crate::name::key(name) == crate::name::key(&owners) {
                    return Err(Refusal::invalid(
                        "name",
                        format!(
                            "`{owners}` is kept for the group of the app's owners; choose another name"
                        ),
                    ));
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

    fn app(&self, edit: &Edit<App>) -> Result<(), Refusal> {
        if let Some(before) = edit
            .before
            .as_ref()
            .filter(|app| app.origin == AppOrigin::BuiltIn)
        {
            let same = edit
                .after
                .as_ref()
                .is_some_and(|after| (&after.name, after.origin) == (&before.name, before.origin));
            if !same {
                return Err(Refusal::rule(
                    "built_in_app",
                    format!(
                        "`{}` is Portcullis itself: it cannot be renamed or deleted",
                        before.name
                    ),
                    "change its owners or tags instead",
                ));
            }
        }
        let Some(after) = &edit.after else {
            return Ok(());
        };
        if self.after.owners_group(after.id).is_none() {
            return Err(Refusal::rule(
                "last_owners_group",
                format!("the app `{}` would have no owners group", after.name),
                "keep one, or create it in the same change",
            ));
        }
        if self.context.policy.descriptions == Descriptions::Required
            && after.description.is_empty()
        {
            return Err(Refusal::invalid(
                "description",
                "a description is required; say what it is for",
            ));
        }
        Ok(())
    }

    fn tag(&self, edit: &Edit<Tag>) -> Result<(), Refusal> {
        let Some(after) = &edit.after else {
            return Ok(());
        };
        if self.context.policy.descriptions == Descriptions::Required
            && after.description.is_empty()
        {
            return Err(Refusal::invalid(
                "description",
                "a description is required; say what it is for",
            ));
        }
        Ok(())
    }

    /// Unmanaged groups are mirrors: only what the outside says changes them.
    fn managed(&self, group: &Group, authority_changes: bool) -> Result<(), Refusal> {
        if group.is_managed() || authority_changes || self.mirrors() {
            return Ok(());
        }
        if matches!(self.context.actor, Actor::System(SystemActor::Time)) {
            return Ok(());
        }
        Err(Refusal::rule(
            "unmanaged_group",
            format!(
                "`{}` is kept by an outside system and only shown here",
                group.name
            ),
            "change it there",
        ))
    }

    fn to_come(&self, validity: &Validity, noun: &str, new: bool) -> Result<(), Refusal> {
        if validity.until <= Ends::at(validity.from) {
            return Err(Refusal::invalid(
                "until",
                format!("the {noun} would end before it begins; choose a later end"),
            ));
        }
        if (new || validity.until != Ends::NEVER) && validity.until.passed(self.context.now) {
            return Err(Refusal::invalid(
                "until",
                format!(
                    "the {noun} would end at {}, which has passed; choose a time to come",
                    validity.until
                ),
            ));
        }
        Ok(())
    }

    fn membership(&self, edit: &Edit<Membership>) -> Result<(), Refusal> {
        let Some(subject) = edit.subject() else {
            return Ok(());
        };
        if let Some(group) = self
            .before
            .group(subject.group)
            .or_else(|| self.after.group(subject.group))
        {
            self.managed(group, false)?;
        }
        let Some(after) = &edit.after else {
            return Ok(());
        };
        self.to_come(&after.validity, after.kind.noun(), edit.before.is_none())
    }

    fn inclusion(&self, edit: &Edit<Inclusion>) -> Result<(), Refusal> {
        let Some(subject) = edit.subject() else {
            return Ok(());
        };
        let target = self
            .before
            .group(subject.target)
            .or_else(|| self.after.group(subject.target));
        if let Some(target) = target {
            self.managed(target, false)?;
        }
        let Some(after) = &edit.after else {
            return Ok(());
        };
        self.to_come(&after.validity, "inclusion", edit.before.is_none())?;
        if !reaches_further(edit, |i| i.validity.until) {
            return Ok(());
        }
        let (child, target) = (
            self.after.group(after.child),
            self.after.group(after.target),
        );
        let (Some(child), Some(target)) = (child, target) else {
            return Ok(());
        };
        if !self.mirrors() {
            if !child.is_role() {
                return Err(Refusal::rule(
                    "not_a_role",
                    format!(
                        "`{}` is no role, and only a role's members are let into other groups",
                        child.name
                    ),
                    "make it a role, or add its people one by one",
                ));
            }
            if target.is_role() {
                return Err(Refusal::rule(
                    "role_as_target",
                    format!(
                        "`{}` is a role, and nothing may lead into a role",
                        target.name
                    ),
                    "add people to the role instead",
                ));
            }
        }
        self.no_cycle(child, target)
    }

    fn no_cycle(&self, child: &Group, target: &Group) -> Result<(), Refusal> {
        let (mut todo, mut seen) = (vec![target.id], HashSet::new());
        while let Some(id) = todo.pop() {
            if id == child.id {
                return Err(Refusal::rule(
                    "cycle",
                    format!(
                        "`{}` already leads into `{}`, so the two would contain each other",
                        target.name, child.name
                    ),
                    "remove the way back first",
                ));
            }
            if seen.insert(id) {
                todo.extend(self.after.targets_of(id).map(|inclusion| inclusion.target));
            }
        }
        Ok(())
    }

    fn request(&self, edit: &Edit<Request>) -> Result<(), Refusal> {
        let (None, Some(request)) = (&edit.before, &edit.after) else {
            return Ok(());
        };
        let Some(group) = self.after.group(request.wants.group()) else {
            return Ok(());
        };
        if !group.is_managed() {
            return Err(Refusal::rule(
                "unmanaged_group",
                format!(
                    "`{}` is kept by an outside system and only shown here",
                    group.name
                ),
                "ask for it there",
            ));
        }
        let kind = request.wants.kind();
        if request.until.passed(self.context.now) {
            return Err(Refusal::invalid(
                "until",
                format!(
                    "the {} would end at {}, which has passed; choose a time to come",
                    kind.noun(),
                    request.until
                ),
            ));
        }
        let has = self
            .before
            .holds(request.requester, group.id, kind, self.context.now);
        if has.is_some_and(|until| until >= request.until) {
            return Err(Refusal::conflict(
                "already_in_group",
                format!(
                    "you already have {} in `{}` for that long",
                    kind.noun(),
                    group.name
                ),
                "ask again when it is about to end",
            ));
        }
        let same =
            |other: &&Request| (other.requester, other.wants) == (request.requester, request.wants);
        if self.after.requests().filter(same).count() > 1 {
            return Err(Refusal::conflict(
                "already_asked",
                format!(
                    "you already have asked for {} in `{}`",
                    kind.noun(),
                    group.name
                ),
                "withdraw that request first",
            ));
        }
        Ok(())
    }

    /// Time may end the last admin's access; nobody else may.
    fn admins_remain(&self) -> Result<(), Refusal> {
        if matches!(self.context.actor, Actor::System(SystemActor::Time)) {
            return Ok(());
        }
        let count = |world: &World| {
            world
                .built_in_app()
                .and_then(|app| world.owners_group(app.id))
                .map_or(0, |group| {
                    world.holder_count(group.id, Kind::Member, self.context.now)
                })
        };
        if count(self.after) == 0 && count(self.before) > 0 {
            return Err(Refusal::rule(
                "last_admin",
                "nobody would be left who administers Portcullis",
                "make somebody else an admin first",
            ));
        }
        Ok(())
    }
}
