//! What somebody was in, from when to when, and who saw to it.

use portcullis_model::{Timestamp, User};
use portcullis_store::HistoryOf;

use crate::{
    pages::{
        access::{SectionKey, section_of},
        grants::deciding,
        history::{self, Older, PER_PAGE, Row},
        names::Names,
        people::show::{chips, tabs},
        prelude::*,
    },
    ui::timeline::{Bar, BarKind, Row as Line, Timeline},
};

/// Lines of what somebody has through roles, above what they had themselves.
const MOST_THROUGH: usize = 12;

#[derive(Template)]
#[template(path = "people/history.html")]
struct PersonHistory<'p> {
    shell: ui::Shell,
    user: &'p User,
    chips: Vec<ui::Chip>,
    tabs: Vec<ui::Tab>,
    timeline: Option<Timeline>,
    rows: Vec<Row>,
    older: Older,
}

pub(crate) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let user = page.shown::<User>()?;
    let before = history::before(&page)?;
    let of = HistoryOf::User(user.id);
    let store = web.app().store();
    let versions = store.membership_history(of, PER_PAGE, before).await?;
    let labels = versions.items.iter();
    let labels = labels.map(|v| (v.membership.group.uuid(), v.group.clone()));
    let names = Names::new(page.world(), labels.collect());
    let group = |id| (id, names.group(id));
    let mut history = history::memberships(
        &names,
        &versions.items,
        |v| group(v.membership.group.uuid()),
        page.now(),
    );
    if before.is_none() {
        history.lines.extend(through(&page, user));
    }
    let title = format!("What {} was and is in", user.name);
    render(&PersonHistory {
        shell: page.shell(),
        user,
        chips: chips(&page, user),
        tabs: tabs(user, None, &format!("{}/history", convert::user_href(user))),
        timeline: history::timeline(title, history.lines, page.now()),
        rows: history.rows,
        older: Older::of(&page, versions.next),
    })
}

/// What somebody has now through roles, each for as long as its way has stood.
fn through(page: &Page, user: &User) -> Vec<Line> {
    let (world, now) = (page.world(), page.now());
    let all = world.access_of(user.id, now);
    all.iter()
        .filter(|access| section_of(world, access) != SectionKey::Roles)
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
