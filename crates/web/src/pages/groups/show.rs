//! One group or role: who is in it, through what and until when.

use portcullis_model::{Expiry, Group, Membership, Timestamp, User, world::Holder};

use crate::pages::{
    fields,
    grants::{SOON_DAYS, deciding, ends_within, is_meant, path_groups, person, since, why_href},
    groups::facts::{self, Facts, Listed},
    prelude::*,
};

#[derive(Template)]
#[template(path = "groups/show.html")]
struct GroupPage<'p> {
    group: &'p Group,
    people: People<'p>,
    /// What is listed instead of the people, where that was asked for.
    listed: Option<Listed>,
    facts: Facts<'p>,
    page: &'p Page,
}

/// The members or owners of a group, as its page lists them.
struct People<'p> {
    kind: MembershipKind,
    noun: String,
    list: List<'p, Row<'p>>,
    /// Where picked people are removed; nothing where the reader may not.
    remove: Option<String>,
    /// Whether the reader may change ends.
    may_change: bool,
    /// What to do where nobody is listed.
    nobody: String,
}

struct Row<'p> {
    user: &'p User,
    until: Expiry,
    through: Vec<ui::Entity>,
    others: usize,
    since: Option<Timestamp>,
    /// The place they have themselves, which can be changed and taken away: what comes through a
    /// role ends with the role.
    fact: Option<&'p Membership>,
}

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    let group = page.shown::<Group>()?;
    let kind = fields::kind(&page.query("kind"));
    let facts = facts::facts(&page, group);
    let people = people(&page, group, kind, !facts.from.rows.is_empty());
    render(&GroupPage {
        group,
        people,
        listed: facts::listed(&page, group),
        facts,
        page: &page,
    })
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
    let kind = ui::Chip {
        label: group.noun().to_owned(),
        ..ui::Chip::kind(ui::EntityKind::Group)
    };
    vec![kind, ui::Chip::managed(group.is_managed())]
}

fn people<'p>(page: &'p Page, group: &Group, kind: MembershipKind, has_ways: bool) -> People<'p> {
    let (world, now) = (page.world(), page.now());
    let (query, ends, ways) = (page.query("q"), page.query("ends"), page.query("ways"));
    let is_direct = |holder: &Holder<'_>| direct(page, group, kind, holder.user).is_some();
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
    let may = |action| page.may(action, Target::Group(group)) && group.is_managed();
    let (may_change, may_remove) = (may(Wish::AddPeople), may(Wish::RemovePeople));
    let href = convert::group_href(group);
    let drawn = |holder: Holder<'p>| Some(row(page, group, kind, &holder));
    let mut list = List::new(page, &*href, sort, found, drawn);
    if kind == MembershipKind::Owner {
        list.keep("kind", "owner");
    }
    list.searched("Name");
    let route = format!("/api/v1/groups/{}/{kind}s", group.id);
    list.exported(&route, &["q"], &[]);
    list.by_end();
    list.select(
        "ways",
        "Through",
        [
            ("", "Any way", ""),
            ("direct", "Directly", "directly"),
            ("through", "Via others", "a role or group"),
        ],
    );
    if !has_ways {
        list.selects.pop();
    }
    People {
        kind,
        noun: format!("{kind}s"),
        list,
        may_change,
        remove: may_remove.then(|| format!("/groups/{}/people/remove", group.id)),
        nobody: nobody(page, group, kind),
    }
}

fn row<'p>(page: &'p Page, group: &Group, kind: MembershipKind, holder: &Holder<'p>) -> Row<'p> {
    let (world, now, user) = (page.world(), page.now(), holder.user);
    let fact = direct(page, group, kind, user);
    // Where the direct fact decides, no other way needs to be looked for.
    let decides = fact.is_some_and(|fact| fact.validity.until == holder.until);
    let mut inclusions = world.children_of(group.id);
    let paths = if decides && inclusions.all(|inclusion| inclusion.kind != kind) {
        Vec::new()
    } else {
        world.paths(user.id, group.id, kind, now)
    };
    let decider = deciding(&paths, holder.until).filter(|_| !decides);
    let since = decider.map(since).or(fact.map(|fact| fact.validity.from));
    Row {
        user,
        until: holder.until,
        through: decider.map_or_else(Vec::new, |path| path_groups(world, path)),
        others: paths.len().saturating_sub(1),
        since,
        fact,
    }
}

/// The place somebody has themselves.
fn direct<'p>(
    page: &'p Page,
    group: &Group,
    kind: MembershipKind,
    user: &User,
) -> Option<&'p Membership> {
    let fact = page.world().direct(user.id, group.id, kind);
    fact.filter(|fact| fact.validity.contains(page.now()))
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
