//! Two people side by side: what both have, and what only one of them has.

use std::collections::BTreeMap;

use portcullis_model::{Expiry, Group, Id, User};

use crate::{
    At,
    pages::{asked::Asked, pick::Kind, prelude::*},
};

/// More lines than this in a column are counted, not shown.
const MOST: usize = 60;
/// More lines than this fold away.
const FOLD: usize = 15;
/// More groups than this are not put into the address of a new role.
const MOST_IN_ROLE: usize = 40;

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare<'p> {
    page: &'p Page,
    a: Asked,
    b: Asked,
    swap: String,
    columns: Vec<Column<'p>>,
    role: String,
}

struct Column<'p> {
    title: String,
    /// Whoever has it and whoever lacks it; nothing of what both have.
    who: Option<[&'p User; 2]>,
    /// The first, and those folded away.
    rows: Vec<Row<'p>>,
    folded: Vec<Row<'p>>,
    /// How many more there are.
    more: usize,
}

/// A group, and as what they are in it until when: as a member, an owner or both.
type Row<'w> = (&'w Group, Vec<(MembershipKind, Vec<Expiry>)>);

impl Column<'_> {
    fn total(&self) -> usize {
        self.rows.len() + self.folded.len() + self.more
    }
}

pub(crate) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    // Whoever has chosen nobody compares themself with somebody.
    let a = match page.query("a") {
        nobody if nobody.is_empty() => "me".to_owned(),
        chosen => chosen,
    };
    let (a, a_picked) = pick(&page, "a", "One person", a);
    let (b, b_picked) = pick(&page, "b", "Another", page.query("b"));
    let a_picked = a_picked.or_later(&web, &page).await?;
    let b_picked = b_picked.or_later(&web, &page).await?;
    let (mut columns, mut role) = (Vec::new(), String::new());
    if let (Some(a), Some(b)) = (a, b) {
        let [both, only_a, only_b] = compared(&page, a, b);
        if page.may(Wish::CreateGroup, Target::Nothing) {
            role = self::role(a, &both);
        }
        let only = |who: &User| format!("Only {}", who.name);
        columns = vec![
            column("Both".into(), &both, None),
            column(only(a), &only_a, Some([a, b])),
            column(only(b), &only_b, Some([b, a])),
        ];
    }
    render(&Compare {
        page: &page,
        swap: address("/compare", &[("a", &b_picked.text), ("b", &a_picked.text)]),
        a: a_picked,
        b: b_picked,
        columns,
        role,
    })
}

/// The user a query parameter means: whom it names, or the only match of a search.
pub(crate) fn pick<'p>(
    page: &'p Page,
    field: &'static str,
    label: &'static str,
    text: String,
) -> (Option<&'p User>, Asked) {
    let asked = Asked::of(page, Kind::Person, field, label, text);
    let found = asked.found.as_ref();
    let user = found.and_then(|found| page.world().user(Id::new(found.id)));
    (user, asked)
}

/// A place in a group, and until when they have it who have it.
type Has<'w> = (&'w Group, MembershipKind, Vec<Expiry>);

/// What both have, what only `a` has and what only `b` has.
fn compared<'p>(page: &'p Page, a: &User, b: &User) -> [Vec<Has<'p>>; 3] {
    let (world, now) = (page.world(), page.now());
    let has = |user: &User| -> BTreeMap<_, _> {
        let all = world.groups_of(user.id, now);
        all.map(|(group, kind, until)| ((&*group.name, kind, group.id), (group, until)))
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
    [both, only_a, only_b.collect()]
}

/// Where a role of what both have is made; empty where a role could lead nowhere.
fn role(a: &User, both: &[Has<'_>]) -> String {
    let could = both.iter().filter(|(group, kind, _)| {
        *kind == MembershipKind::Member && group.is_managed() && !group.is_role()
    });
    let groups: Vec<_> = could
        .take(MOST_IN_ROLE)
        .map(|(group, ..)| group.id.to_string())
        .collect();
    if groups.is_empty() {
        return String::new();
    }
    let (from, groups) = (a.id.to_string(), groups.join(","));
    address("/roles/new", &[("from", &from), ("groups", &groups)])
}

fn column<'p>(title: String, all: &[Has<'p>], who: Option<[&'p User; 2]>) -> Column<'p> {
    let of_one = all.chunk_by(|a, b| a.0.id == b.0.id);
    let mut rows: Vec<Row<'p>> = of_one
        .map(|of_one| {
            let as_what = of_one.iter().map(|(_, kind, ends)| (*kind, ends.clone()));
            (of_one[0].0, as_what.collect())
        })
        .collect();
    let more = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let folded = rows.split_off(rows.len().min(FOLD));
    Column {
        title,
        who,
        rows,
        folded,
        more,
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
