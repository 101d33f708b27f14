//! Lists of people.

use super::{By, Key, Order, Query, Sort};
use crate::{
    Id, Timestamp, User, UserKind,
    world::{World, contain, list::walk, search::Searched as _},
};

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
    /// Those of a kind only.
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
        let email = user.email.as_deref().unwrap_or_default();
        contain(&[&user.login, &user.name, email], q)
    }
}

impl Query for UserQuery<'_> {
    type Row = User;

    fn named<'w>(
        &self,
        world: &'w World,
        after: Option<&str>,
        order: Order,
    ) -> Box<dyn Iterator<Item = &'w User> + 'w> {
        match self.kind {
            Some(kind) => world.users_of(kind, after, order),
            None => Box::new(walk(&world.logins, after, order).map(|(_, user)| &**user)),
        }
    }
    fn name(user: &User) -> &str {
        &user.login
    }
    fn text(&self) -> &str {
        self.q
    }
    fn count(&self, world: &World) -> Option<usize> {
        match (self.kind, self.manager) {
            (None, None) => Some(User::count(world)),
            (Some(kind), None) => Some(world.count_of(kind)),
            (_, Some(_)) => None,
        }
    }
    fn takes(&self, _: &World, user: &User) -> bool {
        self.kind.is_none_or(|kind| user.kind == kind)
            && self
                .manager
                .is_none_or(|manager| user.manager == Some(manager))
    }
    fn few<'w>(&self, world: &'w World, _: Timestamp) -> Option<Vec<&'w User>> {
        Some(world.reports_of(self.manager?).collect())
    }
    fn order(&self) -> (Order, Order) {
        (self.sort.order, self.sort.ties)
    }
    fn by_name(&self) -> bool {
        self.sort.by == UserBy::Login
    }
    fn key<'w>(&self, world: &'w World, now: Timestamp) -> Key<'w, User> {
        match self.sort.by {
            UserBy::Login => Box::new(|user| By::text(&user.login)),
            UserBy::Name => Box::new(|user| By::text(&user.name)),
            UserBy::Title => Box::new(|user| By::text(user.title())),
            UserBy::Manager => Box::new(|user| {
                let manager = user.manager.and_then(|id| world.user(id));
                By::text(manager.map_or("", |manager| &manager.name))
            }),
            UserBy::Groups => {
                let mut counter = world.counter(now);
                Box::new(move |user| By::Number(counter.groups_of(user.id)))
            }
        }
    }
}
