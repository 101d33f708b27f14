//! The list of apps.

use askama::Template;
use axum::response::Response;
use portcullis_model::{
    Action as Wish, App, MembershipKind, Target,
    record::AppOrigin,
    world::query::{AppQuery, Query as _},
};

use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        groups::list::short,
        parts::{Action, Actions, Sort, column, cut, filter},
    },
    ui,
};

#[derive(Template)]
#[template(path = "apps/list.html")]
struct Apps {
    shell: ui::Shell,
    actions: Actions,
    query: String,
    filters: Vec<ui::Filter>,
    name: ui::Column,
    rows: Vec<Row>,
    pages: ui::Pages,
}

struct Row {
    app: ui::Entity,
    description: String,
    is_built_in: bool,
    groups: usize,
    owners: Vec<ui::Entity>,
    owners_more: usize,
    tags: Vec<ui::Entity>,
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    render(&apps(&page))
}

fn apps(page: &Page) -> Apps {
    let world = page.world();
    let query = page.query("q");
    let tag = page.query("tag");
    let tag = world.find_tag(&tag);
    let wanted = AppQuery {
        q: &query,
        tag: tag.map(|tag| tag.id),
        order: Sort::of(page, "name").order(),
    };
    let found = wanted.all(world, page.now());
    let (rows, pages) = cut(page, found);
    let mut filters = Vec::new();
    if !query.is_empty() {
        filters.push(filter(page, "Text", "q", query.as_str()));
    }
    if let Some(tag) = tag {
        filters.push(filter(page, "Tag", "tag", tag.name.as_str()));
    }
    let mut actions = Actions::default();
    if page.may(Wish::CreateApp, Target::Nothing) {
        actions.add(Action::new("New app", "/apps/new", "plus"));
    }
    Apps {
        shell: page.shell(),
        actions,
        query,
        filters,
        name: column(page, "App", "name", "name"),
        rows: rows.into_iter().map(|app| row(page, app)).collect(),
        pages,
    }
}

fn row(page: &Page, app: &App) -> Row {
    const MOST: usize = 2;
    let world = page.world();
    let owners = world.owners_group(app.id).map_or_else(Vec::new, |group| {
        world.holders(group.id, MembershipKind::Owner, page.now())
    });
    Row {
        app: convert::app(app),
        description: short(&app.description),
        is_built_in: app.origin == AppOrigin::BuiltIn,
        groups: world.app_groups(app.id).count(),
        owners_more: owners.len().saturating_sub(MOST),
        owners: owners
            .iter()
            .take(MOST)
            .map(|holder| convert::user(holder.user))
            .collect(),
        tags: app
            .tags
            .iter()
            .filter_map(|id| world.tag(*id))
            .map(convert::tag)
            .collect(),
    }
}
