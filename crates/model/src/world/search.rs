//! One search over people, groups, roles, apps and tags, as the quick switcher needs it.

use serde::Serialize;

use super::{Ix, World, texts::Texts};
use crate::name;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found<'w> {
    /// What it is.
    pub kind: FoundKind,
    /// Its id; for people their login.
    pub key: String,
    /// Its name.
    pub label: &'w str,
    /// A word more about it.
    pub detail: &'w str,
    /// 0 exact, 1 starts with, 2 a word starts with, 3 contains, 4 only the detail does.
    #[serde(skip)]
    rank: u8,
}

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundKind {
    /// A person or service.
    User,
    /// A plain group or app group.
    Group,
    /// A role.
    Role,
    /// An app.
    App,
    /// A tag.
    Tag,
}

impl World {
    /// The best matches for `query` of each kind, at most `most` of each, best first.
    #[must_use]
    pub fn search(&self, query: &str, most: usize) -> Vec<Found<'_>> {
        let query = name::key(query);
        if query.is_empty() || query.contains('\n') {
            return Vec::new();
        }
        let mut all: Vec<Found<'_>> = Vec::new();
        all.extend(best(&self.user_texts, &query, most, |rank, ix| {
            let user = &self.user_at(ix)?.user;
            Some(Found {
                kind: FoundKind::User,
                key: user.login.to_string(),
                label: &user.name,
                detail: &user.login,
                rank,
            })
        }));
        let kinds = [
            (&self.group_texts, FoundKind::Group),
            (&self.role_texts, FoundKind::Role),
        ];
        for (texts, kind) in kinds {
            all.extend(best(texts, &query, most, |rank, ix| {
                let group = &self.group_at(ix)?.group;
                Some(Found {
                    kind,
                    key: group.id.to_string(),
                    label: &group.name,
                    detail: &group.description,
                    rank,
                })
            }));
        }
        let found = |kind, key: String, label, detail| {
            let rank = rank_of([&name::key(label), "", &name::key(detail)], &query)?;
            Some(Found {
                kind,
                key,
                label,
                detail,
                rank,
            })
        };
        let apps = self.apps().filter_map(|app| {
            found(
                FoundKind::App,
                app.id.to_string(),
                &app.name,
                &app.description,
            )
        });
        all.extend(first(apps.collect(), most));
        let tags = self.tags().filter_map(|tag| {
            found(
                FoundKind::Tag,
                tag.id.to_string(),
                &tag.name,
                &tag.description,
            )
        });
        all.extend(first(tags.collect(), most));
        first(all, usize::MAX)
    }
}

/// The best `most` of one kind. Only what may be among them is looked up.
fn best<'w>(
    texts: &Texts,
    query: &str,
    most: usize,
    found: impl Fn(u8, Ix) -> Option<Found<'w>>,
) -> Vec<Found<'w>> {
    let mut beginning = 0;
    let mut hits: Vec<(u8, usize, Ix)> = texts
        .matching(query)
        .filter_map(|(ix, lines)| {
            // Where enough begin with a letter or two, nothing else can be among the best, and
            // nearly everybody has it somewhere.
            let rank = if beginning >= most {
                beginning_rank(lines, query)?
            } else {
                rank_of(lines, query)?
            };
            beginning += usize::from(rank <= BEGINS);
            let label = if lines[1].is_empty() {
                lines[0]
            } else {
                lines[1]
            };
            Some((rank, label.len(), ix))
        })
        .collect();
    if most > 0 && hits.len() > most {
        // A label may be a little shorter or longer than its folded form; ties are kept.
        let (_, last, _) = hits.select_nth_unstable(most - 1);
        let (rank, len, _) = *last;
        hits.retain(|hit| (hit.0, hit.1) <= (rank, len));
    }
    let all = hits.into_iter().filter_map(|(rank, _, ix)| found(rank, ix));
    first(all.collect(), most)
}

/// In order: by rank, short before long, by label. The first `most` of them.
fn first(mut all: Vec<Found<'_>>, most: usize) -> Vec<Found<'_>> {
    all.sort_by(|a, b| (a.rank, a.label.len(), a.label).cmp(&(b.rank, b.label.len(), b.label)));
    all.truncate(most);
    all
}

/// How well an entry matches: by the better of its first two lines, or at least by the third.
fn rank_of([a, b, hidden]: [&str; 3], query: &str) -> Option<u8> {
    let ranks = [rank(a, query), rank(b, query)];
    let best = ranks.into_iter().flatten().min();
    best.or_else(|| find(hidden, query).map(|_| 4))
}

/// The rank of what begins with the query; only what is the query stands before it.
const BEGINS: u8 = 1;

/// As [`rank_of`] where one of the first two lines begins with the query; else nothing.
fn beginning_rank([a, b, _]: [&str; 3], query: &str) -> Option<u8> {
    if a == query || b == query {
        return Some(0);
    }
    (a.starts_with(query) || b.starts_with(query)).then_some(BEGINS)
}

/// How well `text` matches, both in lower case already; `None` if it does not.
fn rank(text: &str, query: &str) -> Option<u8> {
    let at = find(text, query)?;
    Some(match at {
        0 if text.len() == query.len() => 0,
        0 => BEGINS,
        _ if !text[..at].ends_with(|c: char| c.is_alphanumeric()) => 2,
        _ => 3,
    })
}

/// Where `query` stands in `text`, both in lower case already.
fn find(text: &str, query: &str) -> Option<usize> {
    let (hay, needle) = (text.as_bytes(), query.as_bytes());
    let (&first, last) = (needle.first()?, hay.len().checked_sub(needle.len())?);
    // Texts are short: looking for the first byte beats preparing a searcher.
    (0..=last).find(|&at| hay[at] == first && hay[at..].starts_with(needle))
}

/// Whether `query` stands in `text`, whatever the case of either; an empty query stands anywhere.
#[must_use]
pub fn contains(text: &str, query: &str) -> bool {
    if query.is_ascii() && text.is_ascii() {
        let query = query.trim().as_bytes();
        return query.is_empty()
            || text
                .as_bytes()
                .windows(query.len())
                .any(|w| w.eq_ignore_ascii_case(query));
    }
    name::key(text).contains(&name::key(query))
}
