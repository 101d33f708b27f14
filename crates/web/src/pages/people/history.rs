//! What somebody was in, from when to when, and who saw to it.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_model::{Timestamp, User};
use portcullis_store::{Cursor, HistoryOf};

use crate::{
    Web,
    error::Failure,
    pages::{
        access::{Place, place},
        convert,
        frame::{Page, render},
        history::{self, PER_PAGE, Row},
        names::Names,
        parts::deciding,
        people::show::{self, find, tabs},
    },
    ui::{
        self,
        timeline::{Bar, BarKind, Row as Line, Timeline},
    },
};

/// Lines of what somebody has through roles, above what they had themselves.
const MOST_THROUGH: usize = 12;

#[derive(Template)]
#[template(path = "people/history.html")]
struct PersonHistory {
    shell: ui::Shell,
    name: String,
    login: String,
    chips: Vec<ui::Chip>,
    tabs: Vec<ui::Tab>,
    timeline: Option<Timeline>,
    rows: Vec<Row>,
    newest: String,
    next: String,
}

pub(crate) async fn show(
    State(web): State<Web>,
    page: Page,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let user = find(&page, &key)?;
    let before = cursor(&page)?;
    let versions = web
        .app()
        .store()
        .membership_history(HistoryOf::User(user.id), PER_PAGE, before)
        .await?;
    let names = Names::new(
        page.world(),
        versions
            .items
            .iter()
            .map(|v| (v.membership.group.uuid(), v.group.clone()))
            .collect::<HashMap<_, _>>(),
    );
    let history = history::memberships(
        &names,
        &versions.items,
        |v| {
            let id = v.membership.group.uuid();
            (id, names.group(id))
        },
        page.now(),
    );
    let mut lines = history.lines;
    if before.is_none() {
        lines.extend(through(&page, user));
    }
    let title = format!("What {} was and is in", user.name);
    render(&PersonHistory {
        shell: page.shell(),
        name: user.name.to_string(),
        login: user.login.to_string(),
        chips: show::chips(&page, user),
        tabs: tabs(user, None, &format!("{}/history", convert::user_href(user))),
        timeline: (!lines.is_empty())
            .then(|| Timeline::fitting("history", title, lines, page.now().to_jiff())),
        rows: history.rows,
        newest: before.map_or_else(String::new, |_| page.with_query(&[("before", "")])),
        next: versions.next.map_or_else(String::new, |cursor| {
            page.with_query(&[("before", &cursor.to_string())])
        }),
    })
}

/// The page of a history that `?before=` asks for.
pub(crate) fn cursor(page: &Page) -> Result<Option<Cursor>, Failure> {
    let text = page.query("before");
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text.parse::<Cursor>();
    Ok(Some(parsed.map_err(|bad| {
        portcullis_model::Refusal::invalid("before", bad.to_string())
    })?))
}

/// What somebody has now through roles, each for as long as its way has stood.
fn through(page: &Page, user: &User) -> Vec<Line> {
    let (world, now) = (page.world(), page.now());
    let all = world.access_of(user.id, now);
    all.iter()
        .filter(|access| place(world, access) != Place::Roles)
        .filter_map(|access| {
            let path = deciding(&access.paths, access.until).filter(|path| !path.is_direct())?;
            let starts = path.via.iter().map(|inclusion| inclusion.validity.from);
            let from = starts.fold(path.direct.validity.from, Ord::max);
            let first = world.group(path.direct.group)?;
            Some(Line {
                label: access.group.name.to_string(),
                href: convert::group_href(access.group),
                bars: vec![Bar {
                    kind: BarKind::Through,
                    from: from.to_jiff(),
                    until: access.until.instant().map(Timestamp::to_jiff),
                    note: format!("through {}", first.name),
                }],
            })
        })
        .take(MOST_THROUGH)
        .collect()
}
