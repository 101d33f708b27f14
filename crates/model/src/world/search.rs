//! One search over people, groups, roles, apps and tags, for pages, pickers and the quick switcher.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::{
    Ix, World,
    needle::{Needle, Rank, Texts},
    words::{Hit, Item, Listed, Sure, Words, listed},
};
use crate::{App, Group, Tag, User, letters::fold};

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
    #[serde(skip)]
    rank: Rank,
}

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundKind {
    /// A person, service or agent.
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

impl FoundKind {
    /// Everything that can be found.
    pub const ALL: [Self; 5] = [Self::User, Self::Group, Self::Role, Self::App, Self::Tag];
}

/// What is found by words.
pub(super) trait Searched: Sized + 'static {
    /// What tells one from another in the index.
    type Item: Item;

    fn words(world: &World) -> &Words<Self::Item>;
    fn record(world: &World, item: Self::Item) -> Option<&Self>;
    /// What it is called.
    fn names(&self) -> Vec<&str>;
    /// What it is found by itself.
    fn texts(&self) -> Texts<'_>;
    /// What it is found by in a world.
    fn texts_in<'w>(&'w self, _: &'w World) -> Texts<'w> {
        self.texts()
    }
    /// By name, as many as are found by something.
    fn in_order(world: &World) -> Box<dyn Iterator<Item = Self::Item> + '_>;
    fn count(world: &World) -> usize;
    /// What it is listed by.
    fn order(&self) -> (String, String);
    fn found(&self, rank: Rank) -> Found<'_>;

    /// Its words, if there is one.
    fn listed(record: Option<&Self>) -> Listed {
        record.map_or_else(Vec::new, |record| listed(&record.texts()))
    }
}

impl Searched for User {
    type Item = Ix;

    fn words(world: &World) -> &Words<Ix> {
        &world.user_words
    }
    fn record(world: &World, ix: Ix) -> Option<&Self> {
        world.user_at(ix).map(|node| &*node.user)
    }
    fn names(&self) -> Vec<&str> {
        vec![&self.login, &self.name]
    }
    fn texts(&self) -> Texts<'_> {
        // As many attributes as a profile shows, and of a length that is read.
        let attributes = self.attributes.values().take(12);
        let shown = attributes.filter_map(|value| match value {
            Value::String(text) => {
                let end = text
                    .char_indices()
                    .nth(200)
                    .map_or(text.len(), |(at, _)| at);
                Some(text[..end].into())
            }
            Value::Number(number) => Some(number.to_string().into()),
            _ => None,
        });
        let email = self.email.as_deref().map(Into::into);
        Texts {
            names: self.names(),
            details: email.into_iter().chain(shown).collect(),
            confers: Vec::new(),
        }
    }
    fn in_order(world: &World) -> Box<dyn Iterator<Item = Ix> + '_> {
        Box::new(world.user_names.values().copied())
    }
    fn count(world: &World) -> usize {
        world.user_count()
    }
    fn order(&self) -> (String, String) {
        (fold(&self.name), fold(&self.login))
    }
    fn found(&self, rank: Rank) -> Found<'_> {
        Found {
            kind: FoundKind::User,
            key: self.login.to_string(),
            label: &self.name,
            detail: &self.login,
            rank,
        }
    }
}

impl Searched for Group {
    type Item = Ix;

    fn words(world: &World) -> &Words<Ix> {
        &world.group_words
    }
    fn record(world: &World, ix: Ix) -> Option<&Self> {
        world.group_at(ix).map(|node| &*node.group)
    }
    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
    fn texts(&self) -> Texts<'_> {
        named(self.names(), &self.description)
    }
    fn texts_in<'w>(&'w self, world: &'w World) -> Texts<'w> {
        let conferred = world.entitlements_of(self.id);
        Texts {
            confers: conferred
                .map(|entitlement| entitlement.grant.label())
                .collect(),
            ..self.texts()
        }
    }
    fn in_order(world: &World) -> Box<dyn Iterator<Item = Ix> + '_> {
        Box::new(world.group_names.values().copied())
    }
    fn count(world: &World) -> usize {
        world.group_count()
    }
    fn order(&self) -> (String, String) {
        (fold(&self.name), String::new())
    }
    fn found(&self, rank: Rank) -> Found<'_> {
        let kind = if self.is_role() {
            FoundKind::Role
        } else {
            FoundKind::Group
        };
        let key = self.id.to_string();
        found(kind, key, &self.name, &self.description, rank)
    }
}

impl Searched for App {
    type Item = uuid::Uuid;

    fn words(world: &World) -> &Words<Self::Item> {
        &world.app_words
    }
    fn record(world: &World, id: Self::Item) -> Option<&Self> {
        world.app(crate::Id::new(id))
    }
    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
    fn texts(&self) -> Texts<'_> {
        named(self.names(), &self.description)
    }
    fn in_order(world: &World) -> Box<dyn Iterator<Item = Self::Item> + '_> {
        Box::new(world.app_names.values().copied())
    }
    fn count(world: &World) -> usize {
        world.app_count()
    }
    fn order(&self) -> (String, String) {
        (fold(&self.name), String::new())
    }
    fn found(&self, rank: Rank) -> Found<'_> {
        let key = self.id.to_string();
        found(FoundKind::App, key, &self.name, &self.description, rank)
    }
}

impl Searched for Tag {
    type Item = uuid::Uuid;

    fn words(world: &World) -> &Words<Self::Item> {
        &world.tag_words
    }
    fn record(world: &World, id: Self::Item) -> Option<&Self> {
        world.tag(crate::Id::new(id))
    }
    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
    fn texts(&self) -> Texts<'_> {
        named(self.names(), &self.description)
    }
    fn in_order(world: &World) -> Box<dyn Iterator<Item = Self::Item> + '_> {
        Box::new(world.tag_names.values().copied())
    }
    fn count(world: &World) -> usize {
        world.tag_count()
    }
    fn order(&self) -> (String, String) {
        (fold(&self.name), String::new())
    }
    fn found(&self, rank: Rank) -> Found<'_> {
        let key = self.id.to_string();
        found(FoundKind::Tag, key, &self.name, &self.description, rank)
    }
}

fn named<'w>(names: Vec<&'w str>, description: &'w str) -> Texts<'w> {
    Texts {
        names,
        details: vec![description.into()],
        confers: Vec::new(),
    }
}

fn found<'w>(
    kind: FoundKind,
    key: String,
    label: &'w str,
    detail: &'w str,
    rank: Rank,
) -> Found<'w> {
    Found {
        kind,
        key,
        label,
        detail,
        rank,
    }
}

/// How far into words is looked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Only at their beginnings.
    Beginnings,
    /// Anywhere in them.
    Inside,
}

impl World {
    /// The best matches for `query` of each of `kinds`, at most `most` of each, best first: what is
    /// called that, whose name begins with it, whose name has words that begin with its words, in
    /// any order, and what has them in what else is known of it or in what it confers; equals by
    /// name. Case, accents and hyphens make no difference. Only where nothing is found so, words
    /// that have those of the query inside are.
    #[must_use]
    pub fn find(&self, query: &str, kinds: &[FoundKind], most: usize) -> Vec<Found<'_>> {
        let Some(needle) = Needle::parse(query) else {
            return Vec::new();
        };
        let is = |kind: &FoundKind| kinds.contains(kind);
        let with = |reach| {
            let mut all = Vec::new();
            if is(&FoundKind::User) {
                let mut hits = self.hits::<User>(&needle, reach, None);
                if let Some(user) = self.user_by_email(query.trim()) {
                    let ix = self.user_ix.get(&user.id.uuid()).copied();
                    let there = hits.iter_mut().find(|(item, _)| Some(*item) == ix);
                    there.into_iter().for_each(|(_, rank)| *rank = Rank::Is);
                }
                all.extend(self.best::<User>(&hits, most));
            }
            if is(&FoundKind::Group) || is(&FoundKind::Role) {
                let hits = self.hits::<Group>(&needle, reach, None);
                let role = |ix| Group::record(self, ix).is_some_and(Group::is_role);
                let (roles, groups): (Vec<_>, Vec<_>) =
                    hits.into_iter().partition(|(ix, _)| role(*ix));
                for (kind, hits) in [(FoundKind::Group, groups), (FoundKind::Role, roles)] {
                    if is(&kind) {
                        all.extend(self.best::<Group>(&hits, most));
                    }
                }
            }
            if is(&FoundKind::App) {
                all.extend(self.best::<App>(&self.hits::<App>(&needle, reach, None), most));
            }
            if is(&FoundKind::Tag) {
                all.extend(self.best::<Tag>(&self.hits::<Tag>(&needle, reach, None), most));
            }
            all
        };
        let mut all = with(Reach::Beginnings);
        if all.is_empty() && most > 0 {
            all = with(Reach::Inside);
        }
        // Of each kind they are in order already.
        all.sort_by_cached_key(|found| (found.rank, fold(found.label)));
        all
    }

    /// The records that `query` means, of those that are taken; in no order.
    pub(super) fn meant<'w, R: Searched>(
        &'w self,
        query: &str,
        takes: impl Fn(&R) -> bool,
    ) -> Vec<&'w R> {
        let Some(needle) = Needle::parse(query) else {
            return Vec::new();
        };
        let mut hits = self.hits::<R>(&needle, Reach::Beginnings, Some(&takes));
        if hits.is_empty() {
            hits = self.hits::<R>(&needle, Reach::Inside, Some(&takes));
        }
        let records = hits
            .into_iter()
            .filter_map(|(item, _)| R::record(self, item));
        records.collect()
    }

    /// In the order of items.
    fn hits<R: Searched>(
        &self,
        needle: &Needle,
        reach: Reach,
        takes: Option<&dyn Fn(&R) -> bool>,
    ) -> Vec<(R::Item, Rank)> {
        let words = R::words(self);
        let hits = match reach {
            Reach::Beginnings => words.beginning(needle),
            Reach::Inside => words.inside(needle),
        };
        let looked_up = |Hit { item, rank, sure }| {
            if sure == Sure::Rank && takes.is_none() {
                return Some((item, rank));
            }
            let record = R::record(self, item)?;
            if takes.is_some_and(|takes| !takes(record)) {
                return None;
            }
            let rank = match sure {
                // Which of them are taken is asked, and not how good they are.
                Sure::Hit if takes.is_none() => needle.rank_whole(&record.names()).unwrap_or(rank),
                Sure::Rank | Sure::Hit => rank,
                Sure::Nothing => {
                    let read = needle.rank(&record.texts_in(self))?;
                    let within = reach == Reach::Inside || read < Rank::Inside;
                    within.then_some(read)?
                }
            };
            Some((item, rank))
        };
        hits.into_iter().filter_map(looked_up).collect()
    }

    /// The best of one kind: by rank, then by name.
    fn best<R: Searched>(&self, hits: &[(R::Item, Rank)], most: usize) -> Vec<Found<'_>> {
        let mut best = Vec::new();
        for rank in Rank::ALL {
            let left = most - best.len();
            let hits = hits.iter().filter(|(_, it)| *it == rank);
            let hits: Vec<R::Item> = hits.map(|(item, _)| *item).collect();
            // Where many are equal, the first of them stand early in the index of names: it is read in its
            // order rather than sorting. As a rule one in `count / hits` there is one of them.
            if hits.len() > left && hits.len().pow(2) > R::count(self) * left {
                let first = R::in_order(self)
                    .filter(|item| hits.binary_search(item).is_ok())
                    .filter_map(|item| R::record(self, item))
                    .take(left);
                best.extend(first.map(|record| record.found(rank)));
            } else if left > 0 {
                let records = hits.iter().filter_map(|item| R::record(self, *item));
                let mut by_name: Vec<_> = records.map(|record| (record.order(), record)).collect();
                by_name.sort_by(|(a, _), (b, _)| a.cmp(b));
                let first = by_name.into_iter().take(left);
                best.extend(first.map(|(_, record)| record.found(rank)));
            }
        }
        best
    }
}

/// The key under which a user is listed by name.
pub(super) fn name_key(user: &User) -> (Arc<str>, Arc<str>) {
    let (name, login) = user.order();
    (name.into(), login.into())
}
