//! The questions, each with a list of any size. All rules allow and have one condition.

pub(crate) const WORKLOADS: [&str; 23] = [
    "early",
    "late_type",
    "none_type",
    "late_cond",
    "none_cond",
    "re_late",
    "re_none",
    "re_suffix_late",
    "re_suffix_none",
    "re_inner_late",
    "re_inner_none",
    "re_shared_late",
    "re_shared_none",
    "re_fold_late",
    "re_fold_none",
    "re_word_late",
    "re_word_none",
    "re_class_late",
    "re_class_none",
    "re_loose_late",
    "re_loose_none",
    "re_mixed_late",
    "re_mixed_none",
];

pub(crate) const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) rules: Vec<Rule>,
    pub(crate) kind: String,
    pub(crate) action: String,
    /// The resource's attributes.
    pub(crate) id: String,
    pub(crate) host: String,
    pub(crate) expected: bool,
}

pub(crate) struct Rule {
    pub(crate) kind: String,
    pub(crate) action: String,
    pub(crate) condition: Condition,
}

pub(crate) enum Condition {
    /// `id` is this.
    Id(String),
    /// `name` matches.
    Name(Expression),
}

/// What is asked of `name`.
pub(crate) struct Expression {
    pub(crate) source: String,
    /// The same with stars for any text, where that is possible.
    #[cfg_attr(
        not(feature = "cedar"),
        expect(dead_code, reason = "only Cedar has such patterns")
    )]
    pub(crate) glob: Option<String>,
    /// The rule's own part of the first name in the host, where a table can be made of that.
    pub(crate) key: Option<String>,
}

impl Condition {
    /// The identifier or the expression that is asked for.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Name(expression) => &expression.source,
        }
    }
}

/// Families of expressions, one for each rule.
#[derive(Clone, Copy)]
enum Family {
    /// A beginning.
    Host,
    /// An end.
    Suffix,
    /// A text inside, between a class and an alternation.
    Inner,
    /// A text inside, while all rules share beginning and end.
    Shared,
    /// A beginning, whatever its case.
    Fold,
    /// A word of letters only, whatever its case.
    Word,
    /// Classes only: an automaton must tell the rules apart.
    Class,
    /// The same anywhere in the text.
    Loose,
    /// `Inner` and `Class` in turn.
    Mixed,
}

/// No rule of any list has this number.
const NOBODY: usize = 16_383;

impl Family {
    fn of(workload: &str) -> Option<Self> {
        let name = workload.strip_prefix("re_")?;
        Some(
            match name.rsplit_once('_').map_or("", |(family, _)| family) {
                "suffix" => Self::Suffix,
                "inner" => Self::Inner,
                "shared" => Self::Shared,
                "fold" => Self::Fold,
                "word" => Self::Word,
                "class" => Self::Class,
                "loose" => Self::Loose,
                "mixed" => Self::Mixed,
                _ => Self::Host,
            },
        )
    }

    fn expression(self, i: usize) -> Expression {
        let mut glob = None;
        let mut key = None;
        let source = match self {
            Self::Host => {
                glob = Some(format!("host-{i}.*"));
                key = Some(format!("host-{i}"));
                format!(r"^host-{i}\.")
            }
            Self::Suffix => {
                glob = Some(format!("*.team-{i}.example.com"));
                format!(r"\.team-{i}\.example\.com$")
            }
            Self::Inner => format!("^[a-z]+-{i}-(prod|staging)$"),
            Self::Shared => format!(r"^web[0-9]*-{i}-[a-z]+\.example\.com$"),
            Self::Fold => format!("(?i)^svc-{i}/"),
            Self::Word => format!(r"(?i)\bteam{}\b", letters(i)),
            Self::Class => format!("^[0-9a-f]{{3}}-{}$", classes(i)),
            Self::Loose => format!("[0-9a-f]{{3}}-{}", classes(i)),
            Self::Mixed if i.is_multiple_of(2) => return Self::Inner.expression(i),
            Self::Mixed => return Self::Class.expression(i),
        };
        Expression { source, glob, key }
    }

    /// A text that matches the expression of this number only.
    fn text(self, i: usize) -> String {
        match self {
            Self::Host => format!("host-{i}.example.com"),
            Self::Suffix => format!("www.team-{i}.example.com"),
            Self::Inner => format!("billing-{i}-prod"),
            Self::Shared => format!("web3-{i}-eu.example.com"),
            Self::Fold => format!("SVC-{i}/Orders/42"),
            Self::Word => format!("on call: Team{}", letters(i)),
            Self::Class => format!("3fa-{}", spelled(i)),
            Self::Loose => format!("node 3fa-{} of 12", spelled(i)),
            Self::Mixed if i.is_multiple_of(2) => Self::Inner.text(i),
            Self::Mixed => Self::Class.text(i),
        }
    }
}

/// The number in base 4, a class for each digit. Repeats make one text fit several ways of reading it,
/// so that no look at single places tells the expressions apart.
fn classes(i: usize) -> String {
    const DIGITS: [&str; 4] = ["[g-m]", "[n-z]", "[0-4]", "[5-9]"];
    digits(i)
        .map(|digit| format!("{}{{1,3}}", DIGITS[digit]))
        .collect()
}

fn spelled(i: usize) -> String {
    const DIGITS: [char; 4] = ['k', 't', '2', '7'];
    digits(i).map(|digit| DIGITS[digit]).collect()
}

/// The number in base 16, in the letters from `a`.
fn letters(i: usize) -> String {
    let letter = |place: u32| char::from(b'a' + (i >> (4 * place)) as u8 % 16);
    (0..4).rev().map(letter).collect()
}

fn digits(i: usize) -> impl Iterator<Item = usize> {
    (0..7).map(move |place| (i >> (2 * place)) % 4)
}

impl Workload {
    pub(crate) fn new(name: &'static str, size: usize) -> Self {
        let last = size - 1;
        let family = Family::of(name);
        let rule = |i: usize| {
            let asked = match name {
                "early" => i == 0,
                "late_type" => i == last,
                "none_type" => false,
                _ => true,
            };
            let (kind, action) = if asked {
                ("t0".to_owned(), "a0".to_owned())
            } else {
                (format!("t{}", 1 + i % 19), format!("a{}", i % 8))
            };
            let condition = match family {
                Some(family) => Condition::Name(family.expression(i)),
                None => Condition::Id(format!("k{i}")),
            };
            Rule {
                kind,
                action,
                condition,
            }
        };
        let id = match name {
            "early" | "none_type" => "k0".to_owned(),
            "late_type" | "late_cond" => format!("k{last}"),
            _ => "zzz".to_owned(),
        };
        let late = name.ends_with("_late");
        let host = match family {
            Some(family) if late => family.text(last),
            Some(Family::Host) | None => "other.example.com".to_owned(),
            Some(family) => family.text(NOBODY),
        };
        Self {
            name,
            rules: (0..size).map(rule).collect(),
            kind: "t0".to_owned(),
            action: "a0".to_owned(),
            id,
            host,
            expected: late || matches!(name, "early" | "late_type" | "late_cond"),
        }
    }

    /// Texts for the list's expressions, half of which match, in no order.
    pub(crate) fn texts(&self, count: usize) -> Vec<String> {
        let family = Family::of(self.name).expect("the list has expressions");
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let text = |_| {
            // Xorshift: the same texts in every run.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let rule = (random >> 8) as usize % self.rules.len();
            let text = family.text(rule);
            if random.is_multiple_of(2) {
                return text;
            }
            // Another letter in the middle.
            let (start, end) = text.split_at(text.len() / 2);
            format!(
                "{start}{}{}",
                char::from(b'a' + (random >> 40) as u8 % 26),
                &end[1..]
            )
        };
        (0..count).map(text).collect()
    }

    pub(crate) fn uses_patterns(&self) -> bool {
        self.name.starts_with("re_")
    }
}
