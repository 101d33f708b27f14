//! Databases, ids and a small company to write about.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use portcullis_model::{
    Actor, ChangeSet, Context, Edit, Ends, Group, GroupKind, Id, Ids, Kind, Membership, Name,
    Policy, SystemActor, Timestamp, User, Validity,
    record::{Authority, UserKind},
};
use uuid::Uuid;

/// Ids in order, the same in every run.
pub(crate) struct Counter(pub(crate) AtomicU64);

impl Ids for Counter {
    fn next(&self, _: Timestamp) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair(n, n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// The first of March 2026, plus seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    "2026-03-01T00:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .plus_seconds(seconds)
}

pub(crate) fn context() -> Context {
    Context {
        actor: Actor::System(SystemActor::Operator),
        now: at(0),
        policy: Arc::new(Policy::default()),
        ids: Arc::new(Counter(AtomicU64::new(1))),
    }
}

pub(crate) fn later(context: &Context, seconds: i64) -> Context {
    Context {
        now: at(seconds),
        ..context.clone()
    }
}

pub(crate) fn user(context: &Context, login: &str) -> User {
    User {
        id: context.id(),
        login: portcullis_model::Login::parse(login).unwrap(),
        name: Name::parse(login).unwrap(),
        email: portcullis_model::Email::parse(&format!("{login}@example.com")).ok(),
        kind: UserKind::Person,
        manager: None,
        attributes: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn group(context: &Context, name: &str) -> Group {
    Group {
        id: context.id(),
        name: Name::parse(name).unwrap(),
        description: portcullis_model::Description::default(),
        kind: GroupKind::Group,
        authority: Authority::Managed,
        tags: Vec::new(),
    }
}

pub(crate) fn membership(
    context: &Context,
    user: Id<User>,
    group: Id<Group>,
    kind: Kind,
) -> Membership {
    Membership {
        id: context.id(),
        user,
        group,
        kind,
        validity: Validity::new(context.now, Ends::NEVER),
        reason: portcullis_model::Reason::default(),
        granted_by: context.actor,
        request: None,
    }
}

/// Creates all of `users` and `groups`.
pub(crate) fn company(users: &[User], groups: &[Group]) -> ChangeSet {
    let mut change = ChangeSet::new("company.create");
    for user in users {
        change.push(Edit::create(user.clone()));
    }
    for group in groups {
        change.push(Edit::create(group.clone()));
    }
    change
}
