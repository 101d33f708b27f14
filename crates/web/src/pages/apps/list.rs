//! The list of apps.

use portcullis_model::{
    App,
    record::AppOrigin,
    world::query::{AppQuery, Query as _},
};

use crate::pages::prelude::*;

#[derive(Template)]
#[template(path = "apps/list.html")]
struct Apps<'p> {
    page: &'p Page,
    it: List<'p, Row<'p>>,
}

struct Row<'p> {
    app: &'p App,
    groups: usize,
    owners: Few<ui::Entity>,
    tags: Vec<ui::Entity>,
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    let world = page.world();
    let tag = world.find_tag(&page.query("tag"));
    let sort = Sort::of(&page, "name");
    let query = AppQuery {
        q: &page.query("q"),
        tag: tag.map(|tag| tag.id),
        order: sort.order(),
    };
    let found = query.all(world, page.now());
    let mut it = List::new(&page, "/apps", sort, found, |app| Some(row(&page, app)));
    it.searched("Text");
    it.narrowed("Tag", "tag", tag.map_or("", |tag| &tag.name));
    it.offer(Wish::CreateApp, "New app");
    render(&Apps { page: &page, it })
}

fn row<'p>(page: &'p Page, app: &'p App) -> Row<'p> {
    let world = page.world();
    let owners = world.owners_group(app.id).map_or_else(Vec::new, |group| {
        world.holders(group.id, MembershipKind::Owner, page.now())
    });
    let tags = app.tags.iter().filter_map(|id| world.tag(*id));
    Row {
        app,
        groups: world.app_groups(app.id).count(),
        owners: Few::of(2, owners, |holder| convert::user(holder.user)),
        tags: tags.map(convert::tag).collect(),
    }
}
