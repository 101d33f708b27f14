//! Lists as values: which rows, in which order, and which part of them. The API, pages and the
//! command line ask the same queries, so a list is the same wherever it is seen.

mod apps;
mod groups;
mod requests;
mod users;

use std::{borrow::Cow, cmp::Ordering, ops::Range};

pub use apps::{AppQuery, TagQuery};
pub use groups::{GroupBy, GroupQuery};
pub use requests::RequestQuery;
pub use users::{UserBy, UserQuery};

use super::{World, ix::IdSet, search::Searched};
use crate::{Record, Timestamp, name};

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The smallest first.
    #[default]
    Asc,
    /// The largest first.
    Desc,
}

impl Order {
    const fn of(self, ordering: Ordering) -> Ordering {
        match self {
            Self::Asc => ordering,
            Self::Desc => ordering.reverse(),
        }
    }
}

/// How a list is sorted by `B`: which way, and which way by name what is equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort<B> {
    /// By what.
    pub by: B,
    /// Which way.
    pub order: Order,
    /// Which way by name, those that are equal.
    pub ties: Order,
}

/// A part of a list: so many rows after a place in its order.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'q> {
    /// How many rows at most.
    pub limit: usize,
    /// The place where the last part ended.
    pub after: Option<&'q str>,
}

/// Some rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// How many there are in all, where that is known without counting.
    pub total: Option<usize>,
    /// The place of the last row, unless it ends the list.
    pub next: Option<String>,
}

impl Slice<'_> {
    /// A page of rows that come in order from just after the place. Takes no more than it needs.
    /// `all` is how many there are in all, if that is known.
    pub fn take<R>(
        &self,
        rows: impl Iterator<Item = R>,
        all: Option<usize>,
        place: impl Fn(&R) -> String,
    ) -> Page<R> {
        let mut rows = rows.fuse();
        let taken: Vec<R> = rows.by_ref().take(self.limit).collect();
        let more = rows.next().is_some();
        let counted = (self.after.is_none() && !more).then_some(taken.len());
        Page {
            next: taken.last().filter(|_| more).map(place),
            total: all.or(counted),
            rows: taken,
        }
    }

    /// A page of rows that are all at hand in the order of their places.
    pub fn of<R>(&self, all: Vec<R>, place: impl Fn(&R) -> String) -> Page<R> {
        let count = all.len();
        let passed = |row: &R| self.after.is_some_and(|after| place(row).as_str() <= after);
        let rest = all.into_iter().skip_while(passed);
        self.take(rest, Some(count), &place)
    }
}

/// What a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By<'w> {
    /// A text, folded.
    Text(Cow<'w, str>),
    /// A number.
    Number(usize),
}

impl By<'_> {
    /// A text, whatever its case.
    fn text(text: &str) -> By<'_> {
        let folded = text
            .bytes()
            .all(|b| b.is_ascii() && !b.is_ascii_uppercase());
        By::Text(if folded {
            Cow::Borrowed(text.trim())
        } else {
            name::key(text).into()
        })
    }

    /// As a text that sorts as it does.
    fn place(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => format!("{number:020}").into(),
        }
    }

    fn cmp_place(&self, place: &str) -> Ordering {
        match self {
            Self::Text(text) => (**text).cmp(place),
            Self::Number(number) => number.cmp(&place.parse().unwrap_or_default()),
        }
    }
}

/// A list of `Row`s that the world has by name.
#[expect(
    private_bounds,
    reason = "what can be listed is what the world can search"
)]
pub trait Query {
    /// What is listed.
    type Row: Searched + Record;

    /// Rows by name, in either direction, those behind `after` if given: all that are meant where no
    /// text is looked for, and others with them.
    fn named<'w>(
        &self,
        world: &'w World,
        after: Option<&str>,
        order: Order,
    ) -> Box<dyn Iterator<Item = &'w Self::Row> + 'w>;
    /// What a row is listed by if by nothing else, and what tells it from all others.
    fn name(row: &Self::Row) -> &str;
    /// What text is looked for.
    fn text(&self) -> &str;
    /// How many rows are meant, whatever text is looked for, where that is known without looking at
    /// each: then [`named`](Self::named) has these and no others.
    fn count(&self, world: &World) -> Option<usize>;
    /// Whether a row is meant, whatever text is looked for.
    fn takes(&self, world: &World, row: &Self::Row) -> bool;

    /// The few rows that may be meant, where they are found quicker than by looking at all.
    fn few<'w>(&self, _: &'w World, _: Timestamp) -> Option<Vec<&'w Self::Row>> {
        None
    }
    /// Which way it is sorted, and which way by name those that are equal.
    fn order(&self) -> (Order, Order);
    /// Whether it is sorted by nothing but the name.
    fn by_name(&self) -> bool {
        true
    }
    /// What a row is sorted by where that is not the name: one that says it of any row.
    fn key<'w>(&self, _: &'w World, _: Timestamp) -> Key<'w, Self::Row> {
        Box::new(|row| By::text(Self::name(row)))
    }

    /// All rows that are meant, in order.
    fn all<'w>(&self, world: &'w World, now: Timestamp) -> Vec<&'w Self::Row> {
        self.part(world, now, 0..usize::MAX).0
    }

    /// Those of the rows that stand at `places` in the order, and how many rows there are in all.
    fn part<'w>(
        &self,
        world: &'w World,
        now: Timestamp,
        places: Range<usize>,
    ) -> (Vec<&'w Self::Row>, usize) {
        if self.by_name() {
            let (rows, count) = self.in_order(world, now, None, places.end);
            if let Some(count) = count {
                let rows = rows.skip(places.start).take(places.len());
                return (rows.collect(), count);
            }
            let rows: Vec<_> = rows.collect();
            let count = rows.len();
            let rows = rows.into_iter().skip(places.start).take(places.len());
            return (rows.collect(), count);
        }
        let rows = self.keyed(world, now, |_, _| true);
        let count = rows.len();
        let rows = first(rows, places.end, self.order());
        let rows = rows.into_iter().skip(places.start);
        (rows.map(|(.., row)| row).collect(), count)
    }

    /// A part of them.
    fn page<'w>(&self, world: &'w World, now: Timestamp, slice: &Slice<'_>) -> Page<&'w Self::Row> {
        let after = slice
            .after
            .map(|after| after.split_once('\0').unwrap_or((after, after)));
        let behind = |ordering| self.order().0.of(ordering) == Ordering::Greater;
        let place = |row: &Self::Row| By::text(Self::name(row)).place().into_owned();
        if self.by_name() {
            let after = after.map(|(_, name)| name);
            let (rows, count) = self.in_order(world, now, after, slice.limit + 1);
            return slice.take(rows, count, |row| place(row));
        }
        let mut count = 0;
        let rows = self.keyed(world, now, |by, row| {
            count += 1;
            after.is_none_or(|(key, name)| match by.cmp_place(key) {
                Ordering::Equal => {
                    let ordering = By::text(Self::name(row)).cmp_place(name);
                    self.order().1.of(ordering) == Ordering::Greater
                }
                ordering => behind(ordering),
            })
        });
        let rows = first(rows, slice.limit + 1, self.order()).into_iter();
        let page = slice.take(rows, Some(count), |(by, _, row)| {
            format!("{}\0{}", by.place(), place(row))
        });
        Page {
            rows: page.rows.into_iter().map(|(.., row)| row).collect(),
            total: page.total,
            next: page.next,
        }
    }

    /// The rows that are meant, in no order, where they are found quicker than by looking at all.
    #[doc(hidden)]
    fn found<'w>(&self, world: &'w World, now: Timestamp) -> Option<Vec<&'w Self::Row>> {
        let takes = |row: &Self::Row| self.takes(world, row);
        let few = self.few(world, now).map(|mut few| {
            few.retain(|row| takes(row));
            few
        });
        match (few, self.text().trim()) {
            (few, "") => few,
            (None, text) => Some(world.meant(text, takes)),
            (Some(few), text) => {
                let few = ids(&few);
                Some(world.meant(text, |row: &Self::Row| few.contains(&row.id())))
            }
        }
    }

    /// The rows that are meant, by name, of which as a rule `most` are looked at: those behind `after`
    /// if given. Also how many there are in all, where that is known.
    #[doc(hidden)]
    fn in_order<'q, 'w: 'q>(
        &'q self,
        world: &'w World,
        now: Timestamp,
        after: Option<&'q str>,
        most: usize,
    ) -> (Rows<'q, 'w, Self::Row>, Option<usize>) {
        let order = self.order().0;
        let Some(found) = self.found(world, now) else {
            let rows = self.named(world, after, order);
            let rows = rows.filter(|row| self.takes(world, row));
            return (Box::new(rows), self.count(world));
        };
        let (count, all) = (found.len(), Self::Row::count(world));
        // Where many are meant, the first of them stand early in the index of names: it is read in its
        // order rather than sorting. As a rule one in `all / count` there is one of them.
        if most.saturating_mul(all) < count.saturating_mul(count) {
            let found = ids(&found);
            let rows = self.named(world, after, order);
            let rows = rows.filter(move |row| found.contains(&row.id()));
            return (Box::new(rows), Some(count));
        }
        let found = found.into_iter();
        let mut found: Vec<_> = found.map(|row| (By::text(Self::name(row)), row)).collect();
        found.sort_unstable_by(|(a, _), (b, _)| order.of(a.cmp(b)));
        let passed = move |by: &By<'_>| {
            after.is_some_and(|after| order.of(by.cmp_place(after)) != Ordering::Greater)
        };
        let rows = found.into_iter().skip_while(move |(by, _)| passed(by));
        (Box::new(rows.map(|(_, row)| row)), Some(count))
    }

    /// The rows that are meant and kept, each with what it is sorted by and its place by name.
    #[doc(hidden)]
    fn keyed<'w>(
        &self,
        world: &'w World,
        now: Timestamp,
        mut keep: impl FnMut(&By<'w>, &'w Self::Row) -> bool,
    ) -> Vec<Keyed<'w, Self::Row>> {
        let mut key = self.key(world, now);
        let mut keep = |place, row| Some((key(row), place, row)).filter(|(by, ..)| keep(by, row));
        match self.found(world, now) {
            Some(found) => {
                let rows = found.into_iter();
                rows.filter_map(|row| keep(By::text(Self::name(row)), row))
                    .collect()
            }
            None => {
                let rows = self.named(world, None, Order::Asc);
                let rows = rows.filter(|row| self.takes(world, row)).enumerate();
                rows.filter_map(|(at, row)| keep(By::Number(at), row))
                    .collect()
            }
        }
    }
}

/// Says what a row is sorted by.
pub type Key<'w, R> = Box<dyn FnMut(&'w R) -> By<'w> + 'w>;

/// Rows, one after another.
type Rows<'q, 'w, R> = Box<dyn Iterator<Item = &'w R> + 'q>;

/// What a row is sorted by, where it stands by name, and the row.
type Keyed<'w, R> = (By<'w>, By<'w>, &'w R);

fn ids<R: Record>(rows: &[&R]) -> IdSet<R> {
    rows.iter().map(|row| row.id()).collect()
}

/// The first `most` of the rows, in order; sorts no more than these.
fn first<'w, R>(
    mut rows: Vec<Keyed<'w, R>>,
    most: usize,
    (order, ties): (Order, Order),
) -> Vec<Keyed<'w, R>> {
    let compare =
        |a: &Keyed<'w, R>, b: &Keyed<'w, R>| order.of(a.0.cmp(&b.0)).then(ties.of(a.1.cmp(&b.1)));
    if most == 0 {
        rows.clear();
    } else if most < rows.len() {
        rows.select_nth_unstable_by(most - 1, compare);
        rows.truncate(most);
    }
    rows.sort_unstable_by(compare);
    rows
}
