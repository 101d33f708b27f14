//! May the actor do this to that? By the matrix, on the world as it is; pages ask it what to offer.

use super::{Action, Relation};
use crate::{Actor, App, Context, Group, Id, Refusal, Request, User, World};

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
    if world.is_agent(user) {
        return Err(Refusal::NotAllowed {
            action,
            sentence: "an agent decides and changes nothing here but what is its own".into(),
            next: "ask the person it acts for".into(),
        });
    }
    let who: Vec<_> = standings.iter().map(|standing| standing.phrase()).collect();
    Err(Refusal::NotAllowed {
        action,
        sentence: format!("you may not {}", action.phrase()),
        next: format!("ask {}", who.join(" or ")),
    })
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
        Relation::Sponsor => match target {
            Target::User(agent) => world.sponsor_of(agent).is_some_and(|it| it.id == user),
            _ => false,
        },
        Relation::Listed if world.is_agent(user) => false,
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
