//! Lists of groups and roles.

use super::{By, Key, Order, Query, Sort};
use crate::{
    App, Group, Id, MembershipKind, Tag, Timestamp, User,
    world::{World, list::walk, search::Searched as _},
};

/// What groups are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// What they are called.
    #[default]
    Name,
    /// The name of their app.
    App,
    /// How many are members, directly or through roles.
    Members,
    /// How many are owners, directly or through roles.
    Owners,
}

/// Which groups.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupQuery<'q> {
    /// Text in the name or description.
    pub q: &'q str,
    /// Roles only, or none.
    pub role: Option<bool>,
    /// Groups of apps only, or none.
    pub of_app: Option<bool>,
    /// Groups of this app only.
    pub app: Option<Id<App>>,
    /// Groups with this tag in force, their own or their app's.
    pub tag: Option<Id<Tag>>,
    /// Whether Portcullis is the authority over them.
    pub managed: Option<bool>,
    /// Groups this user owns, directly or through a role.
    pub owner: Option<Id<User>>,
    /// In which order.
    pub sort: Sort<GroupBy>,
}

impl Query for GroupQuery<'_> {
    type Row = Group;

    fn named<'w>(
        &self,
        world: &'w World,
        after: Option<&str>,
        order: Order,
    ) -> Box<dyn Iterator<Item = &'w Group> + 'w> {
        let groups = walk(&world.group_names, after, order);
        Box::new(groups.filter_map(|ix| Some(&*world.group_at(*ix)?.group)))
    }
    fn name(group: &Group) -> &str {
        &group.name
    }
    fn text(&self) -> &str {
        self.q
    }
    fn count(&self, world: &World) -> Option<usize> {
        let all = (self.role, self.of_app, self.managed) == (None, None, None);
        (all && self.tag.is_none()).then(|| Group::count(world))
    }
    fn takes(&self, world: &World, group: &Group) -> bool {
        self.role.is_none_or(|role| role == group.is_role())
            && self
                .of_app
                .is_none_or(|of_app| of_app == group.app().is_some())
            && self.app.is_none_or(|app| group.app() == Some(app))
            && self
                .managed
                .is_none_or(|managed| managed == group.is_managed())
            && self
                .tag
                .is_none_or(|tag| world.tags_on(group).any(|on| on.id == tag))
    }
    fn few<'w>(&self, world: &'w World, now: Timestamp) -> Option<Vec<&'w Group>> {
        match (self.owner, self.app) {
            (Some(owner), _) => Some(world.owned_with_apps(owner, now).collect()),
            (None, Some(app)) => Some(world.app_groups(app).collect()),
            (None, None) => None,
        }
    }
    fn order(&self) -> (Order, Order) {
        (self.sort.order, self.sort.ties)
    }
    fn by_name(&self) -> bool {
        self.sort.by == GroupBy::Name
    }
    fn key<'w>(&self, world: &'w World, now: Timestamp) -> Key<'w, Group> {
        let held = |kind| -> Key<'w, Group> {
            let mut counter = world.counter(now);
            Box::new(move |group| By::Number(counter.held(group.id, kind)))
        };
        match self.sort.by {
            GroupBy::Name => Box::new(|group| By::text(&group.name)),
            GroupBy::App => Box::new(|group| {
                let app = group.app().and_then(|app| world.app(app));
                By::text(app.map_or("", |app| &app.name))
            }),
            GroupBy::Members => held(MembershipKind::Member),
            GroupBy::Owners => held(MembershipKind::Owner),
        }
    }
}

impl World {
    /// The groups a user owns, directly or through a role.
    pub fn owned_by(&self, user: Id<User>, now: Timestamp) -> impl Iterator<Item = &Group> {
        self.groups_of(user, now)
            .filter(|(_, kind, _)| *kind == MembershipKind::Owner)
            .map(|(group, ..)| group)
    }
}
