//! Lists: the part of one that a page shows, how it is searched, narrowed and sorted, and what its
//! readers may do.

use portcullis_model::{
    Target,
    world::query::{self, Order},
};

use super::{actions::Actions, convert::address, frame::Page};
use crate::ui;

/// Rows on a page of a list.
pub(crate) const PER_PAGE: usize = 50;
/// Rows of a short list beside the main one; the rest is a link.
pub(crate) const FEW: usize = 8;

/// A list as a page shows it; its template draws the bar of filters with `list::bar`.
pub(crate) struct List<'p, T> {
    page: &'p Page,
    sort: Sort,
    /// Where the list stands without any filter.
    pub place: String,
    /// What the list is kept to, in fields that the reader does not see.
    pub hidden: Vec<ui::Hidden>,
    pub query: String,
    pub selects: Vec<Select>,
    pub filters: Vec<ui::Filter>,
    pub actions: Actions,
    pub export: Option<Export>,
    pub rows: Vec<T>,
    pub pages: ui::Pages,
}

/// Where a list is as a table and as JSON: in the API, with the same filters.
pub(crate) struct Export {
    pub csv: String,
    pub json: String,
}

impl Export {
    /// The list of `route`, narrowed by `filters`, as of the page's time.
    pub(crate) fn of(page: &Page, route: &str, filters: &[(&str, &str)]) -> Self {
        // Requests and the log are history already, and have no past of their own.
        let is_history = ["/requests", "/log"].iter().any(|end| route.ends_with(end));
        let at = Some(page.query("at")).filter(|_| !is_history);
        let at = at.unwrap_or_default();
        let mut all = filters.to_vec();
        all.push(("at", &at));
        let json = address(route, &all);
        all.push(("format", "csv"));
        let csv = address(route, &all);
        Self { csv, json }
    }
}

/// A choice in the bar of a list.
pub(crate) struct Select {
    pub name: &'static str,
    pub label: &'static str,
    pub choices: Vec<ui::Choice>,
    pub chosen: String,
}

impl<'p, T> List<'p, T> {
    /// The part of `all` that `?page=` asks for, each as the row that the template draws, if it has
    /// one.
    pub(crate) fn new<S, R: IntoIterator<Item = T>>(
        page: &'p Page,
        place: impl Into<String>,
        sort: Sort,
        all: Vec<S>,
        row: impl FnMut(S) -> R,
    ) -> Self {
        let (shown, pages) = cut(page, all);
        let rows = shown.into_iter().flat_map(row).collect();
        Self {
            sort,
            ..Self::given(page, place, (rows, pages))
        }
    }

    /// The part of what `query` lists that `?page=` asks for, each as the row that the template
    /// draws.
    pub(crate) fn of<Q: query::Query>(
        page: &'p Page,
        place: impl Into<String>,
        sort: Sort,
        query: &Q,
        row: impl FnMut(&'p Q::Row) -> T,
    ) -> Self {
        let part = |number: usize| {
            let places = (number - 1) * PER_PAGE..number * PER_PAGE;
            query.part(page.world(), page.now(), places)
        };
        let asked = page.query("page").parse().unwrap_or(1).clamp(1, 1_000_000);
        let (mut rows, total) = part(asked);
        let number = asked.min(total.div_ceil(PER_PAGE).max(1));
        if number != asked {
            rows = part(number).0;
        }
        let rows = rows.into_iter().map(row).collect();
        Self {
            sort,
            ..Self::given(page, place, (rows, pages(page, number, total)))
        }
    }

    /// Rows that are cut already, in whatever order.
    pub(crate) fn given(
        page: &'p Page,
        place: impl Into<String>,
        (rows, pages): (Vec<T>, ui::Pages),
    ) -> Self {
        Self {
            page,
            sort: Sort::of(page, ""),
            place: place.into(),
            hidden: Vec::new(),
            query: page.query("q"),
            selects: Vec::new(),
            filters: Vec::new(),
            actions: Actions::default(),
            export: None,
            rows,
            pages,
        }
    }

    /// The address that takes every filter away.
    pub(crate) fn clear(&self) -> String {
        let kept = self.hidden.iter();
        let kept: Vec<_> = kept.map(|(name, value)| (&**name, &**value)).collect();
        address(&self.place, &kept)
    }

    /// Keeps a parameter while the list is searched and narrowed.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.hidden.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Says that the list is narrowed, unless `shown` is empty.
    pub(crate) fn narrowed(&mut self, name: &str, parameter: &str, shown: impl AsRef<str>) {
        if !shown.as_ref().is_empty() {
            self.filters.push(ui::Filter {
                name: name.to_owned(),
                value: shown.as_ref().to_owned(),
                remove: self
                    .page
                    .with_query(&[(parameter, ""), ("page", ""), ("before", "")]),
            });
        }
    }

    /// What the address asks for.
    pub(crate) fn asked(&self, name: &str) -> String {
        self.page.query(name)
    }

    /// Offers the list as a table: that of `route` in the API, with what the page's address says of
    /// `same` and with `filters`, which are called or said otherwise there.
    pub(crate) fn exported(&mut self, route: &str, same: &[&str], filters: &[(&str, &str)]) {
        let asked: Vec<_> = same
            .iter()
            .map(|name| (*name, self.page.query(name)))
            .collect();
        let mut all: Vec<_> = asked
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        all.extend(filters);
        self.export = Some(Export::of(self.page, route, &all));
    }

    /// Says what is searched for.
    pub(crate) fn searched(&mut self, name: &str) {
        self.narrowed(name, "q", self.query.clone());
    }

    /// Narrowed by when something ends.
    pub(crate) fn by_end(&mut self) {
        self.select(
            "ends",
            "Ends",
            [
                ("", "Any end", ""),
                ("week", "This week", "within a week"),
                ("some", "Some day", "some day"),
                ("never", "No end", "never"),
            ],
        );
    }

    /// Offers choices: what each sends, what it is called, and how it is told while it is in force.
    pub(crate) fn select<const N: usize>(
        &mut self,
        name: &'static str,
        label: &'static str,
        choices: [(&str, &str, &str); N],
    ) {
        let chosen = self.page.query(name);
        let told = choices.iter().find(|(value, ..)| *value == chosen);
        self.narrowed(label, name, told.map_or("", |(.., told)| told));
        let choices = choices.map(|(value, label, _)| (value, label));
        self.pick(name, label, ui::Choice::all(choices), chosen);
    }

    /// Offers choices, each called as it is told.
    pub(crate) fn choose(&mut self, name: &'static str, label: &'static str, all: Vec<ui::Choice>) {
        let chosen = self.page.query(name);
        let told = all.iter().find(|it| !chosen.is_empty() && it.is(&chosen));
        self.narrowed(
            name,
            name,
            told.map_or(String::new(), |it| it.label.clone()),
        );
        self.pick(name, label, all, chosen);
    }

    /// Offers choices, of which one is chosen.
    pub(crate) fn pick(
        &mut self,
        name: &'static str,
        label: &'static str,
        choices: Vec<ui::Choice>,
        chosen: String,
    ) {
        self.selects.push(Select {
            name,
            label,
            choices,
            chosen,
        });
    }

    /// Offers to make one more, to who may.
    pub(crate) fn offer(&mut self, action: portcullis_model::Action, label: &str) {
        let may = self.page.may(action, Target::Nothing);
        let new = format!("{}/new", self.place);
        self.actions.add([(may, label, new, "plus")]);
    }

    /// The head of a column that `?sort=key` sorts by.
    pub(crate) fn column(&self, label: &str, key: &str) -> ui::Column {
        let sign = if self.sort.down { "-" } else { "" };
        let sort = format!("{sign}{}", self.sort.by);
        let unsorted = [("sort", ""), ("order", ""), ("page", "")];
        ui::Column::sortable(label, key, &sort, &self.page.with_last(&unsorted, "sort"))
    }
}

/// The part of a list that `?page=` asks for.
pub(crate) fn cut<T>(page: &Page, all: Vec<T>) -> (Vec<T>, ui::Pages) {
    let total = all.len();
    let last = total.div_ceil(PER_PAGE).max(1);
    let number = page.query("page").parse().unwrap_or(1).clamp(1, last);
    let rows = all.into_iter().skip((number - 1) * PER_PAGE);
    (rows.take(PER_PAGE).collect(), pages(page, number, total))
}

/// Page `number` of a list of `total` rows.
pub(crate) fn pages(page: &Page, number: usize, total: usize) -> ui::Pages {
    ui::Pages {
        page: number as u64,
        per_page: PER_PAGE as u64,
        total: total as u64,
        base: page.with_last(&[("page", "")], "page"),
    }
}

/// How a list is sorted: `?sort=` names the column, `?order=desc` turns it around.
pub(crate) struct Sort {
    pub by: String,
    pub down: bool,
}

impl Sort {
    /// What the page's address asks for, or the `usual` column.
    pub(crate) fn of(page: &Page, usual: &str) -> Self {
        let asked = page.query("sort");
        Self {
            by: if asked.is_empty() {
                usual.to_owned()
            } else {
                asked
            },
            down: page.query("order") == "desc",
        }
    }

    /// Sorts by a key; what is equal stays in the order in which it stands.
    pub(crate) fn rows<T, K: Ord>(&self, rows: &mut [T], mut key: impl FnMut(&T) -> K) {
        if self.down {
            rows.sort_by_cached_key(|row| std::cmp::Reverse(key(row)));
        } else {
            rows.sort_by_cached_key(key);
        }
    }

    /// Which way.
    pub(super) fn order(&self) -> Order {
        if self.down { Order::Desc } else { Order::Asc }
    }

    /// The same by what the model knows: what is equal goes by name.
    pub(super) fn query<B>(&self, by: B) -> query::Sort<B> {
        query::Sort {
            by,
            order: self.order(),
            ties: Order::Asc,
        }
    }
}

/// The first of many, and how many are left out.
#[derive(Default)]
pub(crate) struct Few<T> {
    pub shown: Vec<T>,
    pub more: usize,
}

impl<T> Few<T> {
    /// At most `most` of `all`, as `show` draws them.
    pub(crate) fn of<S>(most: usize, all: Vec<S>, show: impl FnMut(S) -> T) -> Self {
        Self {
            more: all.len().saturating_sub(most),
            shown: all.into_iter().take(most).map(show).collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// How many there are, those left out included.
    pub(crate) fn total(&self) -> usize {
        self.shown.len() + self.more
    }
}

impl Few<ui::Entity> {
    /// As a list beside a page, the rest of which is at `more`.
    pub(crate) fn beside(self, title: &'static str, more: impl Into<String>) -> ui::Aside {
        let left = (self.more > 0).then(|| format!("and {} more", self.more));
        ui::Aside {
            more: left.map(|label| ui::Link::new(label, more)),
            ..ui::Aside::new(title, self.shown, "")
        }
    }
}
