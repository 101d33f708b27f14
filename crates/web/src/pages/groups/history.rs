//! Who was in a group, what it led into and what led into it, from when to when.

use portcullis_model::Group;
use portcullis_store::HistoryOf;

use crate::{
    pages::{
        groups::show::{chips, crumbs, tabs},
        history::{self, Older, PER_PAGE, Row},
        names::Names,
        prelude::*,
    },
    ui::timeline::Timeline,
};

#[derive(Template)]
#[template(path = "groups/history.html")]
struct GroupHistory<'p> {
    shell: ui::Shell,
    group: &'p Group,
    crumbs: Vec<ui::Link>,
    chips: Vec<ui::Chip>,
    tabs: Vec<ui::Tab>,
    timeline: Option<Timeline>,
    rows: Vec<Row>,
    links: Vec<Row>,
    older: Older,
}

pub(crate) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let (group, now) = (page.shown::<Group>()?, page.now());
    let (before, store) = (history::before(&page)?, web.app().store());
    let of = HistoryOf::Group(group.id);
    let people = store.membership_history(of, PER_PAGE, before).await?;
    // What led in or out changes seldom: its newest versions stand on the first page.
    let links = match before {
        None => {
            store
                .inclusion_history(group.id, PER_PAGE, None)
                .await?
                .items
        }
        Some(_) => Vec::new(),
    };
    let users = people.items.iter();
    let users = users.map(|v| (v.membership.user.uuid(), v.user.clone()));
    let groups = links.iter().flat_map(|v| {
        let (child, target) = (v.inclusion.child.uuid(), v.inclusion.target.uuid());
        [(child, v.child.clone()), (target, v.target.clone())]
    });
    let names = Names::new(page.world(), users.chain(groups).collect());
    let user = |id| (id, names.user(id));
    let people_history = history::memberships(
        &names,
        &people.items,
        |v| user(v.membership.user.uuid()),
        now,
    );
    let links_history = history::inclusions(
        &names,
        &links,
        |v| {
            let is_child = v.inclusion.child == group.id;
            let (id, word) = if is_child {
                (v.inclusion.target.uuid(), "led into")
            } else {
                (v.inclusion.child.uuid(), "let in")
            };
            (id, names.group(id).with_detail(word))
        },
        now,
    );
    let mut lines = links_history.lines;
    lines.extend(people_history.lines);
    let title = format!("Who was and is in {}", group.name);
    render(&GroupHistory {
        shell: page.shell(),
        group,
        crumbs: crumbs(&page, group),
        chips: chips(group),
        tabs: tabs(
            &page,
            group,
            &format!("{}/history", convert::group_href(group)),
        ),
        timeline: history::timeline(title, lines, now),
        rows: people_history.rows,
        links: links_history.rows,
        older: Older::of(&page, people.next),
    })
}
