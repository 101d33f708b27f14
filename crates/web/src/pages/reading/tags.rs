//! Tags: what they demand and what carries them.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use portcullis_model::{
    Action as Wish, App, Id, Noun, Refusal, Tag, Target,
    world::{
        contains,
        query::{Query as _, TagQuery},
    },
};

use super::{
    groups::{listed, short},
    parts::{Action, Actions, Sort, address, column, cut, demands, filter},
};
use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
    },
    ui,
};

#[derive(Template)]
#[template(path = "tags.html")]
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

#[derive(Template)]
#[template(path = "tag.html")]
struct TagPage {
    shell: ui::Shell,
    name: String,
    chips: Vec<ui::Chip>,
    lead: String,
    actions: Actions,
    demands: Vec<String>,
    enabled: bool,
    path: String,
    query: String,
    apps: Vec<ui::Entity>,
    apps_more: usize,
    apps_href: String,
    groups: Vec<Carrier>,
    pages: ui::Pages,
}

struct Carrier {
    group: ui::Entity,
    description: String,
    /// The app it is inherited from; nothing where it is set on the group.
    from: Option<ui::Entity>,
}

pub(super) async fn list(page: Page) -> Result<Response, Failure> {
    render(&tags(&page))
}

pub(super) async fn show(page: Page, Path(key): Path<String>) -> Result<Response, Failure> {
    let found = page.world().find_tag(&key);
    let tag = found.ok_or_else(|| Refusal::not_found(Noun::Tag, &key))?;
    render(&tag_page(&page, tag))
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

fn tag_page(page: &Page, tag: &Tag) -> TagPage {
    const MOST: usize = 20;
    let world = page.world();
    let query = page.query("q");
    let apps: Vec<&App> = world
        .apps()
        .filter(|app| app.tags.contains(&tag.id))
        .collect();
    let found: Vec<_> = world
        .groups()
        .filter(|group| world.tags_on(group).any(|on| on.id == tag.id))
        .filter(|group| contains(&group.name, &query))
        .collect();
    let (groups, pages) = cut(page, found);
    let groups = groups
        .into_iter()
        .map(|group| Carrier {
            group: convert::group(group),
            description: short(&group.description),
            from: group
                .app()
                .filter(|_| !group.tags.contains(&tag.id))
                .and_then(|app| world.app(app))
                .map(convert::app),
        })
        .collect();
    let here = format!("/tags/{}", tag.id);
    let mut actions = Actions::default();
    if page.may(Wish::EditTag, Target::Nothing) {
        actions.add(Action::new("Edit", format!("{here}/edit"), "rule"));
    }
    actions.also(Action::new(
        "In the log",
        address("/activity", &[("subject", &format!("tag:{}", tag.id))]),
        "activity",
    ));
    if page.may(Wish::DeleteTag, Target::Nothing) {
        actions.danger = Some(Action::new("Delete", format!("{here}/delete"), "x"));
    }
    TagPage {
        shell: page.shell(),
        name: tag.name.to_string(),
        chips: vec![
            ui::Chip::kind(ui::Kind::Tag),
            if tag.enabled {
                ui::Chip::level("enabled", ui::Level::Good)
            } else {
                ui::Chip::plain("disabled")
            },
        ],
        lead: tag.description.to_string(),
        actions,
        demands: demands(&tag.constraints),
        enabled: tag.enabled,
        path: here,
        query,
        apps_more: apps.len().saturating_sub(MOST),
        apps: apps.into_iter().take(MOST).map(convert::app).collect(),
        apps_href: listed("/apps", "tag", tag.id),
        groups,
        pages,
    }
}
