//! One app: its groups, who owns it, how people get in.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use portcullis_model::{
    Action as Wish, App, Group, Id, MembershipKind, Noun, Refusal, Target, record::AppOrigin,
    world::contains,
};

use crate::{
    At,
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        groups::list::short,
        home::ask,
        parts::{self, Action, Actions, FEW, Past, Sort, TagLine, address, column, cut, filter},
    },
    ui,
};

/// More groups than this are not looked through for the ways into an app.
const MOST_LOOKED_AT: usize = 2_000;

#[derive(Template)]
#[template(path = "apps/show.html")]
struct AppPage {
    shell: ui::Shell,
    past: Option<Past>,
    name: String,
    chips: Vec<ui::Chip>,
    lead: String,
    actions: Actions,
    path: String,
    as_of: String,
    query: String,
    filters: Vec<ui::Filter>,
    by_name: ui::Column,
    rows: Vec<Row>,
    pages: ui::Pages,
    owners_group: Option<ui::Entity>,
    owners: Vec<ui::Entity>,
    owners_more: usize,
    roles: Vec<ui::Entity>,
    roles_more: usize,
    tags: Vec<TagLine>,
}

struct Row {
    group: ui::Entity,
    description: String,
    is_managed: bool,
    is_owners: bool,
    members: usize,
    owners: usize,
    /// What the reader is in it, or how to ask.
    mine: Mine,
}

enum Mine {
    Has(ui::ExpiryPill),
    Ask(String),
    Nothing,
}

pub(crate) async fn show(page: Page, Path(key): Path<String>) -> Result<Response, Failure> {
    let found = page.world().find_app(&key);
    let app = found.ok_or_else(|| Refusal::not_found(Noun::App, &key))?;
    render(&app_page(&page, app))
}

fn app_page(page: &Page, app: &App) -> AppPage {
    let (world, now) = (page.world(), page.now());
    let query = page.query("q");
    let mut found: Vec<_> = world
        .app_groups(app.id)
        .filter(|group| contains(&group.name, &query) || contains(&group.description, &query))
        .collect();
    // The owners group stands first: it answers who decides.
    found.sort_by(|a, b| (!a.is_owners_group(), &a.name).cmp(&(!b.is_owners_group(), &b.name)));
    if Sort::of(page, "name").down {
        found.reverse();
    }
    let (rows, pages) = cut(page, found);
    let mut owners = BTreeMap::new();
    for group in world.app_groups(app.id).filter(|g| g.is_owners_group()) {
        for holder in world.holders(group.id, MembershipKind::Owner, now) {
            owners.insert(holder.user.login.clone(), convert::user(holder.user));
        }
    }
    let roles = roles(page, app.id);
    let mut filters = Vec::new();
    if !query.is_empty() {
        filters.push(filter(page, "Text", "q", query.as_str()));
    }
    AppPage {
        shell: page.shell(),
        past: parts::past(page),
        name: app.name.to_string(),
        chips: match app.origin {
            AppOrigin::BuiltIn => vec![
                ui::Chip::kind(ui::EntityKind::App),
                ui::Chip::plain("built in"),
            ],
            AppOrigin::Made => vec![ui::Chip::kind(ui::EntityKind::App)],
        },
        lead: app.description.to_string(),
        actions: actions(page, app),
        path: format!("/apps/{}", app.id),
        as_of: parts::as_of(page),
        query,
        filters,
        by_name: column(page, "Group", "name", "name"),
        rows: rows.into_iter().map(|group| row(page, group)).collect(),
        pages,
        owners_group: world.owners_group(app.id).map(convert::group),
        owners_more: owners.len().saturating_sub(FEW),
        owners: owners.into_values().take(FEW).collect(),
        roles_more: roles.len().saturating_sub(FEW),
        roles: roles.into_iter().take(FEW).collect(),
        tags: app
            .tags
            .iter()
            .filter_map(|id| world.tag(*id))
            .map(|tag| parts::tag_line(tag, None))
            .collect(),
    }
}

fn row(page: &Page, group: &Group) -> Row {
    let (world, now) = (page.world(), page.now());
    let mine = match world.holds(page.viewer.id, group.id, MembershipKind::Member, now) {
        Some(until) => Mine::Has(convert::ends(until, now)),
        None if page.view.at == At::Now && group.is_managed() => {
            Mine::Ask(ask(group, MembershipKind::Member))
        }
        None => Mine::Nothing,
    };
    Row {
        group: convert::group(group),
        description: short(&group.description),
        is_managed: group.is_managed(),
        is_owners: group.is_owners_group(),
        members: world.holder_count(group.id, MembershipKind::Member, now),
        owners: world.holder_count(group.id, MembershipKind::Owner, now),
        mine,
    }
}

/// The roles and groups that lead into an app's groups, by name.
fn roles(page: &Page, app: Id<App>) -> Vec<ui::Entity> {
    let (world, now) = (page.world(), page.now());
    let mut roles = BTreeMap::new();
    for group in world.app_groups(app).take(MOST_LOOKED_AT) {
        for inclusion in world.children_of(group.id) {
            if inclusion.validity.contains(now)
                && let Some(role) = world.group(inclusion.child)
            {
                roles.insert(role.name.clone(), convert::group(role));
            }
        }
    }
    roles.into_values().collect()
}

fn actions(page: &Page, app: &App) -> Actions {
    let mut actions = Actions::default();
    let here = format!("/apps/{}", app.id);
    let target = Target::App(app.id);
    if page.may(Wish::CreateAppGroup, target) {
        actions.add(Action::new(
            "New group",
            address("/groups/new", &[("app", &app.id.to_string())]),
            "plus",
        ));
    }
    if page.may(Wish::EditApp, target) || page.may(Wish::TagApp, target) {
        actions.add(Action::new("Edit", format!("{here}/edit"), "rule"));
    }
    actions.also(Action::new(
        "In the log",
        address("/activity", &[("subject", &format!("app:{}", app.id))]),
        "activity",
    ));
    if page.may(Wish::DeleteApp, target) && app.origin == AppOrigin::Made {
        actions.danger = Some(Action::new("Delete", format!("{here}/delete"), "x"));
    }
    actions
}
