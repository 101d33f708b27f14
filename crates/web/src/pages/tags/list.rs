//! The list of tags.

use std::collections::HashMap;

use portcullis_model::{Id, Tag, world::query::TagQuery};

use crate::pages::{constraints::demands, prelude::*};

#[derive(Template)]
#[template(path = "tags/list.html")]
struct Tags<'p> {
    page: &'p Page,
    /// Each with the number of groups and of apps that carry it.
    it: List<'p, (&'p Tag, usize, usize)>,
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    let world = page.world();
    let sort = Sort::of(&page, "name");
    let query = TagQuery {
        q: &page.query("q"),
        enabled: None,
        order: sort.order(),
    };
    // One walk over the groups counts for all tags of the page.
    let mut counts: HashMap<Id<Tag>, usize> = HashMap::new();
    for tag in world.groups().flat_map(|group| world.tags_on(group)) {
        *counts.entry(tag.id).or_default() += 1;
    }
    let mut it = List::of(&page, "/tags", sort, &query, |tag| {
        let apps = world.apps().filter(|app| app.tags.contains(&tag.id));
        let groups = counts.get(&tag.id).copied();
        (tag, groups.unwrap_or_default(), apps.count())
    });
    it.searched("Text");
    it.offer(Wish::CreateTag, "New tag");
    render(&Tags { page: &page, it })
}
