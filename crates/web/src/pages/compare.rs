//! Two people side by side: what both have, and what only one of them has.

use std::collections::BTreeMap;

use portcullis_model::{Expiry, Group, Id, User};

use crate::{
    At,
    pages::{grants::is_meant, prelude::*},
};

/// More lines than this in a column are counted, not shown.
const MOST: usize = 60;
/// More groups than this are not put into the address of a new role.
const MOST_IN_ROLE: usize = 40;

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare {
    shell: ui::Shell,
    a: Picked,
    b: Picked,
    swap: String,
    columns: Vec<Column>,
    role: String,
}

/// A person to compare, or how to find one.
pub(crate) struct Picked {
    pub field: &'static str,
    pub label: &'static str,
    pub text: String,
    pub who: Option<ui::Entity>,
    /// Whom the text may mean, where it means nobody exactly.
    pub offers: Vec<ui::Link>,
}

struct Column {
    title: String,
    empty: String,
    total: usize,
    rows: Few<Row>,
}

struct Row {
    group: ui::Entity,
    is_owner: bool,
    ends: Vec<ui::ExpiryPill>,
    /// What gives it to whoever lacks it.
    give: Option<(&'static str, String, String)>,
}

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    render(&compare(&page))
}

/// The user a query parameter means: a login, an address, or the only match of a search.
pub(crate) fn pick<'p>(
    page: &'p Page,
    field: &'static str,
    label: &'static str,
) -> (Option<&'p User>, Picked) {
    let world = page.world();
    let text = page.query(field);
    let mut offers = Vec::new();
    let exact = if text == "me" {
        world.user(page.viewer.id)
    } else {
        world.find_user(&text)
    };
    let user = exact.or_else(|| {
        if text.is_empty() {
            return None;
        }
        let found: Vec<_> = world
            .users()
            .filter(|user| is_meant(user, &text))
            .take(FEW)
            .collect();
        if let [only] = found[..] {
            return Some(only);
        }
        offers = found
            .into_iter()
            .map(|user| {
                let label = format!("{} ({})", user.name, user.login);
                ui::Link::new(label, page.with_query(&[(field, &user.login)]))
            })
            .collect();
        None
    });
    let picked = Picked {
        field,
        label,
        text: user.map_or(text, |user| user.login.to_string()),
        who: user.map(convert::user),
        offers,
    };
    (user, picked)
}

fn compare(page: &Page) -> Compare {
    let (a, a_picked) = pick(page, "a", "One person");
    let (b, b_picked) = pick(page, "b", "Another");
    let mut columns = Vec::new();
    let mut role = String::new();
    if let (Some(a), Some(b)) = (a, b) {
        let compared = Compared::of(page, a, b);
        if page.may(Wish::CreateGroup, Target::Nothing) {
            role = compared.role(a);
        }
        columns = compared.columns(page, a, b);
    }
    Compare {
        shell: page.shell(),
        swap: address("/compare", &[("a", &b_picked.text), ("b", &a_picked.text)]),
        a: a_picked,
        b: b_picked,
        columns,
        role,
    }
}

type Has<'w> = (&'w Group, MembershipKind, Vec<Expiry>);

struct Compared<'w> {
    both: Vec<Has<'w>>,
    only_a: Vec<Has<'w>>,
    only_b: Vec<Has<'w>>,
}

impl<'w> Compared<'w> {
    fn of(page: &'w Page, a: &User, b: &User) -> Self {
        let (world, now) = (page.world(), page.now());
        let has =
            |user: &User| -> BTreeMap<(&'w str, MembershipKind, Id<Group>), (&'w Group, Expiry)> {
                world
                    .groups_of(user.id, now)
                    .map(|(group, kind, until)| {
                        ((group.name.as_str(), kind, group.id), (group, until))
                    })
                    .collect()
            };
        let (of_a, mut of_b) = (has(a), has(b));
        let (mut both, mut only_a) = (Vec::new(), Vec::new());
        for (key, (group, until)) in of_a {
            match of_b.remove(&key) {
                Some((_, other)) => both.push((group, key.1, vec![until, other])),
                None => only_a.push((group, key.1, vec![until])),
            }
        }
        let only_b = of_b.into_iter();
        let only_b = only_b.map(|(key, (group, until))| (group, key.1, vec![until]));
        Self {
            both,
            only_a,
            only_b: only_b.collect(),
        }
    }

    /// Where a role of what both have is made; empty where a role could lead nowhere.
    fn role(&self, a: &User) -> String {
        let groups: Vec<_> = self
            .both
            .iter()
            .filter(|(group, kind, _)| {
                *kind == MembershipKind::Member && group.is_managed() && !group.is_role()
            })
            .take(MOST_IN_ROLE)
            .map(|(group, ..)| group.id.to_string())
            .collect();
        if groups.is_empty() {
            return String::new();
        }
        let groups = groups.join(",");
        address(
            "/roles/new",
            &[("from", &a.id.to_string()), ("groups", &groups)],
        )
    }

    fn columns(self, page: &Page, a: &User, b: &User) -> Vec<Column> {
        let nothing = |who: &User| format!("{} has nothing the other lacks.", who.name);
        let column = |title, empty, all: Vec<Has<'_>>, lacks: Option<&User>| Column {
            title,
            empty,
            total: all.len(),
            rows: Few::of(MOST, all, |(group, kind, until)| Row {
                group: convert::group(group),
                is_owner: kind == MembershipKind::Owner,
                ends: until
                    .into_iter()
                    .map(|until| convert::ends(until, page.now()))
                    .collect(),
                give: lacks.and_then(|lacks| match give(page, group, kind, lacks) {
                    Give::Ask(href) => Some(("Ask for this", href, group.name.to_string())),
                    Give::Add(href) => {
                        Some(("Add", href, format!("{} to {}", lacks.name, group.name)))
                    }
                    Give::Nothing => None,
                }),
            }),
        };
        let [only_a, only_b] = [a, b].map(|who| format!("Only {}", who.name));
        let none = "They have nothing in common.".into();
        vec![
            column("Both".into(), none, self.both, None),
            column(only_a, nothing(a), self.only_a, Some(b)),
            column(only_b, nothing(b), self.only_b, Some(a)),
        ]
    }
}

/// How somebody who lacks a place gets it, and where.
pub(crate) enum Give {
    /// They look, and ask.
    Ask(String),
    /// Who looks may add them.
    Add(String),
    Nothing,
}

/// How somebody who lacks a place gets it.
pub(crate) fn give(page: &Page, group: &Group, kind: MembershipKind, lacks: &User) -> Give {
    if page.view.at != At::Now || !group.is_managed() {
        Give::Nothing
    } else if lacks.id == page.viewer.id {
        Give::Ask(ask_href(group, kind))
    } else if page.may(Wish::AddPeople, Target::Group(group)) {
        let (group, user) = (group.id, lacks.id);
        Give::Add(format!(
            "/groups/{group}/people/add?kind={kind}&user={user}"
        ))
    } else {
        Give::Nothing
    }
}
