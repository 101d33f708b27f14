//! Parts of lists: `?limit=` and `?after=`. A list answers `{items, total, next}`; what has several
//! lists in it answers the same part of each, and one `next` ([`Window`]). No answer has more.

use portcullis_model::{
    Refusal,
    world::query::{self, Order, Slice, Sort},
};
use portcullis_store::{BadCursor, Cursor};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema, schema::Type},
};

use super::table::{self, Format};
use crate::http::{
    query::query,
    text::{FromText, choice, hex, of_type, text, unhex},
};

choice! {
    /// Which way a list is sorted.
    pub(crate) enum OrderBody for Order {
        /// The smallest first.
        Asc = "asc",
        /// The largest first.
        Desc = "desc",
    }
}

/// How a list is sorted: ascending if nothing else is said, and those that are equal likewise.
pub(crate) fn sort<By: Default>(by: Option<impl Into<By>>, order: Option<OrderBody>) -> Sort<By> {
    let order = order.map_or(Order::Asc, Order::from);
    let by = by.map_or_else(By::default, Into::into);
    let ties = order;
    Sort { by, order, ties }
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// How many there are in all, where that is known without counting; else null.
    pub(crate) total: Option<usize>,
    /// What to send as `after` for the next page; null at the end.
    pub(crate) next: Option<String>,
}

query! {
    /// Which part of a list.
    pub(crate) struct Paging {
        /// How many rows at most; 50 if not given.
        limit: Option<Limit>,
        /// Where the last page ended: its `next`.
        after: Option<After>,
        /// As what it is answered; `Accept: text/csv` asks for a table too.
        format: Option<Format>,
    }
}

/// How many rows if nothing is said.
const USUAL: u32 = 50;

/// How many rows: 1 to 1000.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(u16);

impl Limit {
    /// The number.
    pub(crate) fn get(self) -> usize {
        self.0.into()
    }
}

impl FromText for Limit {
    fn read(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(limit @ 1..=1000) => Ok(Self(limit)),
            _ => Err(format!("`{text}` is not a number of rows from 1 to 1000")),
        }
    }
    fn describe() -> RefOr<Schema> {
        of_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(1000))
            .default(Some(USUAL.into()))
            .into()
    }
}

/// Where a page ended. Clients hand it back and look not inside: it is the last row's place in
/// the order of the list, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct After(String);

impl FromText for After {
    fn read(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not where a page ended; send the `next` of one");
        let bytes = unhex(text).ok_or_else(bad)?;
        String::from_utf8(bytes).map(Self).map_err(|_| bad())
    }
    fn describe() -> RefOr<Schema> {
        text().into()
    }
}

impl Paging {
    /// How many rows, for the store; it gives no more than a thousand at once.
    pub(crate) fn rows(&self) -> u32 {
        let usual = match self.format {
            Some(Format::Csv) => table::MOST.into(),
            Some(Format::Json) | None => USUAL,
        };
        self.limit.map_or(usual, |limit| limit.0.into())
    }

    /// Which part of a list that is at hand.
    pub(crate) fn part(&self) -> Slice<'_> {
        Slice {
            limit: self.rows() as usize,
            after: self.after.as_ref().map(|after| after.0.as_str()),
        }
    }

    /// Where to go on in a list of the store.
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Refusal> {
        let parse = |after: &After| {
            let cursor = after.0.parse();
            cursor.map_err(|bad: BadCursor| Refusal::invalid("after", bad.to_string()))
        };
        self.after.as_ref().map(parse).transpose()
    }

    /// Which part of several lists at once.
    pub(crate) fn window(&self) -> Result<Window, Refusal> {
        if self.format == Some(Format::Csv) {
            let wrong = "only a list is a table, and this has lists in it";
            return Err(Refusal::invalid("format", wrong));
        }
        let from = match &self.after {
            None => Ok(0),
            Some(after) => after.0.parse(),
        };
        let wrong = |_| Refusal::invalid("after", "that is not where this answer ended");
        Ok(Window {
            limit: self.rows() as usize,
            ..Window::at(from.map_err(wrong)?)
        })
    }

    /// A page of the store's.
    pub(crate) fn stored<'r, R, T>(
        rows: &'r [R],
        next: Option<Cursor>,
        render: impl FnMut(&'r R) -> T,
    ) -> Page<T> {
        Page {
            items: rows.iter().map(render).collect(),
            total: None,
            next: next.map(|cursor| hex(cursor.to_string().as_bytes())),
        }
    }
}

impl<T> Page<T> {
    /// A page of rows that were at hand.
    pub(crate) fn of<R>(page: query::Page<R>, render: impl FnMut(R) -> T) -> Self {
        Self {
            items: page.rows.into_iter().map(render).collect(),
            total: page.total,
            next: page.next.map(|place| hex(place.as_bytes())),
        }
    }
}

/// The same part of each of several lists: the rows from one number on.
#[derive(Debug)]
pub(crate) struct Window {
    /// The number of the first row.
    pub(crate) from: usize,
    /// How many rows of each list at most.
    pub(crate) limit: usize,
    more: bool,
}

impl Window {
    /// As many rows as if nothing is said, from the one numbered `from` on.
    pub(crate) const fn at(from: usize) -> Self {
        let (limit, more) = (USUAL as usize, false);
        Self { from, limit, more }
    }

    /// What of a list is in it.
    pub(crate) fn of<R, T>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
        render: impl FnMut(R) -> T,
    ) -> Vec<T> {
        let mut rows = rows.into_iter().skip(self.from);
        let shown = rows.by_ref().take(self.limit).map(render).collect();
        self.more |= rows.next().is_some();
        shown
    }

    /// A list that is all there is.
    pub(crate) fn page<R, T>(mut self, rows: Vec<R>, render: impl FnMut(R) -> T) -> Page<T> {
        let total = Some(rows.len());
        let items = self.of(rows, render);
        let next = self.next();
        Page { items, total, next }
    }

    /// Ends it before the row of this number, where that is earlier.
    pub(crate) fn end_before(&mut self, number: usize) {
        self.limit = self.limit.min(number.saturating_sub(self.from));
    }

    /// What to send as `after` for the rows that follow, if any list has some.
    pub(crate) fn next(&self) -> Option<String> {
        let end = self.from.saturating_add(self.limit);
        self.more.then(|| hex(end.to_string().as_bytes()))
    }
}

/// Of a list in each row of a list, these are shown, and all are counted.
pub(crate) const FEW: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn page(limit: &str, after: Option<String>) -> Page<u32> {
        let paging = Paging {
            limit: Some(Limit::read(limit).unwrap()),
            after: after.map(|text| After::read(&text).unwrap()),
            format: None,
        };
        Page::of(
            paging.part().of((10..15).collect(), u32::to_string),
            |row| row,
        )
    }

    #[test]
    fn pages_follow_one_another_without_gap_and_end() {
        let first = page("2", None);
        assert_eq!((first.items, first.total), (vec![10, 11], Some(5)));
        let second = page("2", first.next);
        assert_eq!(second.items, [12, 13]);
        let third = page("2", second.next);
        assert_eq!((third.items, third.next), (vec![14], None));
        assert_eq!(page("5", None).next, None);
    }

    #[test]
    fn limits_and_cursors_are_looked_at() {
        for bad in ["0", "1001", "-1", "ten", "1.5"] {
            assert!(Limit::read(bad).is_err(), "{bad}");
        }
        for bad in ["a", "zz", "ff", "é1", "+1+1"] {
            assert!(After::read(bad).is_err(), "{bad}");
        }
    }
}
