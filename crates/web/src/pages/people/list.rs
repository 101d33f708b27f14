//! The list of people.

use askama::Template;
use axum::response::Response;
use portcullis_model::{
    User, UserKind,
    world::query::{Query as _, UserBy, UserQuery},
};

use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        parts::{self, Action, Actions, Person, Sort, column, cut, filter},
    },
    ui,
};
use portcullis_model::{Action as Wish, Target};

#[derive(Template)]
#[template(path = "people/list.html")]
struct People {
    shell: ui::Shell,
    actions: Actions,
    query: String,
    kind: String,
    kinds: Vec<ui::Choice>,
    filters: Vec<ui::Filter>,
    name: ui::Column,
    title: ui::Column,
    manager: ui::Column,
    groups: ui::Column,
    rows: Vec<Row>,
    pages: ui::Pages,
}

struct Row {
    who: Person,
    title: String,
    is_service: bool,
    manager: Option<ui::Entity>,
    groups: usize,
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    render(&people(&page))
}

fn people(page: &Page) -> People {
    let (world, now) = (page.world(), page.now());
    let (query, kind) = (page.query("q"), page.query("kind"));
    let manager = page.query("manager");
    let manager = world.find_user(&manager);
    let sort = Sort::of(page, "login");
    let wanted = UserQuery {
        q: &query,
        kind: match kind.as_str() {
            "person" => Some(UserKind::Person),
            "service" => Some(UserKind::Service),
            _ => None,
        },
        manager: manager.map(|manager| manager.id),
        sort: sort.query(match sort.by.as_str() {
            "name" => UserBy::Name,
            "title" => UserBy::Title,
            "manager" => UserBy::Manager,
            "groups" => UserBy::Groups,
            _ => UserBy::Login,
        }),
    };
    let found = wanted.all(world, now);
    let (rows, pages) = cut(page, found);
    let rows = rows
        .into_iter()
        .map(|user| Row {
            who: parts::person(user),
            title: title(user),
            is_service: user.kind == UserKind::Service,
            manager: user
                .manager
                .and_then(|id| world.user(id))
                .map(convert::user),
            groups: world.groups_of(user.id, now).count(),
        })
        .collect();
    let mut filters = Vec::new();
    if let Some(manager) = manager {
        filters.push(filter(page, "Reports to", "manager", manager.name.as_str()));
    }
    let mut actions = Actions::default();
    if page.may(Wish::CreateUser, Target::Nothing) {
        actions.add(Action::new("Add a person", "/people/new", "plus"));
    }
    People {
        shell: page.shell(),
        actions,
        name: column(page, "Person", "login", "login"),
        title: column(page, "Title", "title", "login"),
        manager: column(page, "Reports to", "manager", "login"),
        groups: column(page, "Groups", "groups", "login"),
        query,
        kind,
        kinds: vec![
            ui::Choice::new("", "People and services"),
            ui::Choice::new("person", "People"),
            ui::Choice::new("service", "Services"),
        ],
        filters,
        rows,
        pages,
    }
}

/// What somebody does, as the directory has it.
pub(crate) fn title(user: &User) -> String {
    user.title().to_owned()
}
