//! Versions of memberships and inclusions as bars and rows, for the history of people and groups.

use std::collections::BTreeMap;

use portcullis_model::{MembershipKind, Refusal, Timestamp, Validity, World};
use portcullis_store::{Cursor, HistoryRow, InclusionRow, Mark};
use uuid::Uuid;

use crate::{
    pages::{
        convert,
        frame::Page,
        names::{self, Names},
    },
    ui::{
        self,
        timeline::{Bar, BarKind, Row as Line, Timeline},
    },
};

/// Versions on a page of a history.
pub(crate) const PER_PAGE: u32 = 50;
/// More lines than this make a picture nobody reads; the table has the rest.
const MOST_LINES: usize = 24;

/// One version of a fact, as a row.
pub(crate) struct Row {
    /// The group on a person's page, the person or role on a group's.
    pub what: ui::Entity,
    pub kind: &'static str,
    pub from: ui::When,
    pub ends: ui::ExpiryPill,
    /// Whether it never came into force.
    pub never: bool,
    pub reason: String,
    pub added: Marked,
    pub removed: Option<Marked>,
}

/// Who did something, and where the log tells of it.
pub(crate) struct Marked {
    pub who: ui::Entity,
    pub when: ui::When,
    pub href: String,
}

/// One version as a row and, if it was ever in force, as a bar.
struct Version {
    row: Row,
    key: Uuid,
    bar: Option<Bar>,
}

/// The rows of a history, and its picture where there is anything to draw.
pub(crate) struct History {
    pub rows: Vec<Row>,
    pub lines: Vec<Line>,
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

/// The picture of a history, where there is anything to draw.
pub(crate) fn timeline(title: String, lines: Vec<Line>, now: Timestamp) -> Option<Timeline> {
    let any = !lines.is_empty();
    any.then(|| Timeline::fitting(title, lines, now.to_jiff()))
}

/// The page of a history that `?before=` asks for.
pub(crate) fn before(page: &Page) -> Result<Option<Cursor>, Refusal> {
    let text = Some(page.query("before")).filter(|text| !text.is_empty());
    let cursor = text.map(|text| text.parse::<Cursor>()).transpose();
    cursor.map_err(|bad| Refusal::invalid("before", bad.to_string()))
}

fn marked(world: &World, mark: &Mark, now: Timestamp) -> Marked {
    Marked {
        who: names::actor(world, mark.actor, mark.login.as_deref()),
        when: convert::when(mark.at, now),
        href: names::entry_href(mark.position),
    }
}

/// Versions of memberships; `of` says which side of them the page lists.
pub(crate) fn memberships(
    names: &Names<'_>,
    rows: &[HistoryRow],
    of: impl Fn(&HistoryRow) -> (Uuid, ui::Entity),
    now: Timestamp,
) -> History {
    gathered(rows.iter().map(|version| {
        let fact = &version.membership;
        let (kind, bar) = match fact.kind {
            MembershipKind::Member => ("member", BarKind::Member),
            MembershipKind::Owner => ("owner", BarKind::Owner),
        };
        let marks = (&version.added, version.removed.as_ref());
        let stood = (version.held, fact.validity);
        let told = (kind, fact.reason.to_string(), bar, "added");
        one(names, of(version), told, stood, marks, now)
    }))
}

/// Versions of inclusions, as who let which role in.
pub(crate) fn inclusions(
    names: &Names<'_>,
    rows: &[InclusionRow],
    of: impl Fn(&InclusionRow) -> (Uuid, ui::Entity),
    now: Timestamp,
) -> History {
    gathered(rows.iter().map(|version| {
        let fact = &version.inclusion;
        let kind = match fact.kind {
            MembershipKind::Member => "as members",
            MembershipKind::Owner => "as owners",
        };
        let marks = (&version.added, version.removed.as_ref());
        let stood = (version.held, fact.validity);
        let told = (kind, fact.reason.to_string(), BarKind::Through, "let in");
        one(names, of(version), told, stood, marks, now)
    }))
}

/// One version, with its dates: when it really held, or when it was meant to.
fn one(
    names: &Names<'_>,
    (key, what): (Uuid, ui::Entity),
    (kind, reason, bar, verb): (&'static str, String, BarKind, &str),
    (held, meant): (Option<Validity>, Validity),
    (added, removed): (&Mark, Option<&Mark>),
    now: Timestamp,
) -> Version {
    let shown = held.unwrap_or(meant);
    let added = marked(names.world, added, now);
    Version {
        key,
        bar: held.map(|held| Bar {
            kind: bar,
            from: held.from.to_jiff(),
            until: held.until.instant().map(Timestamp::to_jiff),
            note: format!("{verb} by {}", added.who.name),
        }),
        row: Row {
            what,
            kind,
            from: convert::when(shown.from, now),
            ends: convert::ends(shown.until, now),
            never: held.is_none(),
            reason,
            added,
            removed: removed.map(|mark| marked(names.world, mark, now)),
        },
    }
}

fn gathered(versions: impl Iterator<Item = Version>) -> History {
    let mut rows = Vec::new();
    let mut order = Vec::new();
    let mut lines: BTreeMap<Uuid, Line> = BTreeMap::new();
    for version in versions {
        if let Some(bar) = version.bar {
            let line = lines.entry(version.key).or_insert_with(|| {
                order.push(version.key);
                Line {
                    label: version.row.what.name.clone(),
                    href: version.row.what.href.clone(),
                    bars: Vec::new(),
                }
            });
            line.bars.push(bar);
        }
        rows.push(version.row);
    }
    let lines = order.into_iter().filter_map(|key| lines.remove(&key));
    History {
        rows,
        lines: lines.take(MOST_LINES).collect(),
    }
}
