//! What somebody was in, and who was in a group: from when to when, and who saw to it.

use portcullis_model::{Group, Refusal, Timestamp, User, Validity};
use portcullis_store::{Cursor, HistoryOf, HistoryRow, Mark};
use uuid::Uuid;

use crate::{
    pages::{
        access::{SectionKey, section_of},
        grants::{deciding, since},
        groups::show as group_page,
        names::{self, Names},
        people::show as person_page,
        prelude::*,
    },
    ui::timeline::{Bar, BarKind, Row as Line, Timeline},
};

/// Versions on a page of a history.
const PER_PAGE: u32 = 50;
/// More lines than this make a picture nobody reads; the table has the rest.
const MOST_LINES: usize = 24;
/// Lines of what somebody has through roles, above what they had themselves.
const MOST_THROUGH: usize = 12;

/// The history of a person or of a group.
#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage<'p> {
    page: &'p Page,
    name: &'p str,
    /// Of a person.
    login: Option<&'p str>,
    crumbs: Vec<ui::Link>,
    chips: Vec<ui::Chip>,
    tabs: Vec<ui::Tab>,
    timeline: Option<Timeline>,
    rows: Vec<Row<'p>>,
    /// What led into a group and out of it.
    links: Vec<Row<'p>>,
    older: Older,
}

/// One version of a fact, as a row.
struct Row<'v> {
    /// The group on a person's page, the person or role on a group's.
    what: ui::Entity,
    kind: &'static str,
    /// When it held; nothing where it never came into force.
    held: Option<Validity>,
    /// That, or when it was meant to.
    shown: Validity,
    reason: &'v str,
    added: &'v Mark,
    removed: Option<&'v Mark>,
}

/// The way through what is read page by page; empty where there is none.
pub(crate) struct Older {
    pub newest: String,
    pub next: String,
}

impl Older {
    /// To the newest page from any other, and to the one after this.
    pub(crate) fn of(page: &Page, next: Option<Cursor>) -> Self {
        Self {
            newest: match page.query("before").as_str() {
                "" => String::new(),
                _ => page.with_query(&[("before", "")]),
            },
            next: next.map_or_else(String::new, |cursor| {
                page.with_query(&[("before", &cursor.to_string())])
            }),
        }
    }
}

/// The page of a history that `?before=` asks for.
pub(crate) fn before(page: &Page) -> Result<Option<Cursor>, Refusal> {
    let text = Some(page.query("before")).filter(|text| !text.is_empty());
    let cursor = text.map(|text| text.parse::<Cursor>()).transpose();
    cursor.map_err(|bad| Refusal::invalid("before", bad.to_string()))
}

/// What somebody was in.
pub(super) async fn of_person(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let (user, before) = (page.shown::<User>()?, before(&page)?);
    let (of, store) = (HistoryOf::User(user.id), web.app().store());
    let places = store
        .membership_history(of, PER_PAGE, before, &page.viewer.world)
        .await?;
    let labels = places.items.iter();
    let labels = labels.map(|v| (v.membership.group.uuid(), v.group.clone()));
    let names = Names::new(page.world(), labels.collect());
    let mut drawn = Drawn::default();
    for version in &places.items {
        let group = version.membership.group.uuid();
        drawn.place(&page, version, group, names.group(group));
    }
    if before.is_none() {
        drawn.lines.truncate(MOST_LINES);
        drawn.lines.extend(through(&page, user));
    }
    let here = format!("{}/history", convert::user_href(user));
    render(&HistoryPage {
        page: &page,
        name: &user.name,
        login: Some(&user.login),
        crumbs: vec![ui::Link::new("People", "/people")],
        chips: person_page::chips(&page, user),
        tabs: person_page::tabs(user, None, &here),
        timeline: drawn.timeline(format!("What {} was and is in", user.name), page.now()),
        rows: drawn.rows,
        links: Vec::new(),
        older: Older::of(&page, places.next),
    })
}

/// Who was in a group, what it led into and what led into it.
pub(super) async fn of_group(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let (group, before) = (page.shown::<Group>()?, before(&page)?);
    let (of, store) = (HistoryOf::Group(group.id), web.app().store());
    let people = store
        .membership_history(of, PER_PAGE, before, &page.viewer.world)
        .await?;
    // What led in or out changes seldom: its newest versions stand on the first page.
    let links = match before {
        None => {
            store
                .inclusion_history(group.id, PER_PAGE, None, &page.viewer.world)
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
    let (mut drawn, mut ways) = (Drawn::default(), Drawn::default());
    for version in &people.items {
        let user = version.membership.user.uuid();
        drawn.place(&page, version, user, names.user(user));
    }
    for version in &links {
        let fact = &version.inclusion;
        let (other, word) = if fact.child == group.id {
            (fact.target.uuid(), "led into")
        } else {
            (fact.child.uuid(), "let in")
        };
        let what = names.group(other).with_detail(word);
        let kind = match fact.kind {
            MembershipKind::Member => "as members",
            MembershipKind::Owner => "as owners",
        };
        let told = (kind, &*fact.reason, BarKind::Through, "let in");
        let marks = (&version.added, version.removed.as_ref());
        ways.version(
            &page,
            other,
            what,
            told,
            (version.held, fact.validity),
            marks,
        );
    }
    for drawn in [&mut drawn, &mut ways] {
        drawn.lines.truncate(MOST_LINES);
    }
    drawn.lines.splice(..0, ways.lines);
    let here = format!("{}/history", convert::group_href(group));
    render(&HistoryPage {
        page: &page,
        name: &group.name,
        login: None,
        crumbs: group_page::crumbs(&page, group),
        chips: group_page::chips(group),
        tabs: group_page::tabs(&page, group, &here),
        timeline: drawn.timeline(format!("Who was and is in {}", group.name), page.now()),
        rows: drawn.rows,
        links: ways.rows,
        older: Older::of(&page, people.next),
    })
}

/// The rows of a history, and the lines of its picture: one for each thing, by its id.
#[derive(Default)]
struct Drawn<'v> {
    rows: Vec<Row<'v>>,
    lines: Vec<(Uuid, Line)>,
}

impl<'v> Drawn<'v> {
    /// Adds a version of somebody's place in a group; `what` is the side the page lists.
    fn place(&mut self, page: &Page, version: &'v HistoryRow, key: Uuid, what: ui::Entity) {
        let fact = &version.membership;
        let (kind, bar) = match fact.kind {
            MembershipKind::Member => ("member", BarKind::Member),
            MembershipKind::Owner => ("owner", BarKind::Owner),
        };
        let told = (kind, &*fact.reason, bar, "added");
        let marks = (&version.added, version.removed.as_ref());
        self.version(page, key, what, told, (version.held, fact.validity), marks);
    }

    /// Adds a version with its dates: when it really held, or when it was meant to.
    fn version(
        &mut self,
        page: &Page,
        key: Uuid,
        what: ui::Entity,
        (kind, reason, bar, verb): (&'static str, &'v str, BarKind, &str),
        (held, meant): (Option<Validity>, Validity),
        (added, removed): (&'v Mark, Option<&'v Mark>),
    ) {
        if let Some(held) = held {
            let bar = Bar {
                kind: bar,
                from: held.from.to_jiff(),
                until: held.until.instant().map(Timestamp::to_jiff),
                note: format!("{verb} by {}", marked(page, added).name),
            };
            match self.lines.iter_mut().find(|(of, _)| *of == key) {
                Some((_, line)) => line.bars.push(bar),
                None => self.lines.push((key, line(&what, bar))),
            }
        }
        self.rows.push(Row {
            what,
            kind,
            held,
            shown: held.unwrap_or(meant),
            reason,
            added,
            removed,
        });
    }

    /// The picture, where there is anything to draw.
    fn timeline(&mut self, title: String, now: Timestamp) -> Option<Timeline> {
        let lines: Vec<_> = self.lines.drain(..).map(|(_, line)| line).collect();
        let any = !lines.is_empty();
        any.then(|| Timeline::fitting(title, lines, now.to_jiff()))
    }
}

/// Who did something.
pub(crate) fn marked(page: &Page, mark: &Mark) -> ui::Entity {
    names::actor(page.world(), mark.actor, mark.login.as_deref())
}

fn line(what: &ui::Entity, bar: Bar) -> Line {
    Line {
        label: what.name.clone(),
        href: what.href.clone(),
        bars: vec![bar],
    }
}

/// What somebody has now through roles, each for as long as its way has stood.
fn through(page: &Page, user: &User) -> Vec<(Uuid, Line)> {
    let (world, now) = (page.world(), page.now());
    let all = world.access_of(user.id, now);
    all.iter()
        .filter(|access| section_of(world, access) != SectionKey::Roles)
        .filter_map(|access| {
            let path = deciding(&access.paths, access.until).filter(|path| !path.is_direct())?;
            let first = world.group(path.direct.group)?;
            let bar = Bar {
                kind: BarKind::Through,
                from: since(path).to_jiff(),
                until: access.until.instant().map(Timestamp::to_jiff),
                note: format!("through {}", first.name),
            };
            let line = line(&convert::group(access.group), bar);
            Some((access.group.id.uuid(), line))
        })
        .take(MOST_THROUGH)
        .collect()
}
