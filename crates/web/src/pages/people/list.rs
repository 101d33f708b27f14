//! The list of people.

use portcullis_model::{
    User, UserKind,
    world::query::{UserBy, UserQuery},
};

use crate::pages::{grants::person, prelude::*};

#[derive(Template)]
#[template(path = "people/list.html")]
struct People<'p> {
    page: &'p Page,
    it: List<'p, &'p User>,
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    let world = page.world();
    let manager = world.find_user(&page.query("manager"));
    let sort = Sort::of(&page, "login");
    let query = UserQuery {
        q: &page.query("q"),
        kind: UserKind::parse(&page.query("kind")),
        manager: manager.map(|manager| manager.id),
        sort: sort.query(match sort.by.as_str() {
            "name" => UserBy::Name,
            "title" => UserBy::Title,
            "manager" => UserBy::Manager,
            "groups" => UserBy::Groups,
            _ => UserBy::Login,
        }),
    };
    let mut it = List::of(&page, "/people", sort, &query, |user| user);
    it.select(
        "kind",
        "Kind",
        [
            ("", "People and programs", ""),
            ("person", "People", ""),
            ("service", "Services", ""),
            ("agent", "Agents", ""),
        ],
    );
    it.narrowed("Reports to", "manager", manager.map_or("", |m| &m.name));
    let same = ["q", "kind", "manager", "sort", "order"];
    it.exported("/api/v1/users", &same, &[]);
    it.offer(Wish::CreateUser, "Add a person");
    render(&People { page: &page, it })
}

/// How many groups somebody is in.
fn groups(page: &Page, user: &User) -> usize {
    page.world().groups_of(user.id, page.now()).count()
}
