//! What ends soon: mine, in what I own, and for admins all of it.

use portcullis_model::{
    Group, Id, Membership, Timestamp, User, World,
    world::{Access, contains},
};

use crate::pages::{
    access::{renew, through},
    grants::{ends_within, is_meant, person},
    prelude::*,
};

#[derive(Template)]
#[template(path = "expiring.html")]
struct Expiring<'p> {
    page: &'p Page,
    tabs: Vec<ui::Tab>,
    whose: &'static str,
    empty: &'static str,
    it: List<'p, Row<'p>>,
}

/// What ends, and whose it is.
type Row<'p> = (&'p User, Access<'p>);

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    let days = match page.query("days").as_str() {
        "7" => 7,
        "90" => 90,
        _ => 30,
    };
    let asked = page.query("whose");
    let (name, empty) = match asked.as_str() {
        "owned" => ("owned", "Nothing in your groups ends in that time"),
        "all" if page.is_admin() => ("all", "Nothing ends in that time"),
        _ => ("mine", "None of your access ends in that time"),
    };
    let mut it = match name {
        "mine" => mine(&page, days),
        whose => others(&page, whose == "all", days),
    };
    it.keep("whose", name);
    let within = format!("{days}d");
    let whose = match name {
        "mine" => ("user", "@me"),
        "owned" => ("owner", "@me"),
        _ => ("owner", ""),
    };
    it.exported("/api/v1/expiring", &["q"], &[("within", &within), whose]);
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
        page: &page,
        tabs,
        whose: name,
        empty,
        it,
    })
}

/// What of mine ends, through whatever way I have it.
fn mine(page: &Page, days: i64) -> List<'_, Row<'_>> {
    let (world, now, query) = (page.world(), page.now(), page.query("q"));
    let mut found = world.access_of(page.viewer.id, now);
    found.retain(|access| {
        ends_within(access.until, now, days) && contains(&access.group.name, &query)
    });
    found.sort_by_key(|access| access.until);
    let me = page.viewer.user();
    let row = |access| Some((me?, access));
    List::new(page, "/expiring", Sort::of(page, "ends"), found, row)
}

/// Direct places that end, in what I own or anywhere.
fn others(page: &Page, anywhere: bool, days: i64) -> List<'_, Row<'_>> {
    let (world, now, query) = (page.world(), page.now(), page.query("q"));
    let by = now.plus_days(days);
    let mut found = if anywhere {
        World::ending(world.memberships_ending(now, by), now, by)
    } else {
        let groups = owned(world, page.viewer.id, now).into_iter();
        let places = groups.flat_map(|group| world.direct_of_group(group));
        World::ending(places, now, by)
    };
    found.retain(|fact| {
        let group = world.group(fact.group);
        query.is_empty()
            || group.is_some_and(|group| contains(&group.name, &query))
            || world
                .user(fact.user)
                .is_some_and(|user| is_meant(user, &query))
    });
    let sort = Sort::of(page, "ends");
    List::new(page, "/expiring", sort, found, |fact| row(page, fact))
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

fn row<'p>(page: &'p Page, fact: &Membership) -> Option<Row<'p>> {
    let world = page.world();
    let access = Access {
        group: world.group(fact.group)?,
        kind: fact.kind,
        until: fact.validity.until,
        paths: Vec::new(),
    };
    Some((world.user(fact.user)?, access))
}

/// Where a place is made to last longer: mine by asking, others' by who may.
fn keep(page: &Page, whose: &str, user: &User, access: &Access<'_>) -> String {
    let group = access.group;
    if whose == "mine" {
        return renew(access);
    }
    let may = page.may(Wish::AddPeople, Target::Group(group)) && group.is_managed();
    let there = may.then(|| convert::extend_href(group, user, access.kind));
    there.unwrap_or_default()
}
