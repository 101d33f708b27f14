//! Who is in a group, directly or through roles.

use std::collections::HashMap;

use portcullis_model::{
    Expiry, Group, Id, Membership, MembershipKind, Timestamp, World, world::query::UserQuery,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    Answer, Of, Page, Paging, Read, query,
    wire::{ActorRef, GroupRef, IdBody, Person, Time, Until},
};

query! {
    /// Which people.
    pub(crate) struct Filter {
        /// Text in the login, name or e-mail address.
        q: Option<String>,
        /// Only those who are in it directly, or only those who are not.
        direct: Option<bool>,
    }
}

/// Somebody in a group, with the ways that lead there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonRow<'w> {
    user: Person<'w>,
    /// The latest end over all ways.
    until: Until,
    /// Whether they are in it directly.
    direct: bool,
    /// The ways, the direct one first.
    ways: Vec<Way<'w>>,
}

/// One way into a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Way<'w> {
    /// The fact it starts with.
    id: IdBody,
    /// The role or group whose member they are; null for the direct way.
    through: Option<GroupRef<'w>>,
    /// Since when.
    from: Time,
    /// The earliest end along it.
    until: Until,
    /// Why the first step was granted.
    reason: &'w str,
    granted_by: ActorRef<'w>,
}

/// List a group's members
///
/// Everybody once, by login, directly or through roles, with the ways that lead there.
#[utoipa::path(get, path = "/groups/{group}/members", tag = "groups", params(Filter, Paging), responses((status = 200, body = Page<PersonRow>)))]
pub(crate) async fn list_members(group: Of<Group>, read: Read<(Filter, Paging)>) -> Answer {
    list(&group, &read, MembershipKind::Member)
}

/// List a group's owners
///
/// Everybody once, by login, directly or through roles, with the ways that lead there.
#[utoipa::path(get, path = "/groups/{group}/owners", tag = "groups", params(Filter, Paging), responses((status = 200, body = Page<PersonRow>)))]
pub(crate) async fn list_owners(group: Of<Group>, read: Read<(Filter, Paging)>) -> Answer {
    list(&group, &read, MembershipKind::Owner)
}

fn list(group: &Group, read: &Read<(Filter, Paging)>, kind: MembershipKind) -> Answer {
    let (filter, paging) = &read.query;
    let (world, now) = (&*read.world, read.now);
    let into = world.groups_into(group.id, kind, now).into_iter();
    let into: HashMap<_, _> = into.map(|(group, until)| (group.id, until)).collect();
    let q = filter.q.as_deref().unwrap_or_default();
    let mut holders = world.holders(group.id, kind, now);
    holders.retain(|holder| {
        UserQuery::means(holder.user, q)
            && filter.direct.is_none_or(|direct| {
                let place = world.direct(holder.user.id, group.id, kind);
                direct == place.is_some_and(|m| m.validity.contains(now))
            })
    });
    let page = paging
        .part()
        .of(holders, |holder| holder.user.login.to_string());
    read.answer(&Page::of(page, |holder| {
        let facts = world.direct_of_user(holder.user.id);
        let ways = ways(world, now, (group.id, kind), &into, facts);
        PersonRow {
            user: Person::of(holder.user),
            until: Until(holder.until),
            direct: ways.first().is_some_and(|way| way.through.is_none()),
            ways,
        }
    }))
}

/// The ways from `facts` into the place; `into` has the groups that lead there.
fn ways<'w>(
    world: &'w World,
    now: Timestamp,
    (group, kind): (Id<Group>, MembershipKind),
    into: &HashMap<Id<Group>, Expiry>,
    facts: impl Iterator<Item = &'w Membership>,
) -> Vec<Way<'w>> {
    let mut all: Vec<_> = facts
        .filter(|fact| fact.validity.contains(now))
        .filter_map(|fact| {
            let most = if fact.group == group && fact.kind == kind {
                Expiry::NEVER
            } else if fact.kind == MembershipKind::Member {
                *into.get(&fact.group)?
            } else {
                return None;
            };
            let through = (fact.group != group).then(|| GroupRef::by_id(world, fact.group));
            let until = fact.validity.until.min(most);
            let way = Way {
                id: fact.id.into(),
                through,
                from: Time(fact.validity.from),
                until: Until(until),
                reason: &fact.reason,
                granted_by: ActorRef::of(world, fact.granted_by),
            };
            Some((
                way.through.is_some(),
                std::cmp::Reverse(until),
                fact.id,
                way,
            ))
        })
        .collect();
    all.sort_by_key(|(through, until, id, _)| (*through, *until, *id));
    all.into_iter().map(|(.., way)| way).collect()
}
