//! Which rights a change needs, edit by edit, judged on the world as it is.

use std::collections::HashSet;

use super::{Action, Target, may};
use crate::{
    Actor, App, Change, ChangeSet, Context, Credential, Edit, Group, GroupKind, Id, Inclusion,
    Membership, Purpose, Record, Refusal, Request, State, Tag, User, World, request::WantsTarget,
};

/// Judges each edit of a change set by the matrix.
///
/// What ends because the thing it hangs on ends in the same change needs no right of its own, and
/// neither does what is put into something the same change creates.
///
/// INVARIANT: `created` and `ended` are kept apart by type. A new app under a group's UUID must
/// not make that group count as new.
pub(super) struct Permissions<'a> {
    world: &'a World,
    after: &'a World,
    context: &'a Context,
    created: Touched,
    ended: Touched,
}

#[derive(Default)]
struct Touched {
    users: HashSet<Id<User>>,
    groups: HashSet<Id<Group>>,
    apps: HashSet<Id<App>>,
}

impl<'a> Permissions<'a> {
    pub(super) fn new(
        world: &'a World,
        after: &'a World,
        change: &ChangeSet,
        context: &'a Context,
    ) -> Self {
        let (mut created, mut ended) = (Touched::default(), Touched::default());
        for change in &change.changes {
            match change {
                Change::User(edit) => note(edit, &mut created.users, &mut ended.users),
                Change::Group(edit) => note(edit, &mut created.groups, &mut ended.groups),
                Change::App(edit) => note(edit, &mut created.apps, &mut ended.apps),
                Change::Tag(_)
                | Change::Membership(_)
                | Change::Inclusion(_)
                | Change::Entitlement(_)
                | Change::Request(_)
                | Change::Resource(_)
                | Change::Identity(_)
                | Change::Credential(_)
                | Change::Preferences(_)
                | Change::Provider(_) => {}
            }
        }
        Self {
            world,
            after,
            context,
            created,
            ended,
        }
    }

    pub(super) fn check(&self, change: &ChangeSet) -> Result<(), Refusal> {
        if !matches!(self.context.actor, Actor::User(_)) {
            return Ok(());
        }
        change
            .changes
            .iter()
            .try_for_each(|change| self.check_one(change))
    }

    fn may(&self, action: Action, target: Target<'_>) -> Result<(), Refusal> {
        may(self.world, self.context, action, target)
    }

    fn check_one(&self, change: &Change) -> Result<(), Refusal> {
        match change {
            Change::User(edit) => self.may(
                of_edit(
                    edit,
                    [Action::CreateUser, Action::EditUser, Action::DeleteUser],
                ),
                Target::Nothing,
            ),
            Change::Tag(edit) => self.may(
                of_edit(
                    edit,
                    [Action::CreateTag, Action::EditTag, Action::DeleteTag],
                ),
                Target::Nothing,
            ),
            Change::App(edit) => self.app(edit),
            Change::Group(edit) => self.group(edit),
            Change::Membership(edit) => self.membership(edit),
            Change::Inclusion(edit) => self.inclusion(edit),
            Change::Entitlement(edit) => match edit.subject() {
                Some(e) if edit.after.is_none() && self.ended.groups.contains(&e.group) => Ok(()),
                _ => self.may(Action::GrantEntitlement, Target::Nothing),
            },
            Change::Request(edit) => self.request(edit),
            Change::Resource(_) => self.may(Action::RegisterResource, Target::Nothing),
            Change::Identity(edit) => match edit.subject() {
                Some(of) if edit.after.is_none() && self.ended.users.contains(&of.user) => Ok(()),
                _ => self.may(Action::LinkIdentity, Target::Nothing),
            },
            Change::Credential(edit) => self.credential(edit),
            Change::Provider(_) => self.may(Action::ManageSettings, Target::Nothing),
            Change::Preferences(edit) => match edit.subject() {
                Some(of) if edit.after.is_none() && self.ended.users.contains(&of.user()) => Ok(()),
                Some(of) => self.may(Action::SetPreferences, Target::User(of.user())),
                None => Ok(()),
            },
        }
    }

    fn credential(&self, edit: &Edit<Credential>) -> Result<(), Refusal> {
        let Some(of) = edit.subject() else {
            return Ok(());
        };
        let action = match (&of.purpose, &edit.after) {
            (_, None) if self.ended.users.contains(&of.user) => return Ok(()),
            (_, None) => Action::EndCredential,
            (Purpose::Link | Purpose::Invitation, Some(_)) => Action::MakeLink,
            (Purpose::Session(_) | Purpose::Token { .. }, Some(_)) => Action::MakeToken,
        };
        self.may(action, Target::User(of.user))
    }

    fn app(&self, edit: &Edit<App>) -> Result<(), Refusal> {
        let (Some(before), Some(after)) = (&edit.before, &edit.after) else {
            return match &edit.before {
                None => self.may(Action::CreateApp, Target::Nothing),
                Some(before) => self.may(Action::DeleteApp, Target::App(before.id)),
            };
        };
        let target = Target::App(before.id);
        let tagged = after.tags.iter().any(|tag| !before.tags.contains(tag));
        let untagged = before.tags.iter().any(|tag| !after.tags.contains(tag));
        if tagged {
            self.may(Action::TagApp, target)?;
        }
        if untagged {
            self.may(Action::UntagApp, target)?;
        }
        let rest = |app: &App| {
            (
                app.name.clone(),
                app.description.clone(),
                app.origin,
                app.source,
            )
        };
        // An edit that edits nothing still stands in the log under somebody's name.
        if rest(before) != rest(after) || !(tagged || untagged) {
            self.may(Action::EditApp, target)?;
        }
        Ok(())
    }

    fn group(&self, edit: &Edit<Group>) -> Result<(), Refusal> {
        let (before, after) = match (&edit.before, &edit.after) {
            (None, Some(after)) => {
                return match after.kind {
                    GroupKind::App { app, .. } if self.created.apps.contains(&app) => Ok(()),
                    GroupKind::App { app, .. } => {
                        self.may(Action::CreateAppGroup, Target::App(app))
                    }
                    _ => self.may(Action::CreateGroup, Target::Nothing),
                };
            }
            (Some(before), None) => {
                let with_app = before
                    .app()
                    .is_some_and(|app| self.ended.apps.contains(&app));
                return if with_app {
                    Ok(())
                } else {
                    self.may(Action::DeleteGroup, Target::Group(before))
                };
            }
            (Some(before), Some(after)) => (before, after),
            (None, None) => return Ok(()),
        };
        self.group_update(before, after)
    }

    fn group_update(&self, before: &Group, after: &Group) -> Result<(), Refusal> {
        let target = Target::Group(before);
        let same_text = (&before.name, &before.description) == (&after.name, &after.description);
        let tagged = after.tags.iter().any(|tag| !before.tags.contains(tag));
        // Also what comes with the app: a group does not shed a tag by moving out of its app. The
        // app it leaves may be one that this change has tagged, so it counts as it was and will be.
        let wears = tags_worn(self.after, after);
        let wore = [self.world, self.after].map(|world| tags_worn(world, before));
        let untagged = wore.iter().flatten().any(|tag| !wears.contains(tag));
        let other_kind = before.kind != after.kind
            || before.authority != after.authority
            || before.source != after.source;
        // An edit that edits nothing still stands in the log under somebody's name.
        if !same_text || !(tagged || untagged || other_kind) {
            self.may(Action::EditGroup, target)?;
        }
        if tagged {
            self.may(Action::TagGroup, target)?;
        }
        if untagged {
            self.may(Action::UntagGroup, target)?;
        }
        if before.kind != after.kind {
            match (before.app(), after.app()) {
                (Some(from), Some(to)) if from != to => {
                    self.may(Action::EditGroup, target)?;
                    if !self.created.apps.contains(&to) {
                        self.may(Action::MoveAppGroup, Target::App(to))?;
                    }
                }
                _ => self.may(Action::ChangeGroupKind, target)?,
            }
        }
        if before.authority != after.authority || before.source != after.source {
            self.may(Action::ChangeGroupKind, target)?;
        }
        Ok(())
    }

    fn membership(&self, edit: &Edit<Membership>) -> Result<(), Refusal> {
        let Some(subject) = edit.subject() else {
            return Ok(());
        };
        if self.created.groups.contains(&subject.group) {
            return Ok(());
        }
        let ended = &self.ended;
        if edit.after.is_none()
            && (ended.groups.contains(&subject.group) || ended.users.contains(&subject.user))
        {
            return Ok(());
        }
        let Some(group) = self.world.group(subject.group) else {
            return Ok(());
        };
        let place = Target::Place {
            user: subject.user,
            group,
        };
        match &edit.after {
            Some(_) => self.may(Action::AddPeople, place),
            None => self.may(Action::RemovePeople, place),
        }
    }

    fn inclusion(&self, edit: &Edit<Inclusion>) -> Result<(), Refusal> {
        let Some(subject) = edit.subject() else {
            return Ok(());
        };
        if self.created.groups.contains(&subject.target) {
            return Ok(());
        }
        if edit.after.is_none()
            && (self.ended.groups.contains(&subject.target)
                || self.ended.groups.contains(&subject.child))
        {
            return Ok(());
        }
        let Some(target) = self.world.group(subject.target) else {
            return Ok(());
        };
        let target = Target::Inclusion {
            child: subject.child,
            target,
        };
        match &edit.after {
            Some(_) => self.may(Action::AttachRole, target),
            None => self.may(Action::DetachRole, target),
        }
    }

    fn request(&self, edit: &Edit<Request>) -> Result<(), Refusal> {
        let Some(after) = &edit.after else {
            let Some(before) = &edit.before else {
                return Ok(());
            };
            return self.may(Action::WithdrawRequest, Target::Request(before));
        };
        let hangs_on_what_ends = self.ended.users.contains(&after.requester)
            || after
                .wants
                .groups()
                .iter()
                .any(|group| self.ended.groups.contains(group))
            || matches!(after.wants.target(), WantsTarget::App(app) if self.ended.apps.contains(&app));
        if hangs_on_what_ends && matches!(after.state, State::Rejected { .. }) {
            return Ok(());
        }
        let target = Target::Request(after);
        match (&edit.before, &after.state) {
            (None, _) => self.may(Action::CreateRequest, target),
            (_, State::Withdrawn { .. }) => self.may(Action::WithdrawRequest, target),
            (_, State::Rejected { .. }) => self.may(Action::RejectRequest, target),
            (Some(before), State::Pending) if matches!(before.state, State::Withdrawn { .. }) => {
                self.may(Action::WithdrawRequest, target)
            }
            (_, State::Pending) => self.may(Action::RejectRequest, target),
            (_, State::Approved { .. }) => self.may(Action::ApproveRequest, target),
        }
    }
}

/// The tags on a group and on its app.
fn tags_worn(world: &World, group: &Group) -> HashSet<Id<Tag>> {
    let of_app = group.app().and_then(|app| world.app(app));
    let inherited = of_app.into_iter().flat_map(|app| &app.tags);
    group.tags.iter().chain(inherited).copied().collect()
}

fn of_edit<T>(edit: &Edit<T>, [create, update, delete]: [Action; 3]) -> Action {
    match (&edit.before, &edit.after) {
        (None, _) => create,
        (Some(_), Some(_)) => update,
        (Some(_), None) => delete,
    }
}

fn note<T: Record>(edit: &Edit<T>, created: &mut HashSet<Id<T>>, ended: &mut HashSet<Id<T>>)
where
    Id<T>: std::hash::Hash + Eq,
{
    if edit.before.is_none() {
        created.extend(edit.id());
    }
    if edit.after.is_none() {
        ended.extend(edit.id());
    }
}
