//! What several reading pages show: pages of lists, the past, ends, what tags demand.

use portcullis_model::{
    App, Constraints, Expiry, Group, MembershipKind, Tag, Timestamp, User, World,
    world::{
        Path, contains,
        query::{self, Order},
    },
};

use crate::{
    At,
    pages::{convert, frame::Page},
    ui,
};

/// Rows on a page of a list.
pub(crate) const PER_PAGE: usize = 50;
/// Rows of a short list beside the main one; the rest is a link.
pub(crate) const FEW: usize = 8;
/// How near an end must be to be pointed out, in days.
pub(crate) const SOON_DAYS: i64 = 7;

/// What a page says when it shows another time than now.
pub(crate) struct Past {
    pub title: String,
    pub text: &'static str,
    pub back: String,
}

/// The banner of a page that shows another time than now.
pub(crate) fn past(page: &Page) -> Option<Past> {
    let At::Past(at) = page.view.at else {
        return None;
    };
    let when = convert::when(at, page.viewer.context.now).absolute();
    let (title, text) = if at < page.viewer.context.now {
        (
            format!("As it was on {when}."),
            "Nothing can be changed here.",
        )
    } else {
        (
            format!("As it will be on {when}, if nothing changes."),
            "Access that ends before then is left out.",
        )
    };
    Some(Past {
        title,
        text,
        back: page.with_query(&[("at", "")]),
    })
}

/// The day a page is asked about, for its date field.
pub(crate) fn as_of(page: &Page) -> String {
    match page.view.at {
        At::Now => String::new(),
        At::Past(at) => at.to_jiff().strftime("%Y-%m-%d").to_string(),
    }
}

/// The part of a list that `?page=` asks for.
pub(crate) fn cut<T>(page: &Page, all: Vec<T>) -> (Vec<T>, ui::Pages) {
    cut_as(page, "page", all)
}

/// Page `number` of a list of `total` rows.
pub(crate) fn pages(page: &Page, parameter: &str, number: usize, total: usize) -> ui::Pages {
    let address = page.with_query(&[(parameter, "")]);
    let joint = if address.contains('?') { '&' } else { '?' };
    ui::Pages {
        page: number as u64,
        per_page: PER_PAGE as u64,
        total: total as u64,
        base: format!("{address}{joint}{parameter}="),
    }
}

/// The same, where a page has several lists.
pub(crate) fn cut_as<T>(page: &Page, parameter: &str, all: Vec<T>) -> (Vec<T>, ui::Pages) {
    let total = all.len();
    let last = total.div_ceil(PER_PAGE).max(1);
    let number = page.query(parameter).parse().unwrap_or(1).clamp(1, last);
    let pages = pages(page, parameter, number, total);
    let rows = all
        .into_iter()
        .skip((number - 1) * PER_PAGE)
        .take(PER_PAGE)
        .collect();
    (rows, pages)
}

/// The head of a column that `?sort=` sorts by.
pub(crate) fn column(page: &Page, label: &str, key: &str, usual: &str) -> ui::Column {
    let sort = Sort::of(page, usual);
    let sign = if sort.down { "-" } else { "" };
    let sort = format!("{sign}{}", sort.by);
    let address = page.with_query(&[("sort", ""), ("order", ""), ("page", "")]);
    let joint = if address.contains('?') { '&' } else { '?' };
    ui::Column::sortable(label, key, &sort, &format!("{address}{joint}sort="))
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

/// A filter in force, with the address that drops it.
pub(crate) fn filter(
    page: &Page,
    name: &str,
    parameter: &str,
    value: impl Into<String>,
) -> ui::Filter {
    ui::Filter {
        name: name.to_owned(),
        value: value.into(),
        remove: page.with_query(&[(parameter, ""), ("page", "")]),
    }
}

/// An address with the given parameters.
pub(crate) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", convert::escape(value)))
        .collect();
    if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pairs.join("&"))
    }
}

/// A person with their login beside the name.
pub(crate) fn person(user: &User) -> Person {
    Person {
        who: convert::user(user).with_detail(user.login.as_str()),
        login: user.login.to_string(),
    }
}

/// A person as lists show them.
pub(crate) struct Person {
    pub who: ui::Entity,
    pub login: String,
}

/// Whether a person is meant by a search.
pub(crate) fn is_meant(user: &User, query: &str) -> bool {
    contains(&user.name, query)
        || contains(&user.login, query)
        || user.email.as_deref().is_some_and(|e| contains(e, query))
}

/// The groups a path leads through, its goal not included: nothing where somebody is in directly.
pub(crate) fn through(world: &World, path: &Path<'_>) -> Vec<ui::Entity> {
    let mut steps = path.steps(world);
    steps.pop();
    steps
        .into_iter()
        .map(|step| convert::group(step.group))
        .collect()
}

/// The path that decides when access ends: the first of those that last longest.
pub(crate) fn deciding<'p, 'w>(paths: &'p [Path<'w>], until: Expiry) -> Option<&'p Path<'w>> {
    paths
        .iter()
        .find(|path| path.until == until)
        .or(paths.first())
}

/// Whether something ends within `days`.
pub(crate) fn ends_within(until: Expiry, now: Timestamp, days: i64) -> bool {
    until.instant().is_some() && !until.is_past(now) && until <= Expiry::at(now.plus_days(days))
}

/// A tag with what it demands.
pub(crate) struct TagLine {
    pub tag: ui::Entity,
    pub demands: Vec<String>,
    /// The app it comes from; nothing where it is on the thing itself.
    pub from: Option<ui::Entity>,
    pub enabled: bool,
}

/// A tag on something, and the app it comes from if it is inherited.
pub(crate) fn tag_line(tag: &Tag, from: Option<&App>) -> TagLine {
    TagLine {
        tag: convert::tag(tag),
        demands: demands(&tag.constraints),
        from: from.map(convert::app),
        enabled: tag.enabled,
    }
}

/// The tags in force on a group, its own first.
pub(crate) fn tags_of(world: &World, group: &Group) -> Vec<TagLine> {
    let app = group.app().and_then(|app| world.app(app));
    world
        .tags_on(group)
        .map(|tag| {
            let own = group.tags.contains(&tag.id);
            tag_line(tag, app.filter(|_| !own))
        })
        .collect()
}

/// What constraints demand, a sentence each.
pub(crate) fn demands(constraints: &Constraints) -> Vec<String> {
    let mut all = Vec::new();
    for (kind, who) in [
        (MembershipKind::Member, "members"),
        (MembershipKind::Owner, "owners"),
    ] {
        if let Some(limit) = constraints.limit(kind) {
            let most = length(limit.seconds());
            all.push(format!("{who} stay at most {most} at a time"));
        }
        if constraints.reason_required(kind) {
            all.push(format!("adding {who} needs a reason"));
        }
        if constraints.self_add_disallowed(kind) {
            all.push(format!("owners cannot add themselves to the {who}"));
        }
    }
    all
}

/// A length of time in its largest whole unit.
pub(crate) fn length(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (size, unit) = units
        .into_iter()
        .find(|(size, _)| seconds % size == 0)
        .unwrap_or((1, "second"));
    let count = seconds / size;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Something to do, as a button or in a menu.
pub(crate) struct Action {
    pub label: String,
    pub href: String,
    pub icon: &'static str,
}

impl Action {
    pub(crate) fn new(
        label: impl Into<String>,
        href: impl Into<String>,
        icon: &'static str,
    ) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            icon,
        }
    }
}

/// What may be done on a page: one thing first, the rest in a menu, what destroys last.
#[derive(Default)]
pub(crate) struct Actions {
    pub first: Option<Action>,
    pub rest: Vec<Action>,
    pub danger: Option<Action>,
}

impl Actions {
    /// Adds something to look at; it never becomes the button.
    pub(crate) fn also(&mut self, action: Action) {
        self.rest.push(action);
    }

    /// Adds something to do; the first one added becomes the button.
    pub(crate) fn add(&mut self, action: Action) {
        if self.first.is_none() {
            self.first = Some(action);
        } else {
            self.rest.push(action);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_their_largest_whole_unit() {
        let table = [
            (86_400, "1 day"),
            (30 * 86_400, "30 days"),
            (5_400, "90 minutes"),
            (7_200, "2 hours"),
            (61, "61 seconds"),
        ];
        for (seconds, text) in table {
            assert_eq!(length(seconds), text);
        }
    }

    #[test]
    fn constraints_are_told_for_members_before_owners() {
        let constraints = Constraints {
            member_time_limit: 2_592_000.try_into().ok(),
            require_owner_reason: true,
            disallow_self_add_membership: true,
            ..Constraints::default()
        };
        assert_eq!(
            demands(&constraints),
            [
                "members stay at most 30 days at a time",
                "owners cannot add themselves to the members",
                "adding owners needs a reason",
            ]
        );
        assert!(demands(&Constraints::default()).is_empty());
    }
}
