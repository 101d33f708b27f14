//! May the actor do this to that? By the matrix, on the world as it is; pages ask it what to offer.

use std::collections::HashSet;

use super::{Action, Relation};
use crate::{Actor, App, Context, Group, Id, MembershipKind, Refusal, Request, User, World};

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
            .is_some_and(|group| {
                self.holds(user, group.id, MembershipKind::Member, now)
                    .is_some()
            })
    }

    /// Whether `user` owns `app` at `now`: is an owner of one of its owners groups.
    #[must_use]
    pub fn owns_app(&self, user: Id<User>, app: Id<App>, now: crate::Timestamp) -> bool {
        self.app_groups(app)
            .filter(|group| group.is_owners_group())
            .any(|group| {
                self.holds(user, group.id, MembershipKind::Owner, now)
                    .is_some()
            })
    }

    /// Whether `user` owns `group` at `now`, directly or through a role.
    #[must_use]
    pub fn owns_group(&self, user: Id<User>, group: Id<Group>, now: crate::Timestamp) -> bool {
        self.holds(user, group, MembershipKind::Owner, now)
            .is_some()
    }

    /// The pending requests that `user` is asked to decide, oldest first.
    #[must_use]
    pub fn waits_for(&self, user: Id<User>, now: crate::Timestamp) -> Vec<&Request> {
        if self.requests().next().is_none() {
            return Vec::new();
        }
        let owned: HashSet<Id<Group>> = self
            .groups_of(user, now)
            .filter(|(_, kind, _)| *kind == MembershipKind::Owner)
            .map(|(group, ..)| group.id)
            .collect();
        let admin = self.is_admin(user, now);
        self.requests()
            .filter(|request| request.requester != user)
            .filter(|request| {
                let of_app = request.wants.app(self);
                let of_app = of_app.and_then(|app| self.owners_group(app));
                let near = admin
                    || request
                        .wants
                        .group()
                        .is_some_and(|group| owned.contains(&group))
                    || of_app.is_some_and(|group| owned.contains(&group.id));
                let deciders = || request.wants.deciders(self, Some(request.requester), now);
                near && deciders().iter().any(|decider| decider.id == user)
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
        let others = |group: Id<Group>, kind: MembershipKind| -> Vec<&User> {
            let all = self.holders(group, kind, now);
            all.into_iter()
                .map(|h| h.user)
                .filter(|u| Some(u.id) != requester)
                .collect()
        };
        let owners = others(group.id, MembershipKind::Owner);
        if !owners.is_empty() {
            return owners;
        }
        let of_app = group.app().and_then(|app| self.owners_group(app));
        let owners = of_app.map_or_else(Vec::new, |group| others(group.id, MembershipKind::Owner));
        if !owners.is_empty() {
            return owners;
        }
        self.admins(requester, now)
    }

    /// The admins other than `requester`, by login.
    #[must_use]
    pub fn admins(&self, requester: Option<Id<User>>, now: crate::Timestamp) -> Vec<&User> {
        let group = self
            .built_in_app()
            .and_then(|app| self.owners_group(app.id));
        let all = group.map_or_else(Vec::new, |group| {
            self.holders(group.id, MembershipKind::Member, now)
        });
        let users = all.into_iter().map(|holder| holder.user);
        users.filter(|user| Some(user.id) != requester).collect()
    }
}

fn stands(
    world: &World,
    context: &Context,
    user: Id<User>,
    standing: Relation,
    action: Action,
    target: Target<'_>,
) -> bool {
    let now = context.now;
    let group = match target {
        Target::Group(group)
        | Target::Place { group, .. }
        | Target::Inclusion { target: group, .. } => Some(group),
        Target::Request(request) => request.wants.group().and_then(|id| world.group(id)),
        Target::Nothing | Target::App(_) | Target::User(_) => None,
    };
    match standing {
        Relation::Admin => world.is_admin(user, now),
        Relation::AppOwner => {
            let app = match target {
                Target::App(app) => Some(app),
                Target::Request(request) => request.wants.app(world),
                Target::Nothing
                | Target::Group(_)
                | Target::User(_)
                | Target::Place { .. }
                | Target::Inclusion { .. } => group.and_then(Group::app),
            };
            app.is_some_and(|app| world.owns_app(user, app, now))
        }
        Relation::GroupOwner => group.is_some_and(|group| world.owns_group(user, group.id, now)),
        Relation::RoleOwner => match target {
            Target::Inclusion { child, .. } => world.owns_group(user, child, now),
            _ => false,
        },
        Relation::Oneself => match target {
            Target::User(other) | Target::Place { user: other, .. } => other == user,
            Target::Request(request) => request.requester == user,
            _ => false,
        },
        Relation::Listed => match action {
            Action::CreateApp => context.policy.app_creators.contains(&user),
            Action::DeleteGroup => {
                context.policy.app_group_deleters.contains(&user)
                    && group.is_some_and(|group| group.app().is_some() && group.is_managed())
            }
            _ => false,
        },
    }
}
