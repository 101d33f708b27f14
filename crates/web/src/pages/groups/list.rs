//! The lists of groups and of roles.

use askama::Template;
use axum::response::Response;
use portcullis_model::{
    Action as Wish, App, Group, Id, MembershipKind, Tag, Target, User,
    world::query::{GroupBy, GroupQuery, Query as _},
};

use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        parts::{Action, Actions, Sort, address, column, cut, filter},
    },
    ui,
};

/// More apps or tags than this are not offered as a choice; a page of theirs leads here instead.
const MOST_CHOICES: usize = 60;
/// Tags shown in a row.
const MOST_TAGS: usize = 3;

#[derive(Template)]
#[template(path = "groups/list.html")]
struct Groups {
    shell: ui::Shell,
    place: &'static str,
    noun: &'static str,
    title: &'static str,
    lead: &'static str,
    actions: Actions,
    query: String,
    selects: Vec<Select>,
    filters: Vec<ui::Filter>,
    name: ui::Column,
    app: ui::Column,
    members: ui::Column,
    owners: ui::Column,
    with_app: bool,
    rows: Vec<Row>,
    pages: ui::Pages,
}

struct Select {
    name: &'static str,
    label: &'static str,
    choices: Vec<ui::Choice>,
    chosen: String,
}

struct Row {
    group: ui::Entity,
    description: String,
    app: Option<ui::Entity>,
    is_managed: bool,
    tags: Vec<ui::Entity>,
    tags_more: usize,
    members: usize,
    owners: usize,
}

/// What a list of groups is narrowed to.
struct Narrow<'w> {
    query: String,
    kind: String,
    managed: String,
    app: Option<&'w App>,
    tag: Option<&'w Tag>,
    owner: Option<Id<User>>,
}

pub(crate) async fn groups(page: Page) -> Result<Response, Failure> {
    render(&list(&page, Which::Groups))
}

pub(crate) async fn roles(page: Page) -> Result<Response, Failure> {
    render(&list(&page, Which::Roles))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Groups,
    Roles,
}

fn narrow(page: &Page) -> Narrow<'_> {
    let world = page.world();
    let owner = page.query("owner");
    Narrow {
        query: page.query("q"),
        kind: page.query("kind"),
        managed: page.query("managed"),
        app: world.find_app(&page.query("app")),
        tag: world.find_tag(&page.query("tag")),
        owner: if owner == "me" {
            Some(page.viewer.id)
        } else {
            world.find_user(&owner).map(|user| user.id)
        },
    }
}

impl Narrow<'_> {
    fn query(&self, which: Which, sort: &Sort) -> GroupQuery<'_> {
        let either = |text: &str, yes: &str, no: &str| match text {
            text if text == yes => Some(true),
            text if text == no => Some(false),
            _ => None,
        };
        GroupQuery {
            q: &self.query,
            role: Some(which == Which::Roles),
            of_app: either(&self.kind, "app", "plain"),
            app: self.app.map(|app| app.id),
            tag: self.tag.map(|tag| tag.id),
            managed: either(&self.managed, "yes", "no"),
            owner: self.owner,
            sort: sort.query(match sort.by.as_str() {
                "app" => GroupBy::App,
                "members" => GroupBy::Members,
                "owners" => GroupBy::Owners,
                _ => GroupBy::Name,
            }),
        }
    }
}

fn list(page: &Page, which: Which) -> Groups {
    let narrow = narrow(page);
    let query = narrow.query(which, &Sort::of(page, "name"));
    let found = query.all(page.world(), page.now());
    let (rows, pages) = cut(page, found);
    let rows: Vec<_> = rows.into_iter().map(|group| row(page, group)).collect();
    let mut actions = Actions::default();
    let (place, noun, title, lead) = match which {
        Which::Groups => (
            "/groups",
            "groups",
            "Groups",
            "Members of a group get its permissions.",
        ),
        Which::Roles => (
            "/roles",
            "roles",
            "Roles",
            "A role is a job function. Its members are in all of its groups.",
        ),
    };
    if page.may(Wish::CreateGroup, Target::Nothing) {
        let label = match which {
            Which::Groups => "New group",
            Which::Roles => "New role",
        };
        actions.add(Action::new(label, format!("{place}/new"), "plus"));
    }
    Groups {
        shell: page.shell(),
        place,
        noun,
        title,
        lead,
        actions,
        selects: selects(page, which, &narrow),
        filters: filters(page, &narrow),
        query: narrow.query,
        name: column(page, "Name", "name", "name"),
        app: column(page, "App", "app", "name"),
        members: column(page, "Members", "members", "name"),
        owners: column(page, "Owners", "owners", "name"),
        with_app: which == Which::Groups,
        rows,
        pages,
    }
}

fn row(page: &Page, group: &Group) -> Row {
    let (world, now) = (page.world(), page.now());
    let tags: Vec<_> = world.tags_on(group).map(convert::tag).collect();
    Row {
        group: convert::group(group),
        description: short(&group.description),
        app: group.app().and_then(|app| world.app(app)).map(convert::app),
        is_managed: group.is_managed(),
        tags_more: tags.len().saturating_sub(MOST_TAGS),
        tags: tags.into_iter().take(MOST_TAGS).collect(),
        members: world.holder_count(group.id, MembershipKind::Member, now),
        owners: world.holder_count(group.id, MembershipKind::Owner, now),
    }
}

/// The beginning of a description, for a row.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 100;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MOST).collect();
    format!("{}…", cut.trim_end())
}

fn selects(page: &Page, which: Which, narrow: &Narrow<'_>) -> Vec<Select> {
    let world = page.world();
    let mut all = Vec::new();
    if which == Which::Groups {
        all.push(Select {
            name: "kind",
            label: "Kind",
            choices: vec![
                ui::Choice::new("", "Any kind"),
                ui::Choice::new("app", "Of an app"),
                ui::Choice::new("plain", "Of no app"),
            ],
            chosen: narrow.kind.clone(),
        });
        if (1..=MOST_CHOICES).contains(&world.app_count()) {
            let apps = world
                .apps()
                .map(|app| ui::Choice::new(app.id.to_string(), app.name.as_str()));
            all.push(Select {
                name: "app",
                label: "App",
                choices: std::iter::once(ui::Choice::new("", "Any app"))
                    .chain(apps)
                    .collect(),
                chosen: narrow
                    .app
                    .map_or_else(String::new, |app| app.id.to_string()),
            });
        }
    }
    if (1..=MOST_CHOICES).contains(&world.tag_count()) {
        let tags = world
            .tags()
            .map(|tag| ui::Choice::new(tag.id.to_string(), tag.name.as_str()));
        all.push(Select {
            name: "tag",
            label: "Tag",
            choices: std::iter::once(ui::Choice::new("", "Any tag"))
                .chain(tags)
                .collect(),
            chosen: narrow
                .tag
                .map_or_else(String::new, |tag| tag.id.to_string()),
        });
    }
    all.push(Select {
        name: "managed",
        label: "Managed",
        choices: vec![
            ui::Choice::new("", "Managed or not"),
            ui::Choice::new("yes", "Managed"),
            ui::Choice::new("no", "Unmanaged"),
        ],
        chosen: narrow.managed.clone(),
    });
    all
}

fn filters(page: &Page, narrow: &Narrow<'_>) -> Vec<ui::Filter> {
    let mut filters = Vec::new();
    match narrow.kind.as_str() {
        "plain" => filters.push(filter(page, "Kind", "kind", "of no app")),
        "app" => filters.push(filter(page, "Kind", "kind", "of an app")),
        _ => {}
    }
    if let Some(app) = narrow.app {
        filters.push(filter(page, "App", "app", app.name.as_str()));
    }
    if let Some(tag) = narrow.tag {
        filters.push(filter(page, "Tag", "tag", tag.name.as_str()));
    }
    match narrow.managed.as_str() {
        "yes" => filters.push(filter(page, "Managed", "managed", "yes")),
        "no" => filters.push(filter(page, "Managed", "managed", "no")),
        _ => {}
    }
    if narrow.owner.is_some() {
        let who = page.query("owner");
        let who = if who == "me" { "you".to_owned() } else { who };
        filters.push(filter(page, "Owned by", "owner", who));
    }
    if !narrow.query.is_empty() {
        filters.push(filter(page, "Text", "q", narrow.query.as_str()));
    }
    filters
}

/// Where the groups of an app or with a tag are listed.
pub(crate) fn listed(place: &str, parameter: &str, value: impl std::fmt::Display) -> String {
    address(place, &[(parameter, &value.to_string())])
}
