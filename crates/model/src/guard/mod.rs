//! May this actor make this change, now? The one place that says so.
//!
//! Permissions ([`matrix`]) are judged on the world as it is; rules about what may be true
//! ([`rules`]) and what tags demand ([`constraints`]) on the world as it would be. Portcullis's own
//! actors need no permission, but the rules bind them too.

mod agents;
mod constraints;
mod further;
pub mod matrix;
mod may;
mod permissions;
mod rules;
mod spelling;

pub use matrix::{Action, Relation};
pub use may::{Target, may};

pub use rules::unsound_names;

use crate::{Change, ChangeSet, Context, Means, Refusal, RefusalCode, World};

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
/// #     source: None,
/// #     login: Login::parse("ada").unwrap(),
/// #     name: Name::parse("Ada").unwrap(),
/// #     email: None,
/// #     kind: UserKind::Person,
/// #     manager: None,
/// #     attributes: Default::default(),
/// # };
/// # let team = Group {
/// #     id: Id::new(id(2)),
/// #     source: None,
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
/// #     means: Default::default(),
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
    still_there(world, context)?;
    if change.changes.iter().any(lets_in) {
        in_person(context)?;
    }
    spelling::join(world, &mut change);
    let mut after = world.after(&change)?;
    permissions::Permissions::new(world, &after, &change, context).check(&change)?;
    // What ends for agents by it needs no right of its own.
    let cascade = agents::cascade(&after, &change, context);
    let asked = change.changes.len();
    if !cascade.is_empty() {
        change.changes.extend(cascade);
        after = world.after(&change)?;
    }
    let cascade = change.changes.split_off(asked);
    rules::check(world, &after, &change, context)?;
    constraints::check(world, &after, &change, context)?;
    change.changes.extend(cascade);
    Ok(Allowed { change, after })
}

/// That whoever acts is there in person. A token makes nothing that lets others in, whatever its scopes: it could
/// do more, and outlive it.
///
/// # Errors
/// A sentence that says so.
pub fn in_person(context: &Context) -> Result<(), Refusal> {
    match context.means {
        Means::Unkept | Means::Session(_) => Ok(()),
        Means::Token(_) => Err(Refusal::NotAllowed {
            action: Action::MakeToken,
            sentence: "a token makes no tokens, and links nobody".into(),
            next: "sign in, or use the command line".into(),
        }),
    }
}

/// Whether an edit makes something that lets somebody in.
fn lets_in(change: &Change) -> bool {
    match change {
        Change::Credential(edit) => edit.before.is_none(),
        Change::Identity(edit) => edit.after.is_some(),
        Change::Provider(edit) => edit.after.is_some(),
        Change::User(_)
        | Change::Group(_)
        | Change::App(_)
        | Change::Tag(_)
        | Change::Membership(_)
        | Change::Inclusion(_)
        | Change::Entitlement(_)
        | Change::Request(_)
        | Change::Preferences(_)
        | Change::Resource(_) => false,
    }
}

/// Whoever was signed out, or whose token was revoked, while what they sent was on its way does nothing more.
///
/// # Errors
/// [`RefusalCode::SignedOut`].
pub fn still_there(world: &World, context: &Context) -> Result<(), Refusal> {
    let is_there = |id| {
        let kept = world.credential(id);
        kept.is_some_and(|kept| kept.validity.contains(context.now))
    };
    match context.means.credential().is_none_or(is_there) {
        true => Ok(()),
        false => Err(Refusal::rule(
            RefusalCode::SignedOut,
            "you were signed out, or your token has ended, meanwhile",
            "sign in again, or use another token",
        )),
    }
}
