//! Lists of people.

use super::{By, Order, Query, Sort};
use crate::{
    Id, Timestamp, User, UserKind, name,
    world::{World, contain, list::walk},
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
        let email = user.email.as_deref().unwrap_or_default();
        contain(&[&user.login, &user.name, email], q)
    }
}

impl Query for UserQuery<'_> {
    type Row = User;

    fn named<'w>(
        world: &'w World,
        after: Option<&str>,
        order: Order,
    ) -> Box<dyn Iterator<Item = &'w User> + 'w> {
        Box::new(walk(&world.logins, after, order).map(|(_, user)| &**user))
    }
    fn name(user: &User) -> String {
        name::key(&user.login)
    }
    fn text(&self) -> &str {
        self.q
    }
    fn takes_all(&self) -> bool {
        self.kind.is_none() && self.manager.is_none()
    }
    fn takes(&self, _: &World, user: &User) -> bool {
        self.kind.is_none_or(|kind| user.kind == kind)
            && self
                .manager
                .is_none_or(|manager| user.manager == Some(manager))
    }
    fn order(&self) -> (Order, Order) {
        (self.sort.order, self.sort.ties)
    }
    fn by_name(&self) -> bool {
        self.sort.by == UserBy::Login
    }
    fn key<'w>(&self, world: &'w World, user: &'w User, now: Timestamp) -> By<'w> {
        match self.sort.by {
            UserBy::Login => By::text(&user.login),
            UserBy::Name => By::text(&user.name),
            UserBy::Title => By::text(user.title()),
            UserBy::Manager => {
                let manager = user.manager.and_then(|id| world.user(id));
                By::text(manager.map_or("", |manager| &manager.name))
            }
            UserBy::Groups => By::Number(world.group_count_of(user.id, now)),
        }
    }
}
