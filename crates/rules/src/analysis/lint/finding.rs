//! What can be found, and how much it matters.

use std::fmt;

use serde::{Serialize, Serializer};

/// The kind of a finding, stable across versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lint {
    /// The rule never decides, because rules before it always do.
    UnreachableRule,
    /// The rule decides, but without it the answer would be the same.
    RedundantRule,
    /// Two rules of opposite effect overlap and neither is an exception to the other.
    ConflictByOrder,
    /// The conditions of the rule can never be met.
    ConditionNever,
    /// The conditions of the rule are always met, so they ask for nothing.
    ConditionAlways,
    /// One branch of an `$or` can never be met.
    DeadBranch,
    /// An empty `$or` holds always.
    VacuousOr,
    /// `["*"]` is the name `*`, not every name.
    StarInList,
    /// `{"$not": "*"}` is every name but `*`, not no name.
    NotStar,
    /// A text such as `@name` in a list is a text, not the attribute.
    ReferenceInList,
    /// A regular expression for a host in an allow rule may match inside a longer text.
    UnanchoredHost,
    /// A negative condition in an allow rule is met by a resource without the attribute.
    NegativeHoldsWhenMissing,
    /// A condition in a deny rule cannot be decided without the attribute, which denies.
    MissingDenies,
    /// An allow rule names what it excludes and so covers names that do not exist yet.
    ExclusionOnly,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not meant.
    Warning,
    /// Surely not meant.
    Error,
}

/// One thing worth telling the author of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of finding it is.
    #[serde(rename = "code")]
    pub lint: Lint,
    /// How much it matters.
    pub severity: Severity,
    /// The rule, counted from 0.
    pub rule: usize,
    /// Where in the document that [`RuleList::to_json`](crate::RuleList::to_json) writes, such as `[3].where.rsrc_match[0]`.
    pub path: String,
    /// What was found, in a sentence.
    pub message: String,
    /// What to do about it.
    pub suggestion: String,
}

/// As [`Lint::code`].
impl Serialize for Lint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// As [`Severity::as_str`].
impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Lint {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::UnreachableRule,
        Self::RedundantRule,
        Self::ConflictByOrder,
        Self::ConditionNever,
        Self::ConditionAlways,
        Self::DeadBranch,
        Self::VacuousOr,
        Self::StarInList,
        Self::NotStar,
        Self::ReferenceInList,
        Self::UnanchoredHost,
        Self::NegativeHoldsWhenMissing,
        Self::MissingDenies,
        Self::ExclusionOnly,
    ];

    /// The code as it appears in machine-readable reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnreachableRule => "unreachable_rule",
            Self::RedundantRule => "redundant_rule",
            Self::ConflictByOrder => "conflict_by_order",
            Self::ConditionNever => "condition_never",
            Self::ConditionAlways => "condition_always",
            Self::DeadBranch => "dead_branch",
            Self::VacuousOr => "vacuous_or",
            Self::StarInList => "star_in_list",
            Self::NotStar => "not_star",
            Self::ReferenceInList => "reference_in_list",
            Self::UnanchoredHost => "unanchored_host",
            Self::NegativeHoldsWhenMissing => "negative_holds_when_missing",
            Self::MissingDenies => "missing_denies",
            Self::ExclusionOnly => "exclusion_only",
        }
    }

    /// How much findings of this kind matter.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::UnreachableRule
            | Self::ConditionNever
            | Self::VacuousOr
            | Self::StarInList
            | Self::NotStar => Severity::Error,
            Self::DeadBranch
            | Self::ConditionAlways
            | Self::ReferenceInList
            | Self::UnanchoredHost
            | Self::NegativeHoldsWhenMissing
            | Self::RedundantRule => Severity::Warning,
            Self::ConflictByOrder | Self::MissingDenies | Self::ExclusionOnly => Severity::Note,
        }
    }
}

impl Severity {
    /// The word for this severity in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (severity, code) = (self.severity.as_str(), self.lint.code());
        write!(
            f,
            "{severity}[{code}] {}: {}; {}",
            self.path, self.message, self.suggestion
        )
    }
}

/// Collects findings, filling in what follows from their kind.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    pub(super) fn add(
        &mut self,
        lint: Lint,
        rule: usize,
        path: impl Into<String>,
        message: impl Into<String>,
        suggestion: impl Into<String>,
    ) {
        self.0.push(Finding {
            lint,
            severity: lint.severity(),
            rule,
            path: path.into(),
            message: message.into(),
            suggestion: suggestion.into(),
        });
    }
}
