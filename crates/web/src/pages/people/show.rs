//! One person: what they have, own and may, and around whom they stand.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::decide::Moment;
use portcullis_model::{
    Action as Wish, MembershipKind, Noun, Refusal, Target, User, UserKind,
    world::{Access, contains},
};

use crate::{
    Web,
    error::Failure,
    pages::{
        access::{self, Section},
        convert,
        frame::{Page, render},
        parts::{self, Action, Actions, FEW, Past, SOON_DAYS, address, cut, ends_within},
        people::list::title,
    },
    ui,
};

#[derive(Template)]
#[template(path = "people/show.html")]
struct PersonPage {
    shell: ui::Shell,
    past: Option<Past>,
    name: String,
    login: String,
    chips: Vec<ui::Chip>,
    lead: String,
    actions: Actions,
    tabs: Vec<ui::Tab>,
    path: String,
    as_of: String,
    show: Show,
    show_name: &'static str,
    query: String,
    sections: Vec<Section>,
    permissions: Vec<Permission>,
    pages: ui::Pages,
    facts: Vec<(String, String)>,
    manager: Option<ui::Entity>,
    reports: Vec<ui::Entity>,
    reports_more: usize,
    reports_href: String,
    ending: usize,
}

/// Which list a person's page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Access,
    Owned,
    Permissions,
}

struct Permission {
    name: String,
    places: String,
    group: ui::Entity,
    why: String,
    ends: ui::ExpiryPill,
}

pub(crate) async fn show(
    State(web): State<Web>,
    page: Page,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let user = find(&page, &key)?;
    render(&person(&web, &page, user))
}

/// The person an address names.
pub(crate) fn find<'p>(page: &'p Page, key: &str) -> Result<&'p User, Failure> {
    let found = page.world().find_user(key);
    Ok(found.ok_or_else(|| Refusal::not_found(Noun::Person, key))?)
}

/// The tabs of a person's pages.
pub(crate) fn tabs(user: &User, counts: Option<[usize; 3]>, current: &str) -> Vec<ui::Tab> {
    let href = convert::user_href(user);
    let tabs = [
        ("Access", href.clone()),
        ("Owns", format!("{href}?show=owned")),
        ("Permissions", format!("{href}?show=permissions")),
    ];
    let mut tabs: Vec<_> = tabs
        .into_iter()
        .enumerate()
        .map(|(n, (label, href))| {
            let tab = ui::Tab::new(label, href, current);
            match counts {
                Some(counts) => tab.counting(counts[n] as u64),
                None => tab,
            }
        })
        .collect();
    tabs.push(ui::Tab::new("History", format!("{href}/history"), current));
    tabs
}

fn person(web: &Web, page: &Page, user: &User) -> PersonPage {
    let (world, now) = (page.world(), page.now());
    let (show, show_name) = match page.query("show").as_str() {
        "owned" => (Show::Owned, "owned"),
        "permissions" => (Show::Permissions, "permissions"),
        _ => (Show::Access, ""),
    };
    let query = page.query("q");
    let all = world.access_of(user.id, now);
    let ending = all
        .iter()
        .filter(|access| ends_within(access.until, now, SOON_DAYS))
        .count();
    let (owned, had): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|a| a.kind == MembershipKind::Owner);
    let permissions = web.decider().permissions_of(Moment::new(world, now), user);
    let counts = [had.len(), owned.len(), permissions.len()];
    let (mut sections, mut listed) = (Vec::new(), Vec::new());
    let pages = match show {
        Show::Access | Show::Owned => {
            let mut found = if show == Show::Access { had } else { owned };
            found.retain(|access| is_meant(page, access, &query));
            access::in_order(world, &mut found);
            let (rows, pages) = cut(page, found);
            sections = access::sections(world, user, &rows, now);
            pages
        }
        Show::Permissions => {
            let found = permissions
                .into_iter()
                .filter(|p| contains(&p.permission.name, &query))
                .collect();
            let (rows, pages) = cut(page, found);
            listed = rows
                .into_iter()
                .map(|row| {
                    let environments: Vec<_> =
                        row.permission.environments.iter().map(|e| &**e).collect();
                    Permission {
                        name: row.permission.name.to_string(),
                        places: environments.join(", "),
                        group: convert::group(row.group),
                        why: address(
                            "/why",
                            &[("user", &user.login), ("permission", &row.permission.name)],
                        ),
                        ends: convert::ends(row.until, now),
                    }
                })
                .collect();
            pages
        }
    };
    let reports: Vec<_> = world
        .users()
        .filter(|other| other.manager == Some(user.id))
        .collect();
    let href = convert::user_href(user);
    let current = if show_name.is_empty() {
        href.clone()
    } else {
        format!("{href}?show={show_name}")
    };
    PersonPage {
        shell: page.shell(),
        past: parts::past(page),
        name: user.name.to_string(),
        login: user.login.to_string(),
        chips: chips(page, user),
        lead: title(user),
        actions: actions(page, user),
        tabs: tabs(user, Some(counts), &current),
        path: href,
        as_of: parts::as_of(page),
        show,
        show_name,
        query,
        sections,
        permissions: listed,
        pages,
        facts: facts(user),
        manager: user
            .manager
            .and_then(|id| world.user(id))
            .map(convert::user),
        reports_more: reports.len().saturating_sub(FEW),
        reports: reports.into_iter().take(FEW).map(convert::user).collect(),
        reports_href: address("/people", &[("manager", &user.login)]),
        ending,
    }
}

fn is_meant(page: &Page, access: &Access<'_>, query: &str) -> bool {
    let app = access.group.app().and_then(|app| page.world().app(app));
    contains(&access.group.name, query) || app.is_some_and(|app| contains(&app.name, query))
}

pub(crate) fn chips(page: &Page, user: &User) -> Vec<ui::Chip> {
    let mut chips = Vec::new();
    if user.kind == UserKind::Service {
        chips.push(ui::Chip::kind(ui::EntityKind::Service));
    }
    if user.id == page.viewer.id {
        chips.push(ui::Chip::level("you", ui::Level::Info));
    }
    if page.world().is_admin(user.id, page.now()) {
        chips.push(ui::Chip::plain("administrator"));
    }
    chips
}

fn actions(page: &Page, user: &User) -> Actions {
    let mut actions = Actions::default();
    let me = page.viewer.user().map_or("", |me| me.login.as_str());
    if user.id == page.viewer.id {
        actions.add(Action::new("Get access", "/requests/new", "plus"));
    } else {
        actions.add(Action::new(
            "Compare with me",
            address("/compare", &[("a", me), ("b", &user.login)]),
            "compare",
        ));
    }
    if page.may(Wish::CreateGroup, Target::Nothing) {
        actions.add(Action::new(
            "Make a role of this access",
            address("/roles/new", &[("from", &user.login)]),
            "role",
        ));
    }
    actions.also(Action::new(
        "Why, or why not",
        address("/why", &[("user", &user.login)]),
        "link",
    ));
    actions.also(Action::new(
        "In the log",
        address("/activity", &[("subject", &format!("user:{}", user.id))]),
        "activity",
    ));
    if page.may(Wish::EditUser, Target::Nothing) {
        actions.add(Action::new(
            "Edit",
            format!("{}/edit", convert::user_href(user)),
            "person",
        ));
    }
    if page.may(Wish::DeleteUser, Target::Nothing) {
        actions.danger = Some(Action::new(
            "Delete",
            format!("{}/delete", convert::user_href(user)),
            "x",
        ));
    }
    actions
}

/// What the directory knows of somebody, as pairs.
fn facts(user: &User) -> Vec<(String, String)> {
    let email = user.email.iter().map(|e| ("E-mail".into(), e.to_string()));
    let attributes = user.attributes.iter().take(12).map(|(name, value)| {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (name.clone(), text.chars().take(200).collect())
    });
    std::iter::once(("Login".into(), user.login.to_string()))
        .chain(email)
        .chain(attributes)
        .collect()
}
