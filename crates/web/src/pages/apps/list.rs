//! The list of apps.

use portcullis_model::{App, record::AppOrigin, world::query::AppQuery};

use crate::pages::prelude::*;

#[derive(Template)]
#[template(path = "apps/list.html")]
struct Apps<'p> {
    page: &'p Page,
    it: List<'p, &'p App>,
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
    let mut it = List::of(&page, "/apps", sort, &query, |app| app);
    it.searched("Text");
    it.narrowed("Tag", "tag", tag.map_or("", |tag| &tag.name));
    it.offer(Wish::CreateApp, "New app");
    render(&Apps { page: &page, it })
}

/// The first of an app's owners.
fn owners(page: &Page, app: &App) -> Few<ui::Entity> {
    let world = page.world();
    let owners = world.owners_group(app.id).map_or_else(Vec::new, |group| {
        world.holders(group.id, MembershipKind::Owner, page.now())
    });
    Few::of(2, owners, |holder| convert::user(holder.user))
}
