//! Lists are what sorting everything would give, whichever part of them is asked for.

use portcullis_model::{
    Group, Id, MembershipKind, Timestamp, User, World,
    world::query::{GroupBy, GroupQuery, Order, Query, Slice, Sort, UserBy, UserQuery},
};
use proptest::prelude::*;

use crate::worlds::{instant, world};

const ORDERS: [(Order, Order); 4] = [
    (Order::Asc, Order::Asc),
    (Order::Asc, Order::Desc),
    (Order::Desc, Order::Asc),
    (Order::Desc, Order::Desc),
];

/// The key of a row as a text that sorts as it does, from nothing but what is told of a row.
fn of_user(world: &World, user: &User, by: UserBy, now: Timestamp) -> String {
    match by {
        UserBy::Login => user.login.to_lowercase(),
        UserBy::Name => user.name.to_lowercase(),
        UserBy::Title => user.title().to_lowercase(),
        UserBy::Manager => {
            let manager = user.manager.and_then(|id| world.user(id));
            manager.map_or_else(String::new, |manager| manager.name.to_lowercase())
        }
        UserBy::Groups => format!("{:09}", world.access_of(user.id, now).len()),
    }
}

fn of_group(world: &World, group: &Group, by: GroupBy, now: Timestamp) -> String {
    let held = |kind| format!("{:09}", world.holders(group.id, kind, now).len());
    match by {
        GroupBy::Name => group.name.to_lowercase(),
        GroupBy::App => {
            let app = group.app().and_then(|app| world.app(app));
            app.map_or_else(String::new, |app| app.name.to_lowercase())
        }
        GroupBy::Members => held(MembershipKind::Member),
        GroupBy::Owners => held(MembershipKind::Owner),
    }
}

fn sorted<T>(mut all: Vec<(String, String, Id<T>)>, (order, ties): (Order, Order)) -> Vec<Id<T>> {
    all.sort_by(|a, b| {
        let way = |order, ordering: std::cmp::Ordering| match order {
            Order::Asc => ordering,
            Order::Desc => ordering.reverse(),
        };
        way(order, a.0.cmp(&b.0)).then(way(ties, a.1.cmp(&b.1)))
    });
    all.into_iter().map(|(.., id)| id).collect()
}

/// The query gives `wanted` as a whole, in parts by number and in pages one after another.
fn gives<Q: Query, T>(
    query: &Q,
    (world, now): (&World, Timestamp),
    wanted: &[Id<T>],
    id: fn(&Q::Row) -> Id<T>,
) -> Result<(), TestCaseError> {
    let ids = |rows: Vec<&Q::Row>| -> Vec<Id<T>> { rows.into_iter().map(id).collect() };
    prop_assert_eq!(ids(query.all(world, now)), wanted);
    for start in 0..=wanted.len() {
        let (rows, count) = query.part(world, now, start..start + 3);
        prop_assert_eq!(count, wanted.len());
        let end = wanted.len().min(start + 3);
        prop_assert_eq!(ids(rows), &wanted[start..end]);
    }
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let slice = Slice {
            limit: 2,
            after: after.as_deref(),
        };
        let page = query.page(world, now, &slice);
        if let Some(total) = page.total {
            prop_assert_eq!(total, wanted.len());
        }
        seen.extend(ids(page.rows));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    prop_assert_eq!(seen, wanted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn lists_of_people_are_what_sorting_gives(world in world(), now in instant(), few in any::<bool>()) {
        let manager = world.users().next().filter(|_| few).map(|user| user.id);
        for by in [UserBy::Login, UserBy::Name, UserBy::Title, UserBy::Manager, UserBy::Groups] {
            for (order, ties) in ORDERS {
                for q in ["", "u", "ser"] {
                    let query = UserQuery { q, manager, sort: Sort { by, order, ties }, ..UserQuery::default() };
                    let meant = world.users().filter(|user| manager.is_none_or(|id| user.manager == Some(id)));
                    let found = world.find(q, &[portcullis_model::world::FoundKind::User], 1_000);
                    let meant = meant.filter(|user| q.is_empty() || found.iter().any(|f| f.key == *user.login));
                    let all = meant.map(|user| (of_user(&world, user, by, now), user.login.to_lowercase(), user.id));
                    gives(&query, (&world, now), &sorted(all.collect(), (order, ties)), |user| user.id)?;
                }
            }
        }
    }

    #[test]
    fn lists_of_groups_are_what_sorting_gives(world in world(), now in instant(), n in 0..3u8) {
        let owner = world.users().nth(usize::from(n)).filter(|_| n > 0).map(|user| user.id);
        let role = (n == 2).then_some(false);
        for by in [GroupBy::Name, GroupBy::App, GroupBy::Members, GroupBy::Owners] {
            for (order, ties) in ORDERS {
                let query = GroupQuery { owner, role, sort: Sort { by, order, ties }, ..GroupQuery::default() };
                let owns = |group: &Group| owner.is_none_or(|owner| {
                    let of_app = group.app().is_some_and(|app| world.owns_app(owner, app, now));
                    of_app || world.owns_group(owner, group.id, now)
                });
                let is = |group: &Group| role.is_none_or(|role| group.is_role() == role);
                let meant = world.groups().filter(|group| owns(group) && is(group));
                let all = meant.map(|group| (of_group(&world, group, by, now), group.name.to_lowercase(), group.id));
                gives(&query, (&world, now), &sorted(all.collect(), (order, ties)), |group| group.id)?;
            }
        }
    }
}
