//! The list of tags.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use portcullis_model::{
    Action as Wish, Id, Tag, Target,
    world::query::{Query as _, TagQuery},
};

use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        groups::list::{listed, short},
        parts::{Action, Actions, Sort, column, cut, demands, filter},
    },
    ui,
};

#[derive(Template)]
#[template(path = "tags/list.html")]
struct Tags {
    shell: ui::Shell,
    actions: Actions,
    query: String,
    filters: Vec<ui::Filter>,
    name: ui::Column,
    rows: Vec<Row>,
    pages: ui::Pages,
}

struct Row {
    tag: ui::Entity,
    description: String,
    enabled: bool,
    demands: Vec<String>,
    groups: usize,
    groups_href: String,
    apps: usize,
    apps_href: String,
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    render(&tags(&page))
}

fn tags(page: &Page) -> Tags {
    let world = page.world();
    let query = page.query("q");
    let wanted = TagQuery {
        q: &query,
        enabled: None,
        order: Sort::of(page, "name").order(),
    };
    let found = wanted.all(world, page.now());
    let (rows, pages) = cut(page, found);
    // One walk over the groups counts for all tags of the page.
    let mut counts: HashMap<Id<Tag>, usize> = HashMap::new();
    for group in world.groups() {
        for tag in world.tags_on(group) {
            *counts.entry(tag.id).or_default() += 1;
        }
    }
    let rows = rows
        .into_iter()
        .map(|tag| Row {
            tag: convert::tag(tag),
            description: short(&tag.description),
            enabled: tag.enabled,
            demands: demands(&tag.constraints),
            groups: counts.get(&tag.id).copied().unwrap_or_default(),
            groups_href: listed("/groups", "tag", tag.id),
            apps: world
                .apps()
                .filter(|app| app.tags.contains(&tag.id))
                .count(),
            apps_href: listed("/apps", "tag", tag.id),
        })
        .collect();
    let mut filters = Vec::new();
    if !query.is_empty() {
        filters.push(filter(page, "Text", "q", query.as_str()));
    }
    let mut actions = Actions::default();
    if page.may(Wish::CreateTag, Target::Nothing) {
        actions.add(Action::new("New tag", "/tags/new", "plus"));
    }
    Tags {
        shell: page.shell(),
        actions,
        query,
        filters,
        name: column(page, "Tag", "name", "name"),
        rows,
        pages,
    }
}
