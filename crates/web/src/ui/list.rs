//! What stands around a list: tabs, filters, pages and the heads of columns; and short lists.

use super::{Entity, Link};

/// One tab; tabs are links.
pub(crate) struct Tab {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) current: bool,
    pub(crate) count: Option<u64>,
}

impl Tab {
    /// A tab that is current when its `href` is the page's own.
    pub(crate) fn new(label: impl Into<String>, href: impl Into<String>, current: &str) -> Self {
        let href = href.into();
        Self {
            label: label.into(),
            current: href == current,
            href,
            count: None,
        }
    }

    /// The same tab with a count.
    #[must_use]
    pub(crate) fn counting(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

/// How many own a group, themselves or as owners of its app.
pub(crate) struct Owners {
    pub(crate) count: usize,
    pub(crate) of_app: bool,
}

/// A short list beside a page, and what there is to say about it.
pub(crate) struct Aside {
    pub(crate) title: &'static str,
    /// What is said before it.
    pub(crate) lead: &'static str,
    pub(crate) entities: Vec<Entity>,
    /// What is said after it.
    pub(crate) text: String,
    /// Where the rest is.
    pub(crate) more: Option<Link>,
}

impl Aside {
    pub(crate) fn new(title: &'static str, entities: Vec<Entity>, text: impl Into<String>) -> Self {
        Self {
            title,
            lead: "",
            entities,
            text: text.into(),
            more: None,
        }
    }

    /// The same with words before it.
    pub(crate) fn led_by(self, lead: &'static str) -> Self {
        Self { lead, ..self }
    }

    /// The same, with what is said where there is nothing to list.
    pub(crate) fn or_none(self, none: &'static str) -> Self {
        let lead = if self.entities.is_empty() {
            none
        } else {
            self.lead
        };
        self.led_by(lead)
    }

    /// Whether there is nothing to say.
    pub(crate) fn is_empty(&self) -> bool {
        self.entities.is_empty() && self.text.is_empty()
    }
}

/// A filter in force; its link takes it away.
pub(crate) struct Filter {
    /// What is filtered on, such as `kind`.
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) remove: String,
}

/// Where a list's reader is; pages count from 1.
pub(crate) struct Pages {
    pub(crate) page: u64,
    pub(crate) per_page: u64,
    pub(crate) total: u64,
    /// The page's address up to and including `page=`, such as `/groups?q=pay&page=`.
    pub(crate) base: String,
}

impl Pages {
    /// Position of the first row shown, or 0 when there are none.
    pub(crate) fn first(&self) -> u64 {
        if self.total == 0 {
            0
        } else {
            (self.page.max(1) - 1) * self.per_page + 1
        }
    }

    /// Position of the last row shown.
    pub(crate) fn last(&self) -> u64 {
        (self.page.max(1) * self.per_page).min(self.total)
    }

    /// How many pages there are.
    pub(crate) fn count(&self) -> u64 {
        self.total.div_ceil(self.per_page.max(1)).max(1)
    }

    /// The page before this one.
    pub(crate) fn previous(&self) -> Option<String> {
        (self.page > 1).then(|| format!("{}{}", self.base, self.page - 1))
    }

    /// The page after this one.
    pub(crate) fn next(&self) -> Option<String> {
        (self.page < self.count()).then(|| format!("{}{}", self.base, self.page + 1))
    }
}

/// The head of a table's column; sortable when it has an address.
pub(crate) struct Column {
    pub(crate) label: String,
    /// The page sorted by this column (the other way, if it already is).
    pub(crate) href: String,
    /// `ascending`, `descending` or empty.
    pub(crate) sorted: &'static str,
}

impl Column {
    /// A column called `key` of a page that is sorted by `sort`, with `-` in front for descending.
    ///
    /// `base` is the page's address up to and including `sort=`.
    pub(crate) fn sortable(label: impl Into<String>, key: &str, sort: &str, base: &str) -> Self {
        let (sorted, next) = match sort.strip_prefix('-') {
            Some(rest) if rest == key => ("descending", key.to_owned()),
            None if sort == key => ("ascending", format!("{key}&order=desc")),
            _ => ("", key.to_owned()),
        };
        Self {
            label: label.into(),
            href: format!("{base}{next}"),
            sorted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_a_sorted_column_turns_it_around() {
        let base = "/groups?sort=";
        assert_eq!(
            Column::sortable("Name", "name", "name", base).href,
            "/groups?sort=name&order=desc"
        );
        assert_eq!(
            Column::sortable("Name", "name", "-name", base).href,
            "/groups?sort=name"
        );
        assert_eq!(
            Column::sortable("Name", "name", "-name", base).sorted,
            "descending"
        );
        assert_eq!(Column::sortable("Name", "name", "ends", base).sorted, "");
    }

    #[test]
    fn pages_know_their_edges() {
        let pages = |page, total| Pages {
            page,
            per_page: 50,
            total,
            base: "/g?page=".to_owned(),
        };
        assert_eq!(
            (pages(1, 0).first(), pages(1, 0).last(), pages(1, 0).count()),
            (0, 0, 1)
        );
        assert_eq!((pages(3, 120).first(), pages(3, 120).last()), (101, 120));
        assert_eq!(pages(3, 120).next(), None);
        assert_eq!(pages(3, 120).previous().as_deref(), Some("/g?page=2"));
    }
}
