//! Lists of apps and of tags.

use super::{Order, Query};
use crate::{
    App, Id, Tag,
    world::{World, list::walk, search::Searched as _},
};

/// Which apps, by name.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppQuery<'q> {
    /// Text in the name or description.
    pub q: &'q str,
    /// Apps with this tag.
    pub tag: Option<Id<Tag>>,
    /// Which way.
    pub order: Order,
}

impl Query for AppQuery<'_> {
    type Row = App;

    fn named<'w>(
        &self,
        world: &'w World,
        after: Option<&str>,
        order: Order,
    ) -> Box<dyn Iterator<Item = &'w App> + 'w> {
        let apps = walk(&world.app_names, after, order);
        Box::new(apps.filter_map(|id| world.app(Id::new(*id))))
    }
    fn name(app: &App) -> &str {
        &app.name
    }
    fn text(&self) -> &str {
        self.q
    }
    fn count(&self, world: &World) -> Option<usize> {
        self.tag.is_none().then(|| App::count(world))
    }
    fn takes(&self, _: &World, app: &App) -> bool {
        self.tag.is_none_or(|tag| app.tags.contains(&tag))
    }
    fn order(&self) -> (Order, Order) {
        (self.order, self.order)
    }
}

/// Which tags, by name.
#[derive(Clone, Copy, Debug, Default)]
pub struct TagQuery<'q> {
    /// Text in the name or description.
    pub q: &'q str,
    /// Enabled or disabled tags only.
    pub enabled: Option<bool>,
    /// Which way.
    pub order: Order,
}

impl Query for TagQuery<'_> {
    type Row = Tag;

    fn named<'w>(
        &self,
        world: &'w World,
        after: Option<&str>,
        order: Order,
    ) -> Box<dyn Iterator<Item = &'w Tag> + 'w> {
        let tags = walk(&world.tag_names, after, order);
        Box::new(tags.filter_map(|id| world.tag(Id::new(*id))))
    }
    fn name(tag: &Tag) -> &str {
        &tag.name
    }
    fn text(&self) -> &str {
        self.q
    }
    fn count(&self, world: &World) -> Option<usize> {
        self.enabled.is_none().then(|| Tag::count(world))
    }
    fn takes(&self, _: &World, tag: &Tag) -> bool {
        self.enabled.is_none_or(|enabled| enabled == tag.enabled)
    }
    fn order(&self) -> (Order, Order) {
        (self.order, self.order)
    }
}
