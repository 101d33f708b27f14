//! May this actor make this change, now? The one place that says so.
//!
//! Permissions ([`matrix`]) are judged on the world as it is; rules about what may be true
//! ([`rules`]) and what tags demand ([`constraints`]) on the world as it would be. Portcullis's own
//! actors need no permission, but the rules bind them too.

mod constraints;
pub mod matrix;
mod permissions;
mod rules;
mod spelling;

use std::collections::HashSet;

pub use matrix::{Action, MATRIX, Relation};
pub use rules::unsound_names;

use crate::{
    Actor, App, ChangeSet, Context, Edit, Group, Id, MembershipKind, Refusal, Request, User,
    Validity, World,
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
/// Permissions come out as the world spells them already: the change in [`Allowed`] is the one to
/// be committed, not the one that was given.
///
/// # Errors
/// The first thing that stands against it, as a [`Refusal`] that says what to do.
///
/// # Examples
/// ```
/// use portcullis_model::*;
/// # use portcullis_model::{name::Login, record::Authority};
/// # let id = |n: u128| uuid::Uuid::from_u128(n);
/// # let ada = User {
/// #     id: Id::new(id(1)),
/// #     login: Login::parse("ada").unwrap(),
/// #     name: Name::parse("Ada").unwrap(),
/// #     email: None,
/// #     kind: UserKind::Person,
/// #     manager: None,
/// #     attributes: Default::default(),
/// # };
/// # let team = Group {
/// #     id: Id::new(id(2)),
/// #     name: Name::parse("Team").unwrap(),
/// #     description: Description::default(),
/// #     kind: GroupKind::Group,
/// #     authority: Authority::Portcullis,
/// #     tags: Vec::new(),
/// # };
/// # let now: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
/// # let joins = Membership {
/// #     id: Id::new(id(3)),
/// #     user: ada.id,
/// #     group: team.id,
/// #     kind: MembershipKind::Member,
/// #     validity: Validity::new(now, Expiry::at(now.plus_days(7))),
/// #     reason: Reason::default(),
/// #     granted_by: Actor::System(SystemActor::Demo),
/// #     request: None,
/// # };
/// # use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
/// # struct Counter(AtomicU64);
/// # impl Ids for Counter {
/// #     fn next(&self, _: Timestamp) -> uuid::Uuid {
/// #         uuid::Uuid::from_u64_pair(7, self.0.fetch_add(1, Ordering::Relaxed))
/// #     }
/// # }
/// # let by = |actor| Context {
/// #     actor,
/// #     now,
/// #     policy: Arc::new(Policy::default()),
/// #     ids: Arc::new(Counter(AtomicU64::new(0))),
/// # };
/// let company = ChangeSet::new(OperationName::GroupCreate)
///     .with(Edit::create(ada.clone()))
///     .with(Edit::create(team.clone()));
/// let world = World::default().after(&company)?;
///
/// let change = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(joins));
/// let operator = by(Actor::System(SystemActor::Operator));
/// let allowed = guard(&world, change.clone(), &operator)?;
/// assert!(allowed.after().holds(ada.id, team.id, MembershipKind::Member, now).is_some());
///
/// let refusal = guard(&world, change, &by(Actor::User(ada.id))).unwrap_err();
/// assert_eq!(
///     refusal.to_string(),
///     "you may not add people to this group; \
///      ask an admin or an owner of the app or an owner of the group"
/// );
/// # Ok::<(), Refusal>(())
/// ```
pub fn guard(world: &World, mut change: ChangeSet, context: &Context) -> Result<Allowed, Refusal> {
    spelling::join(world, &mut change);
    let after = world.after(&change)?;
    permissions::Permissions::new(world, &after, &change, context).check(&change)?;
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

/// Whether an edit starts a fact, lets it begin earlier or moves its end later.
fn reaches_further<T>(edit: &Edit<T>, validity: impl Fn(&T) -> Validity) -> bool {
    match (&edit.before, &edit.after) {
        (None, Some(_)) => true,
        (Some(before), Some(after)) => {
            let (was, is) = (validity(before), validity(after));
            is.until > was.until || is.from < was.from
        }
        (_, None) => false,
    }
}
