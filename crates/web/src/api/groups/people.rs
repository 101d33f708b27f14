//! Who is in a group, directly or through roles; putting people in, and taking them out.

use std::{cmp::Reverse, collections::HashMap};

use portcullis_app::group::{AddPeople, RemovePeople};
use portcullis_model::{
    Expiry, Group, Id, Membership, MembershipKind, Timestamp, User, World, name::Reason,
    world::query::UserQuery,
};

use super::wire::{MembershipRow, memberships};
use crate::api::{
    Act, Answer, Finds, Key, Of, Page, Paging, Read, Write, body,
    list::FEW,
    query, row,
    wire::{ActorRef, GroupRef, IdBody, Person, Rows, Time, Until},
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

row! {
    /// Somebody in a group, with the ways that lead there.
    pub(crate) struct PersonRow<'w> of(user: &'w User, until: Expiry, ways: Vec<Way<'w>>) {
        user: Person<'w> = Person::of(user),
        /// The latest end over all ways.
        until: Until = Until(until),
        /// Whether they are in it directly.
        direct: bool = ways.first().is_some_and(|way| way.through.is_none()),
        way_count: usize = ways.len(),
        /// The ways, the direct one first; the first 20.
        ways: Vec<Way<'w>> = ways.into_iter().take(FEW).collect(),
    }
}

row! {
    /// One way into a group.
    pub(crate) struct Way<'w> of(
        world: &'w World,
        fact: &'w Membership,
        through: Option<Id<Group>>,
        until: Expiry,
    ) {
        /// The fact it starts with.
        id: IdBody = fact.id.into(),
        /// The role or group whose member they are; null for the direct way.
        through: Option<GroupRef<'w>> = through.map(|group| GroupRef::by_id(world, group)),
        /// Since when.
        from: Time = Time(fact.validity.from),
        /// The earliest end along it.
        until: Until = Until(until),
        /// Why the first step was granted.
        reason: &'w str = &fact.reason,
        granted_by: ActorRef<'w> = ActorRef::of(world, fact.granted_by),
    }
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
        PersonRow::of(holder.user, holder.until, ways)
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
            let until = fact.validity.until.min(most);
            let through = Some(fact.group).filter(|through| *through != group);
            Some((through, Reverse(until), fact))
        })
        .collect();
    all.sort_by_key(|(through, until, fact)| (through.is_some(), *until, fact.id));
    let ways = all.into_iter();
    ways.map(|(through, Reverse(until), fact)| Way::of(world, fact, through, until))
        .collect()
}

body! {
    /// Who is to be in it, until when and why.
    pub(crate) struct Addition {
        /// Whom: ids or logins.
        users: Vec<Key<User>>,
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

body! {
    /// Until when and why.
    pub(crate) struct PlaceBody {
        /// Until when; null or left out for no end. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Add members
///
/// Those who are in it directly get the new end instead, earlier or later.
#[utoipa::path(post, path = "/groups/{group}/members", tag = "groups", request_body = Addition, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn add_members(group: Of<Group>, write: Write<Addition>) -> Answer {
    add_all(&group, write, MembershipKind::Member).await
}

/// Add owners
///
/// Those who own it directly get the new end instead, earlier or later.
#[utoipa::path(post, path = "/groups/{group}/owners", tag = "groups", request_body = Addition, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn add_owners(group: Of<Group>, write: Write<Addition>) -> Answer {
    add_all(&group, write, MembershipKind::Owner).await
}

/// Add or extend a member
#[utoipa::path(put, path = "/groups/{group}/members/{user}", tag = "groups", request_body = PlaceBody, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn put_member(group: Of<Group>, user: Of<User>, put: Write<PlaceBody>) -> Answer {
    add(&group, vec![user.id], MembershipKind::Member, put).await
}

/// Add or extend an owner
#[utoipa::path(put, path = "/groups/{group}/owners/{user}", tag = "groups", request_body = PlaceBody, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn put_owner(group: Of<Group>, user: Of<User>, put: Write<PlaceBody>) -> Answer {
    add(&group, vec![user.id], MembershipKind::Owner, put).await
}

async fn add_all(group: &Group, add_to: Write<Addition>, kind: MembershipKind) -> Answer {
    let Write { act, body } = add_to;
    let users = act.ids(&body.users)?;
    let (until, reason) = (body.until, body.reason);
    let body = PlaceBody { until, reason };
    add(group, users, kind, Write { act, body }).await
}

async fn add(
    group: &Group,
    users: Vec<Id<User>>,
    kind: MembershipKind,
    Write { act, body }: Write<PlaceBody>,
) -> Answer {
    let operation = AddPeople {
        group: group.id,
        kind,
        users,
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.run(operation, memberships).await
}

body! {
    /// Who is to be in it no more.
    pub(crate) struct Removal {
        /// Whom: ids or logins.
        users: Vec<Key<User>>,
    }
}

/// Remove members
///
/// Ends their direct memberships, all or none. Who is in it through a role stays.
#[utoipa::path(delete, path = "/groups/{group}/members", tag = "groups", request_body = Removal, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_members(group: Of<Group>, write: Write<Removal>) -> Answer {
    let users = write.act.ids(&write.body.users)?;
    remove(write.act, &group, users, MembershipKind::Member).await
}

/// Remove owners
///
/// Ends their direct ownerships, all or none. Who owns it through a role stays.
#[utoipa::path(delete, path = "/groups/{group}/owners", tag = "groups", request_body = Removal, responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_owners(group: Of<Group>, write: Write<Removal>) -> Answer {
    let users = write.act.ids(&write.body.users)?;
    remove(write.act, &group, users, MembershipKind::Owner).await
}

/// Remove a member
#[utoipa::path(delete, path = "/groups/{group}/members/{user}", tag = "groups", responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_member(group: Of<Group>, user: Of<User>, act: Act) -> Answer {
    remove(act, &group, vec![user.id], MembershipKind::Member).await
}

/// Remove an owner
#[utoipa::path(delete, path = "/groups/{group}/owners/{user}", tag = "groups", responses((status = 200, body = Rows<MembershipRow>)))]
pub(crate) async fn remove_owner(group: Of<Group>, user: Of<User>, act: Act) -> Answer {
    remove(act, &group, vec![user.id], MembershipKind::Owner).await
}

async fn remove(act: Act, group: &Group, users: Vec<Id<User>>, kind: MembershipKind) -> Answer {
    let group = group.id;
    act.run(RemovePeople { group, kind, users }, memberships)
        .await
}
