//! What ends soon.

use std::collections::HashSet;

use portcullis_model::{
    Expiry, Group, Id, Inclusion, Membership, MembershipKind, Timestamp, User, Validity, World,
    world::{contains, query::UserQuery},
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    api::{
        Answer, Finds, Key, Page, Paging, Read,
        groups::wire::{InclusionRow, MembershipRow},
        query,
    },
    http::text::{FromText, text},
};

/// A length of time: a number and `h`, `d` or `w`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span(i64);

impl FromText for Span {
    fn read(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a duration; write it as 12h, 30d or 2w");
        let unit = match text.chars().last() {
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some('w') => 7 * 86_400,
            _ => return Err(bad()),
        };
        let number = text[..text.len() - 1].parse::<u32>().map_err(|_| bad())?;
        Ok(Self(i64::from(number) * unit))
    }
    fn describe() -> RefOr<Schema> {
        text()
            .pattern(Some("^[0-9]+[hdw]$"))
            .default(Some("30d".into()))
            .into()
    }
}

query! {
    /// How soon.
    pub(crate) struct Within {
        /// In how much time: `12h`, `30d`, `2w`; 30 days if not given.
        within: Option<Span>,
    }
}

impl Within {
    /// The last instant that is soon.
    pub(crate) fn by(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.within.map_or(30 * 86_400, |span| span.0))
    }
}

query! {
    /// For whom, and where.
    pub(crate) struct Filter {
        /// For this user: an id, a login or `@me`.
        user: Option<Key<User>>,
        /// In this group: its id or name.
        group: Option<Key<Group>>,
        /// In groups and of roles this user owns, or whose app they own: an id, a login or `@me`.
        owner: Option<Key<User>>,
        /// Memberships or ownerships only.
        kind: Option<MembershipKind>,
        /// Words in the name of the group, or in the person's name, login or e-mail address.
        q: Option<String>,
    }
}

/// Something that ends soon.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum EndingRow<'w> {
    /// Somebody's direct place in a group.
    Membership(MembershipRow<'w>),
    /// A role's place in a group.
    Inclusion(InclusionRow<'w>),
}

/// A fact that ends soon.
pub(crate) enum Ending<'w> {
    Membership(&'w Membership),
    Inclusion(&'w Inclusion),
}

impl Ending<'_> {
    fn order(&self) -> (Expiry, uuid::Uuid) {
        match self {
            Self::Membership(m) => (m.validity.until, m.id.uuid()),
            Self::Inclusion(i) => (i.validity.until, i.id.uuid()),
        }
    }

    fn place(&self) -> String {
        let (until, id) = self.order();
        let micros = until.instant().map_or(i64::MAX, Timestamp::micros);
        format!("{micros:020}-{id}")
    }
}

impl<'w> EndingRow<'w> {
    pub(crate) fn page(world: &'w World, rows: Vec<Ending<'w>>, paging: &Paging) -> Page<Self> {
        Page::of(paging.part().of(rows, Ending::place), |row| match row {
            Ending::Membership(m) => Self::Membership(MembershipRow::of(world, m)),
            Ending::Inclusion(i) => Self::Inclusion(InclusionRow::of(world, i)),
        })
    }
}

/// What of these holds at `now` and ends by `by`, soonest first.
pub(crate) fn ending<'w>(
    now: Timestamp,
    by: Timestamp,
    memberships: impl Iterator<Item = &'w Membership>,
    inclusions: impl Iterator<Item = &'w Inclusion>,
) -> Vec<Ending<'w>> {
    let soon = |validity: &Validity| validity.contains(now) && validity.until <= Expiry::at(by);
    let memberships = memberships.filter(|m| soon(&m.validity));
    let inclusions = inclusions.filter(|i| soon(&i.validity));
    let mut all: Vec<_> = memberships
        .map(Ending::Membership)
        .chain(inclusions.map(Ending::Inclusion))
        .collect();
    all.sort_unstable_by_key(Ending::order);
    all
}

/// What ends soon
///
/// Places in groups, of people and of roles, that end by themselves, soonest first.
#[utoipa::path(get, path = "/expiring", tag = "questions", params(Within, Filter, Paging), responses((status = 200, body = Page<EndingRow>)))]
pub(crate) async fn expiring(read: Read<(Within, (Filter, Paging))>) -> Answer {
    let (within, (filter, paging)) = &read.query;
    let (world, now) = (&*read.world, read.now);
    let user = read.maybe(&filter.user)?.map(|user| user.id);
    let place = read.maybe(&filter.group)?.map(|group| group.id);
    let owner = read.maybe(&filter.owner)?;
    let owned: Option<HashSet<Id<Group>>> = owner.map(|owner| {
        world
            .owned_with_apps(owner.id, now)
            .map(|group| group.id)
            .collect()
    });
    let owns = |group| owned.as_ref().is_none_or(|owned| owned.contains(&group));
    let of_kind = |kind| filter.kind.is_none_or(|wanted| wanted == kind);
    // What one person or group has is looked at rather than all that ends.
    let memberships: Box<dyn Iterator<Item = &Membership>> = match (user, place) {
        (Some(user), _) => Box::new(world.direct_of_user(user)),
        (None, Some(place)) => Box::new(world.direct_of_group(place)),
        (None, None) => Box::new(world.memberships_ending(now, within.by(now))),
    };
    let q = filter.q.as_deref().unwrap_or_default();
    let called = |group| {
        world
            .group(group)
            .is_some_and(|group| contains(&group.name, q))
    };
    let is = |user| {
        world
            .user(user)
            .is_some_and(|user| UserQuery::means(user, q))
    };
    let memberships = memberships.filter(|m| {
        place.is_none_or(|place| m.group == place)
            && owns(m.group)
            && of_kind(m.kind)
            && (called(m.group) || is(m.user))
    });
    let inclusions: Box<dyn Iterator<Item = &Inclusion>> = match (user, place) {
        (Some(_), _) => Box::new(std::iter::empty()),
        (None, Some(place)) => Box::new(world.targets_of(place).chain(world.children_of(place))),
        (None, None) => Box::new(world.inclusions()),
    };
    let inclusions = inclusions.filter(|i| {
        (owns(i.target) || owns(i.child))
            && of_kind(i.kind)
            && (called(i.target) || called(i.child))
    });
    let rows = ending(now, within.by(now), memberships, inclusions);
    read.answer(&EndingRow::page(world, rows, paging))
}
