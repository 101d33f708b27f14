//! May this actor make this change, now? The one place that says so.
//!
//! Permissions ([`matrix`]) are judged on the world as it is; rules about what may be true
//! ([`rules`]) and what tags demand ([`constraints`]) on the world as it would be. Portcullis's own
//! actors need no permission, but the rules bind them too.

mod constraints;
pub mod matrix;
mod rules;

use std::collections::HashSet;

use uuid::Uuid;

pub use matrix::{Action, MATRIX, Standing};

use crate::{
    Actor, App, Change, ChangeSet, Context, Edit, Ends, Group, GroupKind, Id, Inclusion, Kind,
    Membership, Refusal, Request, State, User, World,
};

/// A change that has passed the guard, with the world it leads to. Only [`guard`] makes one.
#[derive(Clone, Debug)]
pub struct Allowed {
    change: ChangeSet,
    after: World,
}

impl Allowed {
    /// The change.
    #[must_use]
    pub const fn change(&self) -> &ChangeSet {
        &self.change
    }

    /// The world as it will be.
    #[must_use]
    pub const fn after(&self) -> &World {
        &self.after
    }

    /// Both parts.
    #[must_use]
    pub fn into_parts(self) -> (ChangeSet, World) {
        (self.change, self.after)
    }
}

/// What an action is about.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// Nothing in particular.
    Nothing,
    /// A group, by what it is in the world before the change.
    Group(&'a Group),
    /// An app.
    App(Id<App>),
    /// A person.
    User(Id<User>),
    /// A person's place in a group.
    Place {
        /// Whose.
        user: Id<User>,
        /// Where.
        group: &'a Group,
    },
    /// A role in a group.
    Inclusion {
        /// The role.
        child: Id<Group>,
        /// The group.
        target: &'a Group,
    },
    /// A request.
    Request(&'a Request),
}

/// Whether `context.actor` may make `change`, and the world it leads to.
///
/// # Errors
/// The first thing that stands against it, as a [`Refusal`] that says what to do.
pub fn guard(world: &World, change: ChangeSet, context: &Context) -> Result<Allowed, Refusal> {
    let after = world.after(&change)?;
    Permissions::new(world, &change, context).check(&change)?;
    rules::check(world, &after, &change, context)?;
    constraints::check(world, &after, &change, context)?;
    Ok(Allowed { change, after })
}

/// Whether the actor may do `action` on `target` in this world.
///
/// # Errors
/// [`Refusal::NotAllowed`], naming who could do it instead.
pub fn may(
    world: &World,
    context: &Context,
    action: Action,
    target: Target<'_>,
) -> Result<(), Refusal> {
    let Actor::User(user) = context.actor else {
        return Ok(());
    };
    if let (Action::ApproveRequest, Target::Request(request)) = (action, target)
        && request.requester == user
    {
        return Err(Refusal::NotAllowed {
            action,
            sentence: "nobody approves their own request".into(),
            next: "wait for another owner, or withdraw it".into(),
        });
    }
    let standings = action.allowed_to();
    if world.user(user).is_some()
        && standings
            .iter()
            .any(|standing| stands(world, context, user, *standing, action, target))
    {
        return Ok(());
    }
    let who: Vec<_> = standings.iter().map(|standing| standing.phrase()).collect();
    Err(Refusal::NotAllowed {
        action,
        sentence: format!("you may not {}", action.phrase()),
        next: format!("ask {}", who.join(" or ")),
    })
}

impl World {
    /// Whether `user` is an admin at `now`: a member of the owners group of the built-in app.
    #[must_use]
    pub fn is_admin(&self, user: Id<User>, now: crate::Timestamp) -> bool {
        self.built_in_app()
            .and_then(|app| self.owners_group(app.id))
            .is_some_and(|group| self.holds(user, group.id, Kind::Member, now).is_some())
    }

    /// Whether `user` owns `app` at `now`: is an owner of one of its owners groups.
    #[must_use]
    pub fn owns_app(&self, user: Id<User>, app: Id<App>, now: crate::Timestamp) -> bool {
        self.app_groups(app)
            .filter(|group| group.is_owners_group())
            .any(|group| self.holds(user, group.id, Kind::Owner, now).is_some())
    }

    /// Whether `user` owns `group` at `now`, directly or through a role.
    #[must_use]
    pub fn owns_group(&self, user: Id<User>, group: Id<Group>, now: crate::Timestamp) -> bool {
        self.holds(user, group, Kind::Owner, now).is_some()
    }

    /// The pending requests that `user` is asked to decide, oldest first.
    #[must_use]
    pub fn waits_for(&self, user: Id<User>, now: crate::Timestamp) -> Vec<&Request> {
        if self.requests().next().is_none() {
            return Vec::new();
        }
        let owned: HashSet<Id<Group>> = self
            .groups_of(user, now)
            .filter(|(_, kind, _)| *kind == Kind::Owner)
            .map(|(group, ..)| group.id)
            .collect();
        let admin = self.is_admin(user, now);
        self.requests()
            .filter(|request| request.requester != user)
            .filter(|request| {
                let Some(group) = self.group(request.wants.group()) else {
                    return false;
                };
                let of_app = group.app().and_then(|app| self.owners_group(app));
                let near = owned.contains(&group.id)
                    || admin
                    || of_app.is_some_and(|group| owned.contains(&group.id));
                near && self
                    .deciders(group, Some(request.requester), now)
                    .iter()
                    .any(|decider| decider.id == user)
            })
            .collect()
    }

    /// Who is asked about a group: its owners other than `requester`, else its app's, else admins.
    #[must_use]
    pub fn deciders(
        &self,
        group: &Group,
        requester: Option<Id<User>>,
        now: crate::Timestamp,
    ) -> Vec<&User> {
        let others = |group: Id<Group>, kind: Kind| -> Vec<&User> {
            let all = self.holders(group, kind, now);
            all.into_iter()
                .map(|h| h.user)
                .filter(|u| Some(u.id) != requester)
                .collect()
        };
        let owners = others(group.id, Kind::Owner);
        if !owners.is_empty() {
            return owners;
        }
        let of_app = group.app().and_then(|app| self.owners_group(app));
        let owners = of_app.map_or_else(Vec::new, |group| others(group.id, Kind::Owner));
        if !owners.is_empty() {
            return owners;
        }
        self.built_in_app()
            .and_then(|app| self.owners_group(app.id))
            .map_or_else(Vec::new, |group| others(group.id, Kind::Member))
    }
}

fn stands(
    world: &World,
    context: &Context,
    user: Id<User>,
    standing: Standing,
    action: Action,
    target: Target<'_>,
) -> bool {
    let now = context.now;
    let group = match target {
        Target::Group(group)
        | Target::Place { group, .. }
        | Target::Inclusion { target: group, .. } => Some(group),
        Target::Request(request) => world.group(request.wants.group()),
        Target::Nothing | Target::App(_) | Target::User(_) => None,
    };
    match standing {
        Standing::Admin => world.is_admin(user, now),
        Standing::AppOwner => {
            let app = match target {
                Target::App(app) => Some(app),
                _ => group.and_then(Group::app),
            };
            app.is_some_and(|app| world.owns_app(user, app, now))
        }
        Standing::GroupOwner => group.is_some_and(|group| world.owns_group(user, group.id, now)),
        Standing::RoleOwner => match target {
            Target::Inclusion { child, .. } => world.owns_group(user, child, now),
            _ => false,
        },
        Standing::Oneself => match target {
            Target::User(other) | Target::Place { user: other, .. } => other == user,
            Target::Request(request) => request.requester == user,
            _ => false,
        },
        Standing::Listed => match action {
            Action::CreateApp => context.policy.app_creators.contains(&user),
            Action::DeleteGroup => {
                context.policy.app_group_deleters.contains(&user)
                    && group.is_some_and(|group| group.app().is_some() && group.is_managed())
            }
            _ => false,
        },
    }
}

/// Judges each edit of a change set by the matrix.
///
/// What ends because the thing it hangs on ends in the same change needs no right of its own, and
/// neither does what is put into something the same change creates.
struct Permissions<'a> {
    world: &'a World,
    context: &'a Context,
    created: HashSet<Uuid>,
    ended: HashSet<Uuid>,
    renamed_apps: HashSet<Id<App>>,
}

impl<'a> Permissions<'a> {
    fn new(world: &'a World, change: &ChangeSet, context: &'a Context) -> Self {
        let (mut created, mut ended, mut renamed_apps) =
            (HashSet::new(), HashSet::new(), HashSet::new());
        for change in &change.changes {
            let (id, before, after) = match change {
                Change::User(e) => (e.id().map(Id::uuid), e.before.is_some(), e.after.is_some()),
                Change::Group(e) => (e.id().map(Id::uuid), e.before.is_some(), e.after.is_some()),
                Change::App(e) => {
                    renamed_apps.extend(e.id());
                    (e.id().map(Id::uuid), e.before.is_some(), e.after.is_some())
                }
                _ => continue,
            };
            if !before {
                created.extend(id);
            }
            if !after {
                ended.extend(id);
            }
        }
        Self {
            world,
            context,
            created,
            ended,
            renamed_apps,
        }
    }

    fn check(&self, change: &ChangeSet) -> Result<(), Refusal> {
        if matches!(self.context.actor, Actor::System(_)) {
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
                Some(e) if edit.after.is_none() && self.ended.contains(&e.group.uuid()) => Ok(()),
                _ => self.may(Action::Confer, Target::Nothing),
            },
            Change::Request(edit) => self.request(edit),
            Change::Resource(_) => self.may(Action::RegisterResource, Target::Nothing),
        }
    }

    fn app(&self, edit: &Edit<App>) -> Result<(), Refusal> {
        let (Some(before), Some(after)) = (&edit.before, &edit.after) else {
            return match &edit.before {
                None => self.may(Action::CreateApp, Target::Nothing),
                Some(before) => self.may(Action::DeleteApp, Target::App(before.id)),
            };
        };
        let target = Target::App(before.id);
        if (&before.name, &before.description) != (&after.name, &after.description) {
            self.may(Action::EditApp, target)?;
        }
        if after.tags.iter().any(|tag| !before.tags.contains(tag)) {
            self.may(Action::TagApp, target)?;
        }
        if before.tags.iter().any(|tag| !after.tags.contains(tag)) {
            self.may(Action::UntagApp, target)?;
        }
        Ok(())
    }

    fn group(&self, edit: &Edit<Group>) -> Result<(), Refusal> {
        let (before, after) = match (&edit.before, &edit.after) {
            (None, Some(after)) => {
                return match after.kind {
                    GroupKind::App { app, .. } if self.created.contains(&app.uuid()) => Ok(()),
                    GroupKind::App { app, .. } => {
                        self.may(Action::CreateAppGroup, Target::App(app))
                    }
                    _ => self.may(Action::CreateGroup, Target::Nothing),
                };
            }
            (Some(before), None) => {
                let with_app = before
                    .app()
                    .is_some_and(|app| self.ended.contains(&app.uuid()));
                return if with_app {
                    Ok(())
                } else {
                    self.may(Action::DeleteGroup, Target::Group(before))
                };
            }
            (Some(before), Some(after)) => (before, after),
            (None, None) => return Ok(()),
        };
        let target = Target::Group(before);
        let with_app = before
            .app()
            .is_some_and(|app| self.renamed_apps.contains(&app));
        if (&before.name, &before.description) != (&after.name, &after.description) && !with_app {
            self.may(Action::EditGroup, target)?;
        }
        if after.tags.iter().any(|tag| !before.tags.contains(tag)) {
            self.may(Action::TagGroup, target)?;
        }
        if before.tags.iter().any(|tag| !after.tags.contains(tag)) {
            self.may(Action::UntagGroup, target)?;
        }
        if before.kind != after.kind {
            match (before.app(), after.app()) {
                (Some(from), Some(to)) if from != to => {
                    self.may(Action::EditGroup, target)?;
                    if !self.created.contains(&to.uuid()) {
                        self.may(Action::MoveAppGroup, Target::App(to))?;
                    }
                }
                _ => self.may(Action::ChangeGroupKind, target)?,
            }
        }
        if before.authority != after.authority {
            self.may(Action::ChangeGroupKind, target)?;
        }
        Ok(())
    }

    fn membership(&self, edit: &Edit<Membership>) -> Result<(), Refusal> {
        let Some(subject) = edit.subject() else {
            return Ok(());
        };
        if self.created.contains(&subject.group.uuid()) {
            return Ok(());
        }
        let ended = &self.ended;
        if edit.after.is_none()
            && (ended.contains(&subject.group.uuid()) || ended.contains(&subject.user.uuid()))
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
        if self.created.contains(&subject.target.uuid()) {
            return Ok(());
        }
        if edit.after.is_none()
            && (self.ended.contains(&subject.target.uuid())
                || self.ended.contains(&subject.child.uuid()))
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
        let hangs_on = [after.requester.uuid(), after.wants.group().uuid()];
        if hangs_on.iter().any(|id| self.ended.contains(id)) {
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

fn of_edit<T>(edit: &Edit<T>, [create, update, delete]: [Action; 3]) -> Action {
    match (&edit.before, &edit.after) {
        (None, _) => create,
        (Some(_), Some(_)) => update,
        (Some(_), None) => delete,
    }
}

/// Whether an edit starts a fact or moves its end later.
fn reaches_further<T>(edit: &Edit<T>, ends: impl Fn(&T) -> Ends) -> bool {
    match (&edit.before, &edit.after) {
        (None, Some(_)) => true,
        (Some(before), Some(after)) => ends(after) > ends(before),
        (_, None) => false,
    }
}
