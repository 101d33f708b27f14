//! One tag: what it demands and what carries it.

use askama::Template;
use axum::{extract::Path, response::Response};
use portcullis_model::{Action as Wish, App, Noun, Refusal, Tag, Target, world::contains};

use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        groups::list::{listed, short},
        parts::{Action, Actions, address, cut, demands},
    },
    ui,
};

#[derive(Template)]
#[template(path = "tags/show.html")]
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

pub(crate) async fn show(page: Page, Path(key): Path<String>) -> Result<Response, Failure> {
    let found = page.world().find_tag(&key);
    let tag = found.ok_or_else(|| Refusal::not_found(Noun::Tag, &key))?;
    render(&tag_page(&page, tag))
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
            ui::Chip::kind(ui::EntityKind::Tag),
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
