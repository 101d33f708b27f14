//! What ends soon: mine, in what I own, and for admins all of it.

use portcullis_model::{Expiry, Group, Id, Membership, Timestamp, User, World, world::contains};

use crate::pages::{
    grants::{Person, ends_within, is_meant, person, through},
    prelude::*,
};

#[derive(Template)]
#[template(path = "expiring.html")]
struct Expiring<'p> {
    shell: ui::Shell,
    tabs: Vec<ui::Tab>,
    whose: &'static str,
    empty: &'static str,
    it: List<'p, Row>,
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
    let days = match page.query("days").as_str() {
        "7" => 7,
        "90" => 90,
        _ => 30,
    };
    let asked = page.query("whose");
    let (whose, name, empty) = match asked.as_str() {
        "owned" => (
            Whose::Owned,
            "owned",
            "Nothing in your groups ends in that time",
        ),
        "all" if page.is_admin() => (Whose::All, "all", "Nothing ends in that time"),
        _ => (Whose::Mine, "mine", "None of your access ends in that time"),
    };
    let mut it = match whose {
        Whose::Mine => mine(&page, days),
        Whose::Owned | Whose::All => others(&page, whose, days),
    };
    it.keep("whose", name);
    it.select(
        "days",
        "Ends",
        [
            ("7", "in 7 days", ""),
            ("30", "in 30 days", ""),
            ("90", "in 90 days", ""),
        ],
    );
    for select in &mut it.selects {
        select.chosen = days.to_string();
    }
    let tab = |label, whose: &str| {
        let parameters = [("whose", whose), ("days", &page.query("days"))];
        ui::Tab {
            current: asked == whose || (asked.is_empty() && whose == "mine"),
            ..ui::Tab::new(label, address("/expiring", &parameters), "")
        }
    };
    let mut tabs = vec![tab("Mine", "mine"), tab("My groups", "owned")];
    if page.is_admin() {
        tabs.push(tab("Everything", "all"));
    }
    render(&Expiring {
        shell: page.shell(),
        tabs,
        whose: name,
        empty,
        it,
    })
}

/// What of mine ends, through whatever way I have it.
fn mine(page: &Page, days: i64) -> List<'_, Row> {
    let (world, now, query) = (page.world(), page.now(), page.query("q"));
    let mut found = world.access_of(page.viewer.id, now);
    found.retain(|access| {
        ends_within(access.until, now, days) && contains(&access.group.name, &query)
    });
    found.sort_by_key(|access| access.until);
    list(page, found).map(|access| Row {
        who: None,
        group: convert::group(access.group),
        is_owner: access.kind == MembershipKind::Owner,
        through: through(world, &access.paths, access.until),
        ends: convert::ends(access.until, now),
        renew: (access.group.is_managed())
            .then(|| ("Ask to keep it", ask_href(access.group, access.kind))),
    })
}

fn list<T>(page: &Page, found: Vec<T>) -> List<'_, T> {
    List::new(page, "/expiring", Sort::of(page, "ends"), found)
}

/// Direct places that end, in what I own or anywhere.
fn others(page: &Page, whose: Whose, days: i64) -> List<'_, Row> {
    let (world, now, query) = (page.world(), page.now(), page.query("q"));
    let by = now.plus_days(days);
    let mut found = if whose == Whose::All {
        World::ending(world.memberships(), now, by)
    } else {
        let groups = owned(world, page.viewer.id, now).into_iter();
        World::ending(
            groups.flat_map(|group| world.direct_of_group(group)),
            now,
            by,
        )
    };
    found.retain(|fact| {
        let group = world.group(fact.group);
        query.is_empty()
            || group.is_some_and(|group| contains(&group.name, &query))
            || world
                .user(fact.user)
                .is_some_and(|user| is_meant(user, &query))
    });
    list(page, found).filter_map(|fact| row(page, fact))
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
