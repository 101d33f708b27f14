//! Plain values behind the display macros of `_macros.html`.

use jiff::Timestamp;

use super::assets;
use super::forms::Hidden;
use super::rules::RulesDiff;
use super::time::ExpiryPill;

/// Lines of a diff shown before the rest folds away.
pub const DIFF_FOLD: usize = 20;

/// What sort of thing an entity is; decides its icon and its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A person known to the directory.
    Person,
    /// A program with its own identity.
    Service,
    /// A plain group.
    Group,
    /// A group that is a job function.
    Role,
    /// A system people need access to.
    App,
    /// A label that carries constraints.
    Tag,
    /// What membership of a group confers.
    Entitlement,
    /// A set of attribute rules.
    Rule,
    /// Somebody asking for something.
    Request,
}

impl Kind {
    /// The icon's id in `icons.svg`.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "key",
            Self::Group => "group",
            Self::Role => "role",
            Self::App => "app",
            Self::Tag => "tag",
            Self::Entitlement => "key",
            Self::Rule => "rule",
            Self::Request => "inbox",
        }
    }

    /// The kind in one lower-case word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
            Self::Group => "group",
            Self::Role => "role",
            Self::App => "app",
            Self::Tag => "tag",
            Self::Entitlement => "entitlement",
            Self::Rule => "rule",
            Self::Request => "request",
        }
    }
}

/// A named thing that is always shown as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// What sort of thing it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Muted text beside the name; may be empty.
    pub detail: String,
    /// Where it lives; empty draws plain text.
    pub href: String,
}

impl Entity {
    /// An entity without detail.
    pub fn new(kind: Kind, name: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            detail: String::new(),
            href: href.into(),
        }
    }

    /// The same entity with muted text beside its name.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// Text with a destination, for breadcrumbs and menus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it goes; empty draws plain text.
    pub href: String,
}

impl Link {
    /// A link that says `label` and goes to `href`.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something to know.
    Info,
    /// Something went well.
    Good,
    /// Something to heed.
    Warn,
    /// Something failed or was refused.
    Bad,
}

impl Level {
    /// The class that colours it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    /// The icon's id in `icons.svg`.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "check",
            Self::Warn => "alert",
            Self::Bad => "x",
        }
    }
}

/// A small word set apart from the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// What it says.
    pub label: String,
    /// The class that draws it: `kind`, `managed`, `unmanaged`, `good`, `warn`, `bad` or empty.
    pub class: &'static str,
    /// What it means, on hover.
    pub title: &'static str,
}

impl Chip {
    /// The chip that names an entity's kind.
    pub fn kind(kind: Kind) -> Self {
        Self {
            label: kind.label().to_owned(),
            class: "kind",
            title: "",
        }
    }

    /// The chip of a group Portcullis is the authority for.
    pub fn managed() -> Self {
        Self {
            label: "managed".to_owned(),
            class: "managed",
            title: "Portcullis decides who is in this group and pushes it outside",
        }
    }

    /// The chip of a group the outside system is the authority for.
    pub fn unmanaged() -> Self {
        Self {
            label: "unmanaged".to_owned(),
            class: "unmanaged",
            title: "The directory decides who is in this group; Portcullis only reads it",
        }
    }

    /// A chip with its own word and level.
    pub fn level(label: impl Into<String>, level: Level) -> Self {
        Self {
            label: label.into(),
            class: level.class(),
            title: "",
        }
    }

    /// A plain chip.
    pub fn plain(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            class: "",
            title: "",
        }
    }
}

/// One step of a path line: an entity, and how the path goes on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// The thing on the path.
    pub entity: Entity,
    /// When the link *into* this step ends, if the step has one to show.
    pub ends: Option<ExpiryPill>,
}

impl PathStep {
    /// A step without an end of its own.
    pub fn new(entity: Entity) -> Self {
        Self { entity, ends: None }
    }

    /// The same step, until `until`.
    #[must_use]
    pub fn until(mut self, until: Option<Timestamp>, now: Timestamp) -> Self {
        self.ends = Some(ExpiryPill::new(until, now));
        self
    }
}

/// Whether a diff line adds, removes or alters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Access appears.
    Gains,
    /// Access goes away.
    Loses,
    /// Access stays and something about it differs, such as its end.
    Changes,
}

impl Sign {
    /// The class that colours the line.
    pub fn class(self) -> &'static str {
        match self {
            Self::Gains => "gain",
            Self::Loses => "lose",
            Self::Changes => "change",
        }
    }

    /// The mark before the line.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Gains => "+",
            Self::Loses => "−",
            Self::Changes => "~",
        }
    }

    /// The word a screen reader hears.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::Changes => "changes",
        }
    }
}

/// One thing somebody gains or loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// Gains, loses or changes.
    pub sign: Sign,
    /// What it is about.
    pub what: Entity,
    /// Muted rest of the line, such as `via role Data Analyst`; may be empty.
    pub note: String,
    /// The end it has afterwards, when that matters.
    pub ends: Option<ExpiryPill>,
}

/// Everything that differs for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffSubject {
    /// Who it is about.
    pub who: Entity,
    /// What differs for them.
    pub lines: Vec<DiffLine>,
}

impl DiffSubject {
    /// The lines shown at once.
    pub fn head(&self) -> &[DiffLine] {
        &self.lines[..self.lines.len().min(DIFF_FOLD)]
    }

    /// The lines folded away.
    pub fn rest(&self) -> &[DiffLine] {
        &self.lines[self.lines.len().min(DIFF_FOLD)..]
    }
}

/// Who gains and loses what, grouped by person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// One entry per person.
    pub subjects: Vec<DiffSubject>,
    /// People who differ but are not listed, so that a page stays small.
    pub omitted: usize,
}

impl Diff {
    /// A complete diff.
    pub fn new(subjects: Vec<DiffSubject>) -> Self {
        Self {
            subjects,
            omitted: 0,
        }
    }

    /// People touched, those not listed included.
    pub fn people(&self) -> usize {
        self.subjects.len() + self.omitted
    }

    /// Listed lines that add access.
    pub fn gains(&self) -> usize {
        self.count(Sign::Gains)
    }

    /// Listed lines that remove access.
    pub fn losses(&self) -> usize {
        self.count(Sign::Loses)
    }

    /// Listed lines that alter access.
    pub fn changes(&self) -> usize {
        self.count(Sign::Changes)
    }

    /// Whether nothing differs for anybody.
    pub fn is_empty(&self) -> bool {
        self.people() == 0
    }

    /// The people shown at once: as many as fit into [`DIFF_FOLD`] lines, and always one.
    pub fn head(&self) -> &[DiffSubject] {
        &self.subjects[..self.fold()]
    }

    /// The people folded away.
    pub fn rest(&self) -> &[DiffSubject] {
        &self.subjects[self.fold()..]
    }

    fn count(&self, sign: Sign) -> usize {
        self.subjects
            .iter()
            .flat_map(|s| &s.lines)
            .filter(|line| line.sign == sign)
            .count()
    }

    fn fold(&self) -> usize {
        let mut lines = 0;
        let fitting = self
            .subjects
            .iter()
            .take_while(|subject| {
                lines += subject.lines.len();
                lines <= DIFF_FOLD
            })
            .count();
        fitting.max(1).min(self.subjects.len())
    }
}

/// A change about to be made: what it does, what to heed, and the form that does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What will happen, in one sentence.
    pub title: String,
    /// Who gains and loses what.
    pub diff: Diff,
    /// What changes by rules, where any are touched.
    pub rules: Option<RulesDiff>,
    /// What to heed before confirming.
    pub warnings: Vec<String>,
    /// What else to know.
    pub notes: Vec<String>,
    /// Where the confirming form posts to.
    pub action: String,
    /// What the form carries, besides the CSRF token.
    pub hidden: Vec<Hidden>,
    /// The confirming button's text.
    pub confirm: String,
    /// Where cancelling goes.
    pub cancel: String,
    /// Whether confirming takes something away.
    pub level: Level,
}

/// One tab; tabs are links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// What it says.
    pub label: String,
    /// Where it goes.
    pub href: String,
    /// Whether it is the page being shown.
    pub current: bool,
    /// A count beside the label.
    pub count: Option<u64>,
}

impl Tab {
    /// A tab that is current when its `href` is the page's own.
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: &str) -> Self {
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
    pub fn counting(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

/// A filter in force; its link takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What is filtered on, such as `kind`.
    pub name: String,
    /// The value filtered for.
    pub value: String,
    /// The same page without this filter.
    pub remove: String,
}

/// Where a list's reader is; pages count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// The page shown.
    pub page: u64,
    /// Rows on a page.
    pub per_page: u64,
    /// Rows in all.
    pub total: u64,
    /// The page's address up to and including `page=`, such as `/groups?q=pay&page=`.
    pub base: String,
}

impl Pages {
    /// Position of the first row shown, or 0 when there are none.
    pub fn first(&self) -> u64 {
        if self.total == 0 {
            0
        } else {
            (self.page.max(1) - 1) * self.per_page + 1
        }
    }

    /// Position of the last row shown.
    pub fn last(&self) -> u64 {
        (self.page.max(1) * self.per_page).min(self.total)
    }

    /// How many pages there are.
    pub fn count(&self) -> u64 {
        self.total.div_ceil(self.per_page.max(1)).max(1)
    }

    /// The page before this one.
    pub fn previous(&self) -> Option<String> {
        (self.page > 1).then(|| format!("{}{}", self.base, self.page - 1))
    }

    /// The page after this one.
    pub fn next(&self) -> Option<String> {
        (self.page < self.count()).then(|| format!("{}{}", self.base, self.page + 1))
    }
}

/// The head of a table's column; sortable when it has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it says.
    pub label: String,
    /// The page sorted by this column (the other way, if it already is).
    pub href: String,
    /// `ascending`, `descending` or empty.
    pub sorted: &'static str,
}

impl Column {
    /// A column called `key` of a page that is sorted by `sort`, with `-` in front for descending.
    ///
    /// `base` is the page's address up to and including `sort=`.
    pub fn sortable(label: impl Into<String>, key: &str, sort: &str, base: &str) -> Self {
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

/// The address of an icon, for `<use href>`.
pub fn icon(id: &str) -> String {
    format!("{}#{id}", assets::url("icons.svg"))
}

/// Up to two letters that stand for a name.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '_' | '@'))
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let second = if name.contains(char::is_whitespace) {
        words.next_back()
    } else {
        words.next()
    };
    [first, second]
        .into_iter()
        .flatten()
        .flat_map(char::to_uppercase)
        .take(2)
        .collect()
}

/// The hue class of a key, `h0` to `h7`: the same for the same key, everywhere and always.
pub fn hue(key: &str) -> &'static str {
    const HUES: [&str; 8] = ["h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"];
    // FNV-1a: std's hasher may change between releases, and with it everybody's colour.
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    HUES[(hash >> 13) as usize % HUES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(lines: usize) -> DiffSubject {
        let line = DiffLine {
            sign: Sign::Gains,
            what: Entity::new(Kind::Group, "g", "/groups/g"),
            note: String::new(),
            ends: None,
        };
        DiffSubject {
            who: Entity::new(Kind::Person, "p", "/people/p"),
            lines: vec![line; lines],
        }
    }

    #[test]
    fn initials_take_the_first_and_the_last_word() {
        let table = [
            ("Ana Lima", "AL"),
            ("Maria del Mar Ruiz", "MR"),
            ("cher", "C"),
            ("jo.berg@example.com", "JB"),
            ("émile zola", "ÉZ"),
            ("", ""),
        ];
        for (name, expected) in table {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn diff_folds_past_twenty_lines_and_always_shows_one_person() {
        assert_eq!(Diff::default().head().len(), 0);
        let long = Diff::new(vec![subject(30)]);
        assert_eq!((long.head().len(), long.rest().len()), (1, 0));
        assert_eq!(
            (long.head()[0].head().len(), long.head()[0].rest().len()),
            (20, 10)
        );
        let many = Diff::new(vec![subject(8), subject(12), subject(1)]);
        assert_eq!((many.head().len(), many.rest().len()), (2, 1));
        assert_eq!((many.people(), many.gains(), many.losses()), (3, 21, 0));
    }

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

    #[test]
    fn a_key_keeps_its_hue() {
        assert_eq!(hue("ana"), hue("ana"));
        let distinct: std::collections::BTreeSet<_> =
            (0..200).map(|n| hue(&format!("user{n}"))).collect();
        assert_eq!(distinct.len(), 8);
    }
}
