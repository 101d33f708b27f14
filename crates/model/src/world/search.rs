//! One search over people, groups, roles, apps and tags, as the quick switcher needs it.

use serde::Serialize;

use super::World;
use crate::{GroupKind, name};

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
        if query.is_empty() {
            return Vec::new();
        }
        let users = self.users().filter_map(|user| {
            let rank = [rank(&user.login, &query), rank(&user.name, &query)]
                .into_iter()
                .flatten()
                .min();
            let rank =
                rank.or_else(|| rank_hidden(user.email.as_deref().unwrap_or_default(), &query))?;
            let (key, label, detail) = (
                user.login.to_string(),
                user.name.as_str(),
                user.login.as_str(),
            );
            Some(Found {
                kind: FoundKind::User,
                key,
                label,
                detail,
                rank,
            })
        });
        let groups = self.groups().filter_map(|group| {
            let rank =
                rank(&group.name, &query).or_else(|| rank_hidden(&group.description, &query))?;
            let kind = match group.kind {
                GroupKind::Role => FoundKind::Role,
                _ => FoundKind::Group,
            };
            let (key, label, detail) = (
                group.id.to_string(),
                group.name.as_str(),
                group.description.as_str(),
            );
            Some(Found {
                kind,
                key,
                label,
                detail,
                rank,
            })
        });
        let apps = self.apps().filter_map(|app| {
            let rank = rank(&app.name, &query).or_else(|| rank_hidden(&app.description, &query))?;
            let (key, label, detail) = (
                app.id.to_string(),
                app.name.as_str(),
                app.description.as_str(),
            );
            Some(Found {
                kind: FoundKind::App,
                key,
                label,
                detail,
                rank,
            })
        });
        let tags = self.tags().filter_map(|tag| {
            let rank = rank(&tag.name, &query).or_else(|| rank_hidden(&tag.description, &query))?;
            let (key, label, detail) = (
                tag.id.to_string(),
                tag.name.as_str(),
                tag.description.as_str(),
            );
            Some(Found {
                kind: FoundKind::Tag,
                key,
                label,
                detail,
                rank,
            })
        });
        let mut all: Vec<Found<'_>> = users.chain(groups).chain(apps).chain(tags).collect();
        all.sort_by(|a, b| (a.rank, a.label.len(), a.label).cmp(&(b.rank, b.label.len(), b.label)));
        let mut counts = std::collections::BTreeMap::new();
        all.retain(|found| {
            let count = counts.entry(found.kind).or_insert(0);
            *count += 1;
            *count <= most
        });
        all
    }
}

/// How well `text` matches a query that is in lower case already; `None` if it does not.
fn rank(text: &str, query: &str) -> Option<u8> {
    let at = find(text, query)?;
    Some(match at {
        0 if text.len() == query.len() => 0,
        0 => 1,
        _ if !text[..at].ends_with(|c: char| c.is_alphanumeric()) => 2,
        _ => 3,
    })
}

fn rank_hidden(text: &str, query: &str) -> Option<u8> {
    find(text, query).map(|_| 4)
}

/// Where `query`, in lower case already, stands in `text` whatever its case.
pub(crate) fn find(text: &str, query: &str) -> Option<usize> {
    if text.is_ascii() && query.is_ascii() {
        let (text, query) = (text.as_bytes(), query.as_bytes());
        return text
            .windows(query.len())
            .position(|w| w.eq_ignore_ascii_case(query));
    }
    // A folded text may differ in length: the place is only used for its neighbour's sake.
    let folded = text.to_lowercase();
    folded
        .find(query)
        .filter(|at| text.is_char_boundary(*at))
        .or_else(|| folded.find(query).map(|_| 0))
}

/// Whether `query` stands in `text`, whatever the case of either; an empty query stands anywhere.
#[must_use]
pub fn contains(text: &str, query: &str) -> bool {
    query.is_empty() || find(text, &name::key(query)).is_some()
}
