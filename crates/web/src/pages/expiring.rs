//! What ends soon: mine, in what I own, and for admins all of it.

use portcullis_model::{Expiry, Group, Id, Membership, Timestamp, User, World, world::contains};

use crate::pages::{
    grants::{Person, ends_within, is_meant, person, through},
    prelude::*,
};

#[derive(Template)]
#[template(path = "expiring.html")]
struct Expiring {
    shell: ui::Shell,
    tabs: Vec<ui::Tab>,
    whose: &'static str,
    query: String,
    days: String,
    windows: Vec<ui::Choice>,
    rows: Vec<Row>,
    pages: ui::Pages,
    empty: &'static str,
}

struct Row {
    /// Whose; nothing where it is the reader's own.
    who: Option<Person>,
    group: ui::Entity,
    is_owner: bool,
    through: Vec<ui::Entity>,
    ends: ui::ExpiryPill,
    renew: Option<(&'static str, String)>,
}

/// Whose ends are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Mine,
    Owned,
    All,
}

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    render(&expiring(&page))
}

fn expiring(page: &Page) -> Expiring {
    let days = match page.query("days").as_str() {
        "7" => 7,
        "90" => 90,
        _ => 30,
    };
    let whose = match page.query("whose").as_str() {
        "owned" => Whose::Owned,
        "all" if page.is_admin() => Whose::All,
        _ => Whose::Mine,
    };
    let query = page.query("q");
    let (rows, pages) = match whose {
        Whose::Mine => mine(page, days, &query),
        Whose::Owned | Whose::All => others(page, whose, days, &query),
    };
    let (word, empty) = match whose {
        Whose::Mine => ("mine", "None of your access ends in that time"),
        Whose::Owned => ("owned", "Nothing in your groups ends in that time"),
        Whose::All => ("all", "Nothing ends in that time"),
    };
    let tab = |label, whose: &str| {
        let href = address(
            "/expiring",
            &[("whose", whose), ("days", &page.query("days"))],
        );
        let current = page.query("whose");
        let here = if current.is_empty() { "mine" } else { &current };
        ui::Tab {
            current: here == whose,
            ..ui::Tab::new(label, href, "")
        }
    };
    let mut tabs = vec![tab("Mine", "mine"), tab("My groups", "owned")];
    if page.is_admin() {
        tabs.push(tab("Everything", "all"));
    }
    Expiring {
        shell: page.shell(),
        tabs,
        whose: word,
        query,
        days: days.to_string(),
        windows: vec![
            ui::Choice::new("7", "in 7 days"),
            ui::Choice::new("30", "in 30 days"),
            ui::Choice::new("90", "in 90 days"),
        ],
        rows,
        pages,
        empty,
    }
}

/// What of mine ends, through whatever way I have it.
fn mine(page: &Page, days: i64, query: &str) -> (Vec<Row>, ui::Pages) {
    let (world, now) = (page.world(), page.now());
    let mut found: Vec<_> = world
        .access_of(page.viewer.id, now)
        .into_iter()
        .filter(|access| ends_within(access.until, now, days))
        .filter(|access| contains(&access.group.name, query))
        .collect();
    found.sort_by_key(|access| access.until);
    let (found, pages) = cut(page, found);
    let rows = found
        .iter()
        .map(|access| Row {
            who: None,
            group: convert::group(access.group),
            is_owner: access.kind == MembershipKind::Owner,
            through: through(world, &access.paths, access.until),
            ends: convert::ends(access.until, now),
            renew: (access.group.is_managed())
                .then(|| ("Ask to keep it", request_href(access.group, access.kind))),
        })
        .collect();
    (rows, pages)
}

/// Direct places that end, in what I own or anywhere.
fn others(page: &Page, whose: Whose, days: i64, query: &str) -> (Vec<Row>, ui::Pages) {
    let (world, now) = (page.world(), page.now());
    let by = now.plus_days(days);
    let mut found = if whose == Whose::All {
        World::ending(world.memberships(), now, by)
    } else {
        let facts = owned(world, page.viewer.id, now)
            .into_iter()
            .flat_map(|group| world.direct_of_group(group));
        World::ending(facts, now, by)
    };
    if !query.is_empty() {
        found.retain(|fact| {
            world
                .group(fact.group)
                .is_some_and(|group| contains(&group.name, query))
                || world
                    .user(fact.user)
                    .is_some_and(|user| is_meant(user, query))
        });
    }
    let (found, pages) = cut(page, found);
    let rows = found
        .into_iter()
        .filter_map(|fact| row(page, fact))
        .collect();
    (rows, pages)
}

/// The groups somebody owns, those of their apps included.
fn owned(world: &World, user: Id<User>, now: Timestamp) -> Vec<Id<Group>> {
    let mut owned: Vec<_> = world
        .groups_of(user, now)
        .filter(|(_, kind, _)| *kind == MembershipKind::Owner)
        .flat_map(|(group, ..)| {
            let of_app = group.app().filter(|_| group.is_owners_group());
            of_app
                .into_iter()
                .flat_map(|app| world.app_groups(app))
                .map(|group| group.id)
                .chain([group.id])
        })
        .collect();
    owned.sort_unstable();
    owned.dedup();
    owned
}

fn row(page: &Page, fact: &Membership) -> Option<Row> {
    let (world, now) = (page.world(), page.now());
    let (user, group) = (world.user(fact.user)?, world.group(fact.group)?);
    let may = page.may(Wish::AddPeople, Target::Group(group)) && group.is_managed();
    Some(Row {
        who: Some(person(user)),
        group: convert::group(group),
        is_owner: fact.kind == MembershipKind::Owner,
        through: Vec::new(),
        ends: convert::ends(Expiry::from(fact.validity.until.instant()), now),
        renew: may.then(|| ("Extend", convert::extend_href(group, user, fact.kind))),
    })
}
