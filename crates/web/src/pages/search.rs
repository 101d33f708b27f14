//! One search over everything, as a page and for the quick switcher.

use axum::Json;
use portcullis_model::{
    World,
    world::{Found, FoundKind, begin},
};
use serde::Serialize;

use crate::{At, pages::prelude::*};

/// Matches of a kind on the page.
const ON_PAGE: usize = 12;
/// Matches of a kind in the quick switcher.
const IN_SWITCHER: usize = 8;

#[derive(Template)]
#[template(path = "search.html")]
struct Search<'p> {
    page: &'p Page,
    query: String,
    export: Export,
    sections: Vec<Section<'p>>,
}

struct Section<'p> {
    title: &'static str,
    all: String,
    rows: Vec<&'p Found<'p>>,
}

/// One match, as the quick switcher reads it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Item {
    kind: &'static str,
    label: String,
    detail: String,
    href: String,
}

pub(crate) async fn json(page: Page) -> Json<Vec<Item>> {
    let query = page.query("q");
    // A place that is called so comes first; one of whose words is meant, last.
    let typed = query.trim().to_lowercase();
    let (mut first, last): (Vec<_>, Vec<_>) = places(&page, &query)
        .into_iter()
        .partition(|item| item.label.to_lowercase().starts_with(&typed));
    first.extend(items(page.world(), &query));
    first.extend(last);
    Json(first)
}

/// The pages and actions that are meant by their words.
fn places(page: &Page, query: &str) -> Vec<Item> {
    let more = [
        ("Groups you own", "my owner", "/groups?owner=me"),
        ("Expiring access", "ends soon extend renew", "/expiring"),
        ("Why, or why not", "explain", "/why"),
        ("Ask the rules", "check decision", "/rules/ask"),
    ];
    // What is called more than in the rail is found by that alone.
    let told = move |href: &str| more.iter().any(|(.., there)| *there == href);
    let nav = page.shell().nav.into_iter();
    let nav = nav.filter(move |item| !told(item.href));
    let nav = nav.map(|item| ("page", item.label, "", item.href, true));
    let mine = page.viewer.user().map(convert::user_href);
    let mine = mine.as_deref().unwrap_or_default();
    let mine = [(
        "page",
        "Your access",
        "my groups permissions",
        mine,
        !mine.is_empty(),
    )];
    let more = more.map(|(label, also, href)| ("page", label, also, href, true));
    let may = |action| page.may(action, Target::Nothing);
    let actions = [
        ("Get access", "ask request join", "/requests/new", true),
        (
            "Add a person",
            "new user create",
            "/people/new",
            may(Wish::CreateUser),
        ),
        (
            "New group",
            "create add",
            "/groups/new",
            may(Wish::CreateGroup),
        ),
        (
            "New role",
            "create add",
            "/roles/new",
            may(Wish::CreateGroup),
        ),
        ("New app", "create add", "/apps/new", may(Wish::CreateApp)),
        ("New tag", "create add", "/tags/new", may(Wish::CreateTag)),
    ];
    let actions = actions.map(|(label, also, href, may)| ("action", label, also, href, may));
    nav.chain(mine)
        .chain(more)
        .chain(actions)
        .filter(|(_, label, also, _, offered)| *offered && begin(&[label, also], query))
        .map(|(kind, label, _, href, _)| Item {
            kind,
            label: label.to_owned(),
            detail: String::new(),
            href: href.to_owned(),
        })
        .collect()
}

fn items(world: &World, query: &str) -> Vec<Item> {
    world
        .find(query, &FoundKind::ALL, IN_SWITCHER)
        .into_iter()
        .map(|found| {
            let entity = entity(&found);
            Item {
                kind: entity.kind.label(),
                label: entity.name,
                detail: short(found.detail),
                href: entity.href,
            }
        })
        .collect()
}

/// What it is, what several are called and where they are listed.
fn words(kind: FoundKind) -> (ui::EntityKind, &'static str, &'static str) {
    match kind {
        FoundKind::User => (ui::EntityKind::Person, "People", "/people"),
        FoundKind::Group => (ui::EntityKind::Group, "Groups", "/groups"),
        FoundKind::Role => (ui::EntityKind::Role, "Roles", "/roles"),
        FoundKind::App => (ui::EntityKind::App, "Apps", "/apps"),
        FoundKind::Tag => (ui::EntityKind::Tag, "Tags", "/tags"),
    }
}

fn entity(found: &Found<'_>) -> ui::Entity {
    let (kind, _, place) = words(found.kind);
    let href = format!("{place}/{}", convert::escape(&found.key));
    ui::Entity::new(kind, found.label, href)
}

pub(crate) async fn page(page: Page) -> Result<Response, Failure> {
    let query = page.query("q");
    let found = page.world().find(&query, &FoundKind::ALL, ON_PAGE);
    // What access is asked for comes first, people after.
    let order = [
        FoundKind::Role,
        FoundKind::Group,
        FoundKind::App,
        FoundKind::User,
        FoundKind::Tag,
    ];
    let sections = order.into_iter().filter_map(|of| {
        let rows: Vec<_> = found.iter().filter(|found| found.kind == of).collect();
        let (_, title, place) = words(of);
        (!rows.is_empty()).then(|| Section {
            title,
            all: address(place, &[("q", &query)]),
            rows,
        })
    });
    render(&Search {
        page: &page,
        sections: sections.collect(),
        export: Export::of(&page, "/api/v1/search", &[("q", &query)]),
        query,
    })
}

/// Where to ask for a place in it; empty where that makes no sense.
fn ask(page: &Page, found: &Found<'_>) -> String {
    let (world, now) = (page.world(), page.now());
    let group = match found.kind {
        FoundKind::Group | FoundKind::Role => world.find_group(&found.key),
        _ => None,
    };
    let wanted = group.filter(|group| {
        page.view.at == At::Now
            && group.is_managed()
            && world
                .holds(page.viewer.id, group.id, MembershipKind::Member, now)
                .is_none()
    });
    wanted.map_or_else(String::new, |group| ask_href(group, MembershipKind::Member))
}
