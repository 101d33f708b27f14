//! The seven questions, each with a list of any size. All rules allow and have one condition.

pub(crate) const WORKLOADS: [&str; 7] = [
    "early",
    "late_type",
    "none_type",
    "late_cond",
    "none_cond",
    "re_late",
    "re_none",
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
    /// `name` begins with `host-<n>.`.
    Host(usize),
}

impl Condition {
    /// The identifier or the expression that is asked for.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Host(n) => format!("^host-{n}\\."),
        }
    }
}

impl Workload {
    pub(crate) fn new(name: &'static str, size: usize) -> Self {
        let last = size - 1;
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
            let condition = if name.starts_with("re_") {
                Condition::Host(i)
            } else {
                Condition::Id(format!("k{i}"))
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
        let host = match name {
            "re_late" => format!("host-{last}.example.com"),
            _ => "other.example.com".to_owned(),
        };
        Self {
            name,
            rules: (0..size).map(rule).collect(),
            kind: "t0".to_owned(),
            action: "a0".to_owned(),
            id,
            host,
            expected: matches!(name, "early" | "late_type" | "late_cond" | "re_late"),
        }
    }

    pub(crate) fn uses_patterns(&self) -> bool {
        self.name.starts_with("re_")
    }
}
