//! One group or role: who is in it, through what and until when.

use askama::Template;
use axum::{extract::Path, response::Response};
use portcullis_model::{
    Action as Wish, Expiry, Group, Membership, MembershipKind, Noun, Refusal, Target, Timestamp,
    world::{self as ways, Holder},
};

use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        groups::facts::{self, Facts, Listed},
        parts::{
            self, Actions, Past, Person, SOON_DAYS, Sort, address, column, cut, deciding,
            ends_within, filter, is_meant, through,
        },
    },
    ui,
};

#[derive(Template)]
#[template(path = "groups/show.html")]
struct GroupPage {
    shell: ui::Shell,
    past: Option<Past>,
    crumbs: Vec<ui::Link>,
    name: String,
    chips: Vec<ui::Chip>,
    lead: String,
    actions: Actions,
    tabs: Vec<ui::Tab>,
    path: String,
    as_of: String,
    people: People,
    /// What is listed instead of the people, where that was asked for.
    listed: Option<Listed>,
    facts: Facts,
}

/// The members or owners of a group, as its page lists them.
struct People {
    kind: &'static str,
    noun: &'static str,
    query: String,
    ends: String,
    ways: String,
    ends_choices: Vec<ui::Choice>,
    way_choices: Vec<ui::Choice>,
    filters: Vec<ui::Filter>,
    clear: String,
    name: ui::Column,
    rows: Vec<Row>,
    pages: ui::Pages,
    /// Where picked people are removed; nothing where the reader may not.
    remove: Option<String>,
    /// What to do where nobody is listed.
    nobody: String,
}

struct Row {
    who: Person,
    through: Vec<ui::Entity>,
    others: usize,
    why: String,
    ends: ui::ExpiryPill,
    /// Where the end is changed; empty where the reader may not or there is nothing to change.
    change: String,
    since: Option<ui::When>,
    /// Whether this row can be removed: what comes through a role ends with the role.
    can_go: bool,
}

pub(crate) async fn show(page: Page, Path(key): Path<String>) -> Result<Response, Failure> {
    let group = find(&page, &key)?;
    render(&group_page(&page, group))
}

/// The group or role an address names, by id or name.
pub(crate) fn find<'p>(page: &'p Page, key: &str) -> Result<&'p Group, Failure> {
    let found = page.world().find_group(key);
    Ok(found.ok_or_else(|| Refusal::not_found(Noun::Group, key))?)
}

/// The tabs of a group's pages.
pub(crate) fn tabs(page: &Page, group: &Group, current: &str) -> Vec<ui::Tab> {
    let href = convert::group_href(group);
    let count = |kind| page.world().holder_count(group.id, kind, page.now()) as u64;
    vec![
        ui::Tab::new("Members", href.clone(), current).counting(count(MembershipKind::Member)),
        ui::Tab::new("Owners", format!("{href}?kind=owner"), current)
            .counting(count(MembershipKind::Owner)),
        ui::Tab::new("History", format!("{href}/history"), current),
    ]
}

/// The way to a group's page.
pub(crate) fn crumbs(page: &Page, group: &Group) -> Vec<ui::Link> {
    match group.app().and_then(|app| page.world().app(app)) {
        Some(app) => vec![
            ui::Link::new("Apps", "/apps"),
            ui::Link::new(app.name.as_str(), format!("/apps/{}", app.id)),
        ],
        None if group.is_role() => vec![ui::Link::new("Roles", "/roles")],
        None => vec![ui::Link::new("Groups", "/groups")],
    }
}

pub(crate) fn chips(group: &Group) -> Vec<ui::Chip> {
    let mut chips = vec![ui::Chip {
        label: group.noun().to_owned(),
        ..ui::Chip::kind(ui::EntityKind::Group)
    }];
    chips.push(if group.is_managed() {
        ui::Chip::managed()
    } else {
        ui::Chip::unmanaged()
    });
    chips
}

fn group_page(page: &Page, group: &Group) -> GroupPage {
    let kind = if page.query("kind") == "owner" {
        MembershipKind::Owner
    } else {
        MembershipKind::Member
    };
    let href = convert::group_href(group);
    let current = match kind {
        MembershipKind::Member => href.clone(),
        MembershipKind::Owner => format!("{href}?kind=owner"),
    };
    GroupPage {
        shell: page.shell(),
        past: parts::past(page),
        crumbs: crumbs(page, group),
        name: group.name.to_string(),
        chips: chips(group),
        lead: group.description.to_string(),
        actions: facts::actions(page, group),
        tabs: tabs(page, group, &current),
        as_of: parts::as_of(page),
        people: people(page, group, kind),
        listed: facts::listed(page, group),
        facts: facts::facts(page, group),
        path: href,
    }
}

fn people(page: &Page, group: &Group, kind: MembershipKind) -> People {
    let (world, now) = (page.world(), page.now());
    let (query, ends, ways) = (page.query("q"), page.query("ends"), page.query("ways"));
    let is_direct = |holder: &Holder<'_>| {
        world
            .direct(holder.user.id, group.id, kind)
            .is_some_and(|fact| fact.validity.contains(now))
    };
    let mut found = world.holders(group.id, kind, now);
    found.retain(|holder| {
        (query.is_empty() || is_meant(holder.user, &query))
            && match ends.as_str() {
                "week" => ends_within(holder.until, now, SOON_DAYS),
                "some" => holder.until != Expiry::NEVER,
                "never" => holder.until == Expiry::NEVER,
                _ => true,
            }
            && match ways.as_str() {
                "direct" => is_direct(holder),
                "through" => !is_direct(holder),
                _ => true,
            }
    });
    let sort = Sort::of(page, "login");
    match sort.by.as_str() {
        "ends" => sort.rows(&mut found, |holder| holder.until),
        _ if sort.down => found.reverse(),
        _ => {}
    }
    let (found, pages) = cut(page, found);
    let may_change = page.may(Wish::AddPeople, Target::Group(group)) && group.is_managed();
    let rows = found
        .iter()
        .map(|holder| row(page, group, kind, holder, may_change))
        .collect();
    let href = convert::group_href(group);
    let may = page.may(Wish::RemovePeople, Target::Group(group)) && group.is_managed();
    let mut filters = Vec::new();
    if !query.is_empty() {
        filters.push(filter(page, "Name", "q", query.as_str()));
    }
    match ends.as_str() {
        "week" => filters.push(filter(page, "Ends", "ends", "within a week")),
        "some" => filters.push(filter(page, "Ends", "ends", "some day")),
        "never" => filters.push(filter(page, "Ends", "ends", "never")),
        _ => {}
    }
    match ways.as_str() {
        "direct" => filters.push(filter(page, "Through", "ways", "directly")),
        "through" => filters.push(filter(page, "Through", "ways", "a role or group")),
        _ => {}
    }
    let (name, noun) = match kind {
        MembershipKind::Member => ("member", "members"),
        MembershipKind::Owner => ("owner", "owners"),
    };
    People {
        kind: name,
        noun,
        query,
        ends,
        ways,
        ends_choices: vec![
            ui::Choice::new("", "Any end"),
            ui::Choice::new("week", "This week"),
            ui::Choice::new("some", "Some day"),
            ui::Choice::new("never", "No end"),
        ],
        way_choices: vec![
            ui::Choice::new("", "Any way"),
            ui::Choice::new("direct", "Directly"),
            ui::Choice::new("through", "Via others"),
        ],
        clear: if kind == MembershipKind::Owner {
            format!("{href}?kind=owner")
        } else {
            href.clone()
        },
        filters,
        name: column(page, "Person", "login", "login"),
        rows,
        pages,
        remove: may.then(|| format!("{href}/people/remove").replace("/roles/", "/groups/")),
        nobody: nobody(page, group, kind),
    }
}

fn row(page: &Page, group: &Group, kind: MembershipKind, holder: &Holder<'_>, may: bool) -> Row {
    let (world, now, user) = (page.world(), page.now(), holder.user);
    let fact = world
        .direct(user.id, group.id, kind)
        .filter(|fact| fact.validity.contains(now));
    // Where the direct fact decides, no other way needs to be looked for.
    let decides = fact.is_some_and(|fact| fact.validity.until == holder.until);
    let no_others = world
        .children_of(group.id)
        .all(|inclusion| inclusion.kind != kind);
    let paths = if decides && no_others {
        Vec::new()
    } else {
        world.paths(user.id, group.id, kind, now)
    };
    let decider = if decides {
        None
    } else {
        deciding(&paths, holder.until)
    };
    Row {
        through: decider.map_or_else(Vec::new, |path| through(world, path)),
        others: paths.len().saturating_sub(1),
        why: address(
            "/why",
            &[
                ("user", &user.login),
                ("group", &group.name),
                ("kind", &kind.to_string()),
            ],
        ),
        ends: convert::ends(holder.until, now),
        change: if may && fact.is_some() {
            let login = convert::escape(&user.login);
            format!("/groups/{}/people/{login}/extend?kind={kind}", group.id)
        } else {
            String::new()
        },
        since: since(fact, decider).map(|from| convert::when(from, now)),
        can_go: fact.is_some(),
        who: parts::person(user),
    }
}

/// Since when somebody is in by the way that decides.
fn since(fact: Option<&Membership>, way: Option<&ways::Path<'_>>) -> Option<Timestamp> {
    match way {
        None => fact.map(|fact| fact.validity.from),
        Some(way) => {
            let starts = way.via.iter().map(|inclusion| inclusion.validity.from);
            Some(starts.fold(way.direct.validity.from, Ord::max))
        }
    }
}

/// Why nobody is listed, and who decides then.
fn nobody(page: &Page, group: &Group, kind: MembershipKind) -> String {
    if kind == MembershipKind::Member {
        return if group.is_managed() {
            "Owners can add people, or people can ask to join.".into()
        } else {
            "This group is managed outside Portcullis, and no members have been imported yet."
                .into()
        };
    }
    let deciders = page.world().deciders(group, None, page.now());
    let names: Vec<_> = deciders.iter().take(3).map(|user| &*user.name).collect();
    let more = deciders.len().saturating_sub(3);
    match (names.is_empty(), more) {
        (true, _) => "No one can approve requests either. Add an owner.".into(),
        (false, 0) => format!("Requests for it go to {}.", names.join(", ")),
        (false, more) => format!(
            "Requests for it go to {} and {more} more.",
            names.join(", ")
        ),
    }
}
