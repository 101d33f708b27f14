//! One tag: what it demands and what carries it.

use portcullis_model::{Group, Tag, world::contains};

use crate::pages::{constraints::demands, prelude::*};

#[derive(Template)]
#[template(path = "tags/show.html")]
struct TagPage<'p> {
    page: &'p Page,
    tag: &'p Tag,
    chips: Vec<ui::Chip>,
    apps: ui::Aside,
    groups: List<'p, &'p Group>,
}

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    const MOST: usize = 20;
    let (tag, world) = (page.shown::<Tag>()?, page.world());
    let apps = world.apps().filter(|app| app.tags.contains(&tag.id));
    render(&TagPage {
        page: &page,
        tag,
        chips: vec![
            ui::Chip::kind(ui::EntityKind::Tag),
            if tag.enabled {
                ui::Chip::level("enabled", ui::Level::Good)
            } else {
                ui::Chip::plain("disabled")
            },
        ],
        apps: Few::of(MOST, apps.collect(), convert::app)
            .beside("Apps", format!("/apps?tag={}", tag.id))
            .or_none("None."),
        groups: groups(&page, tag),
    })
}

fn groups<'p>(page: &'p Page, tag: &Tag) -> List<'p, &'p Group> {
    let (world, query) = (page.world(), page.query("q"));
    let found: Vec<_> = world
        .groups()
        .filter(|group| world.tags_on(group).any(|on| on.id == tag.id))
        .filter(|group| contains(&group.name, &query))
        .collect();
    let here = convert::tag_href(tag);
    let sort = Sort::of(page, "name");
    let mut list = List::new(page, &*here, sort, found, Some);
    let may = |action| page.may(action, Target::Nothing);
    let (edit, delete) = (may(Wish::EditTag), may(Wish::DeleteTag));
    list.actions
        .add([(edit, "Edit", format!("{here}/edit"), "rule")]);
    list.actions.end("tag", tag.id, delete, &here);
    list
}
