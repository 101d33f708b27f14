//! Lists as values: which rows, in which order, and which part of them. The API, pages and the
//! command line ask the same queries, so a list is the same wherever it is seen.

use std::cmp::Ordering;

use super::{World, contains};
use crate::{App, Group, Id, MembershipKind, Request, Tag, Timestamp, User, UserKind, name};

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The smallest first.
    #[default]
    Asc,
    /// The largest first.
    Desc,
}

impl Order {
    const fn of(self, ordering: Ordering) -> Ordering {
        match self {
            Self::Asc => ordering,
            Self::Desc => ordering.reverse(),
        }
    }
}

/// How a list is sorted by `B`: which way, and which way by name what is equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort<B> {
    /// By what.
    pub by: B,
    /// Which way.
    pub order: Order,
    /// Which way by name, those that are equal.
    pub ties: Order,
}

/// A part of a list: so many rows after a place in its order.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'q> {
    /// How many rows at most.
    pub limit: usize,
    /// The place where the last part ended.
    pub after: Option<&'q str>,
}

/// Some rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// How many there are in all, where that is known without counting.
    pub total: Option<usize>,
    /// The place of the last row, unless it ends the list.
    pub next: Option<String>,
}

impl Slice<'_> {
    /// A page of rows that come in order from just after the place. Takes no more than it needs.
    /// `all` is how many there are in all, if that is known.
    pub fn take<R>(
        &self,
        rows: impl Iterator<Item = R>,
        all: Option<usize>,
        place: impl Fn(&R) -> String,
    ) -> Page<R> {
        let mut rows = rows.fuse();
        let taken: Vec<R> = rows.by_ref().take(self.limit).collect();
        let more = rows.next().is_some();
        let counted = (self.after.is_none() && !more).then_some(taken.len());
        Page {
            next: taken.last().filter(|_| more).map(place),
            total: all.or(counted),
            rows: taken,
        }
    }

    /// A page of rows that are all at hand in the order of their places.
    pub fn of<R>(&self, all: Vec<R>, place: impl Fn(&R) -> String) -> Page<R> {
        let count = all.len();
        let passed = |row: &R| self.after.is_some_and(|after| place(row).as_str() <= after);
        let rest = all.into_iter().skip_while(passed);
        self.take(rest, Some(count), &place)
    }
}

/// A list of `Row`s that the world has by name.
pub trait Query {
    /// What is listed.
    type Row;

    /// All rows by name, those after `after` if given.
    fn named<'w>(
        world: &'w World,
        after: Option<&str>,
    ) -> Box<dyn Iterator<Item = &'w Self::Row> + 'w>;
    /// What a row is sorted by if by nothing else, and what tells it from all others.
    fn name(row: &Self::Row) -> String;
    /// How many rows there are, where the query takes them all.
    fn count(&self, world: &World) -> Option<usize>;
    /// Whether a row is meant, of those that may be.
    fn takes(&self, world: &World, row: &Self::Row) -> bool;

    /// The few rows that may be meant, where they are found quicker than by looking at all.
    fn few<'w>(&self, _: &'w World, _: Timestamp) -> Option<Vec<&'w Self::Row>> {
        None
    }
    /// Which way it is sorted, and which way by name those that are equal.
    fn order(&self) -> (Order, Order);
    /// Whether it is sorted by nothing but the name.
    fn by_name(&self) -> bool {
        true
    }
    /// What a row is sorted by.
    fn key(&self, _: &World, row: &Self::Row, _: Timestamp) -> String {
        Self::name(row)
    }

    /// All rows that are meant, in order.
    fn all<'w>(&self, world: &'w World, now: Timestamp) -> Vec<&'w Self::Row> {
        let rows = self.ranked(world, now);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// A part of them.
    fn page<'w>(&self, world: &'w World, now: Timestamp, slice: &Slice<'_>) -> Page<&'w Self::Row> {
        let walks = self.by_name() && self.order().0 == Order::Asc;
        if walks && self.few(world, now).is_none() {
            let rows = Self::named(world, slice.after).filter(|row| self.takes(world, row));
            return slice.take(rows, self.count(world), |row| Self::name(row));
        }
        let rows = self.ranked(world, now);
        let count = rows.len();
        let after = slice.after.map(|after| {
            let (key, name) = after.split_once('\0').unwrap_or((after, after));
            (key.to_owned(), name.to_owned())
        });
        let rest = rows.into_iter().skip_while(|(place, _)| {
            let after = after.as_ref();
            after.is_some_and(|after| self.compare(place, after) != Ordering::Greater)
        });
        let page = slice.take(rest, Some(count), |((key, name), _)| {
            format!("{key}\0{name}")
        });
        Page {
            rows: page.rows.into_iter().map(|(_, row)| row).collect(),
            total: page.total,
            next: page.next,
        }
    }

    /// All rows that are meant with what they are sorted by, in order.
    #[doc(hidden)]
    fn ranked<'w>(
        &self,
        world: &'w World,
        now: Timestamp,
    ) -> Vec<((String, String), &'w Self::Row)> {
        let rows = match self.few(world, now) {
            Some(few) => few,
            None => Self::named(world, None).collect(),
        };
        let mut rows: Vec<_> = rows
            .into_iter()
            .filter(|row| self.takes(world, row))
            .map(|row| {
                let name = Self::name(row);
                ((self.key(world, row, now), name), row)
            })
            .collect();
        rows.sort_by(|(a, _), (b, _)| self.compare(a, b));
        rows
    }

    /// The order of two rows by what they are sorted by.
    #[doc(hidden)]
    fn compare(&self, a: &(String, String), b: &(String, String)) -> Ordering {
        let (order, ties) = self.order();
        order.of(a.0.cmp(&b.0)).then_with(|| ties.of(a.1.cmp(&b.1)))
    }
}

/// A number as a text that sorts as the number does.
fn padded(number: usize) -> String {
    format!("{number:020}")
}

/// What users are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserBy {
    /// What they sign in as.
    #[default]
    Login,
    /// As people call them.
    Name,
    /// What they do.
    Title,
    /// Whom they report to.
    Manager,
    /// In how many groups they are.
    Groups,
}

/// Which users.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserQuery<'q> {
    /// Text in the login, name or e-mail address.
    pub q: &'q str,
    /// Persons or services only.
    pub kind: Option<UserKind>,
    /// Those who report to this user.
    pub manager: Option<Id<User>>,
    /// In which order.
    pub sort: Sort<UserBy>,
}

impl UserQuery<'_> {
    /// Whether somebody is meant by a text.
    #[must_use]
    pub fn means(user: &User, q: &str) -> bool {
        contains(&user.login, q)
            || contains(&user.name, q)
            || user
                .email
                .as_deref()
                .is_some_and(|email| contains(email, q))
    }
}

impl Query for UserQuery<'_> {
    type Row = User;

    fn named<'w>(world: &'w World, after: Option<&str>) -> Box<dyn Iterator<Item = &'w User> + 'w> {
        Box::new(world.users_after(after))
    }
    fn name(user: &User) -> String {
        name::key(&user.login)
    }
    fn count(&self, world: &World) -> Option<usize> {
        let all = self.q.is_empty() && self.kind.is_none() && self.manager.is_none();
        all.then(|| world.user_count())
    }
    fn takes(&self, _: &World, user: &User) -> bool {
        self.kind.is_none_or(|kind| user.kind == kind)
            && self
                .manager
                .is_none_or(|manager| user.manager == Some(manager))
            && Self::means(user, self.q)
    }
    fn order(&self) -> (Order, Order) {
        (self.sort.order, self.sort.ties)
    }
    fn by_name(&self) -> bool {
        self.sort.by == UserBy::Login
    }
    fn key(&self, world: &World, user: &User, now: Timestamp) -> String {
        match self.sort.by {
            UserBy::Login => Self::name(user),
            UserBy::Name => name::key(&user.name),
            UserBy::Title => name::key(user.title()),
            UserBy::Manager => {
                let manager = user.manager.and_then(|id| world.user(id));
                manager.map_or_else(String::new, |manager| name::key(&manager.name))
            }
            UserBy::Groups => padded(world.groups_of(user.id, now).count()),
        }
    }
}

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
        world: &'w World,
        after: Option<&str>,
    ) -> Box<dyn Iterator<Item = &'w Group> + 'w> {
        Box::new(world.groups_after(after))
    }
    fn name(group: &Group) -> String {
        name::key(&group.name)
    }
    fn count(&self, world: &World) -> Option<usize> {
        let all = self.q.is_empty()
            && (self.role, self.of_app, self.managed) == (None, None, None)
            && self.tag.is_none();
        all.then(|| world.group_count())
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
            && (contains(&group.name, self.q) || contains(&group.description, self.q))
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
    fn key(&self, world: &World, group: &Group, now: Timestamp) -> String {
        let held = |kind| padded(world.holder_count(group.id, kind, now));
        match self.sort.by {
            GroupBy::Name => Self::name(group),
            GroupBy::App => {
                let app = group.app().and_then(|app| world.app(app));
                app.map_or_else(String::new, |app| name::key(&app.name))
            }
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

    fn named<'w>(world: &'w World, after: Option<&str>) -> Box<dyn Iterator<Item = &'w App> + 'w> {
        Box::new(world.apps_after(after))
    }
    fn name(app: &App) -> String {
        name::key(&app.name)
    }
    fn count(&self, world: &World) -> Option<usize> {
        (self.q.is_empty() && self.tag.is_none()).then(|| world.app_count())
    }
    fn takes(&self, _: &World, app: &App) -> bool {
        self.tag.is_none_or(|tag| app.tags.contains(&tag))
            && (contains(&app.name, self.q) || contains(&app.description, self.q))
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

    fn named<'w>(world: &'w World, after: Option<&str>) -> Box<dyn Iterator<Item = &'w Tag> + 'w> {
        Box::new(world.tags_after(after))
    }
    fn name(tag: &Tag) -> String {
        name::key(&tag.name)
    }
    fn count(&self, world: &World) -> Option<usize> {
        (self.q.is_empty() && self.enabled.is_none()).then(|| world.tag_count())
    }
    fn takes(&self, _: &World, tag: &Tag) -> bool {
        self.enabled.is_none_or(|enabled| enabled == tag.enabled)
            && (contains(&tag.name, self.q) || contains(&tag.description, self.q))
    }
    fn order(&self) -> (Order, Order) {
        (self.order, self.order)
    }
}

/// Which pending requests. What is decided is history, and the store's to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestQuery<'q> {
    /// Text in the reason, in the requester's login or name, or in the group's name.
    pub q: &'q str,
    /// About this group.
    pub group: Option<Id<Group>>,
    /// Filed by this user.
    pub requester: Option<Id<User>>,
}

impl RequestQuery<'_> {
    /// Those that wait for `decider`, oldest first.
    #[must_use]
    pub fn waiting<'w>(
        &self,
        world: &'w World,
        decider: Id<User>,
        now: Timestamp,
    ) -> Vec<&'w Request> {
        let mut waiting = world.waits_for(decider, now);
        waiting.retain(|request| self.takes(world, request));
        waiting
    }

    fn takes(&self, world: &World, request: &Request) -> bool {
        let by = world.user(request.requester);
        let about = request.wants.group();
        self.group.is_none_or(|group| about == Some(group))
            && self.requester.is_none_or(|user| request.requester == user)
            && (contains(&request.reason, self.q)
                || by.is_some_and(|by| contains(&by.login, self.q) || contains(&by.name, self.q))
                || about
                    .and_then(|group| world.group(group))
                    .is_some_and(|group| contains(&group.name, self.q)))
    }
}
