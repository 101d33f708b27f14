//! Who was in a group, what it led into and what led into it, from when to when.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_store::HistoryOf;

use crate::{
    Web,
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        groups::show::{chips, crumbs, find, tabs},
        history::{self, PER_PAGE, Row},
        names::Names,
        people::history::cursor,
    },
    ui::{self, timeline::Timeline},
};

#[derive(Template)]
#[template(path = "groups/history.html")]
struct GroupHistory {
    shell: ui::Shell,
    crumbs: Vec<ui::Link>,
    name: String,
    chips: Vec<ui::Chip>,
    tabs: Vec<ui::Tab>,
    timeline: Option<Timeline>,
    rows: Vec<Row>,
    links: Vec<Row>,
    newest: String,
    next: String,
}

pub(crate) async fn show(
    State(web): State<Web>,
    page: Page,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let group = find(&page, &key)?;
    let before = cursor(&page)?;
    let store = web.app().store();
    let people = store
        .membership_history(HistoryOf::Group(group.id), PER_PAGE, before)
        .await?;
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
    let labels = people
        .items
        .iter()
        .map(|v| (v.membership.user.uuid(), v.user.clone()))
        .chain(links.iter().flat_map(|v| {
            let (child, target) = (v.inclusion.child.uuid(), v.inclusion.target.uuid());
            [(child, v.child.clone()), (target, v.target.clone())]
        }));
    let names = Names::new(page.world(), labels.collect::<HashMap<_, _>>());
    let now = page.now();
    let people_history = history::memberships(
        &names,
        &people.items,
        |v| {
            let id = v.membership.user.uuid();
            (id, names.user(id))
        },
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
    let href = convert::group_href(group);
    render(&GroupHistory {
        shell: page.shell(),
        crumbs: crumbs(&page, group),
        name: group.name.to_string(),
        chips: chips(group),
        tabs: tabs(&page, group, &format!("{href}/history")),
        timeline: (!lines.is_empty())
            .then(|| Timeline::fitting("history", title, lines, now.to_jiff())),
        rows: people_history.rows,
        links: links_history.rows,
        newest: before.map_or_else(String::new, |_| page.with_query(&[("before", "")])),
        next: people.next.map_or_else(String::new, |cursor| {
            page.with_query(&[("before", &cursor.to_string())])
        }),
    })
}
