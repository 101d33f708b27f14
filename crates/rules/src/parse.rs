//! Strict loading: a JSON document becomes a rule list, or every diagnostic in it is reported at once.
//!
//! `json` reads text into a tree that remembers positions and repeated keys, `check` turns the tree
//! into rules. Nothing here decides anything; a document is either wholly good or refused.

mod check;
mod json;
mod report;

use std::fmt;

use crate::pattern::PatternLimits;
use crate::syntax::{ConditionSet, Operand, RuleList};

/// Bounds that a document must keep; beyond them it is refused, never cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest document, in bytes (default 16 MiB).
    pub document_bytes: usize,
    /// Most rules in a list (default 100,000).
    pub rules: usize,
    /// Deepest nesting of condition sets inside a rule (default 64, never more than 128).
    pub depth: usize,
    /// Most items in one list or map: names, conditions, or values of a literal (default 10,000).
    pub items: usize,
    /// Bounds on each pattern.
    pub pattern: PatternLimits,
    /// Most diagnostics reported; further ones are only counted (default 1,000).
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 16 << 20,
            rules: 100_000,
            depth: 64,
            items: 10_000,
            pattern: PatternLimits::default(),
            diagnostics: 1000,
        }
    }
}

impl Limits {
    fn condition_depth(&self) -> usize {
        self.depth.min(128)
    }

    /// Levels of JSON lists and maps: a condition set may take two, and the rule around it a few more.
    fn json_depth(&self) -> usize {
        self.condition_depth() * 2 + 16
    }
}

/// The kind of a diagnostic, stable across versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// The text is not JSON.
    Syntax,
    /// The document is longer than the limit.
    DocumentTooLarge,
    /// Lists and maps, or condition sets, nest deeper than the limit.
    TooDeep,
    /// There are more rules than the limit.
    TooManyRules,
    /// A list or map has more items than the limit.
    TooManyItems,
    /// A value has the wrong JSON type.
    WrongType,
    /// A required key is missing.
    MissingKey,
    /// A key is not part of the language.
    UnknownKey,
    /// A key is written twice in one map.
    DuplicateKey,
    /// The access is neither allow nor deny.
    UnknownAccess,
    /// A name is empty.
    EmptyName,
    /// A list of names is empty.
    EmptyNames,
    /// A condition does not have the form `[left, operator, right]`.
    MalformedCondition,
    /// The operator does not exist.
    UnknownOperator,
    /// An empty list stands inside `$or`.
    EmptySetInOr,
    /// A lone `@` names no attribute.
    BareReference,
    /// A list operator was given a literal that is no list.
    NotAList,
    /// A text operator was given a literal that is no usable pattern.
    BadPattern,
    /// A number cannot be held exactly enough.
    NumberOutOfRange,
    /// An operand built in code cannot be written in a document.
    Unwritable,
}

impl Code {
    /// The code as it appears in machine-readable reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::DocumentTooLarge => "document_too_large",
            Self::TooDeep => "too_deep",
            Self::TooManyRules => "too_many_rules",
            Self::TooManyItems => "too_many_items",
            Self::WrongType => "wrong_type",
            Self::MissingKey => "missing_key",
            Self::UnknownKey => "unknown_key",
            Self::DuplicateKey => "duplicate_key",
            Self::UnknownAccess => "unknown_access",
            Self::EmptyName => "empty_name",
            Self::EmptyNames => "empty_names",
            Self::MalformedCondition => "malformed_condition",
            Self::UnknownOperator => "unknown_operator",
            Self::EmptySetInOr => "empty_set_in_or",
            Self::BareReference => "bare_reference",
            Self::NotAList => "not_a_list",
            Self::BadPattern => "bad_pattern",
            Self::NumberOutOfRange => "number_out_of_range",
            Self::Unwritable => "unwritable",
        }
    }
}

/// A place in a document's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes from the start of the document.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One thing wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of diagnostic it is.
    pub code: Code,
    /// Where in the document's structure, such as `[3].where.rsrc_match[0]`; empty for the whole.
    pub path: String,
    /// Where in the text; absent if the document did not come as text.
    pub position: Option<Position>,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.position {
            write!(f, "{}:{}: ", at.line, at.column)?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// Every reason why a document was refused; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    diagnostics: Vec<Diagnostic>,
    omitted: usize,
}

impl LoadError {
    /// The diagnostics, in document order as far as they have one.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many further diagnostics were found past [`Limits::diagnostics`].
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.diagnostics.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

impl RuleList {
    /// Loads a list from JSON text under the default limits.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the text.
    ///
    /// ```
    /// use portcullis_rules::{Code, RuleList};
    /// let error = RuleList::from_json_str(
    ///     r#"[{"access": "permit", "where": {"rsrc_type": "*", "action": [], "rsrc_match": []}}]"#,
    /// )
    /// .unwrap_err();
    /// let found: Vec<_> = error.diagnostics().iter().map(|o| (o.code, o.path.as_str())).collect();
    /// assert_eq!(found, [(Code::UnknownAccess, "[0].access"), (Code::EmptyNames, "[0].where.action")]);
    /// ```
    pub fn from_json_str(text: &str) -> Result<Self, LoadError> {
        Self::from_json_str_with(text, &Limits::default())
    }

    /// Loads a list from JSON text.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the text.
    pub fn from_json_str_with(text: &str, limits: &Limits) -> Result<Self, LoadError> {
        let mut report = report::Report::new(limits);
        let Some(root) = json::read(text, limits, &mut report) else {
            return Err(report.into_error(Some(text)));
        };
        check::document(&root, limits, report).map_err(|report| report.into_error(Some(text)))
    }

    /// Loads a list from JSON bytes.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic, or the place where the bytes are not UTF-8.
    pub fn from_json_slice_with(bytes: &[u8], limits: &Limits) -> Result<Self, LoadError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::from_json_str_with(text, limits),
            Err(error) => {
                let mut report = report::Report::new(limits);
                let at = error.valid_up_to();
                let message = "the document is not UTF-8 here; save it as UTF-8";
                report.add(Code::Syntax, String::new(), Some(at), message);
                let valid = std::str::from_utf8(&bytes[..at]).unwrap_or_default();
                Err(report.into_error(Some(valid)))
            }
        }
    }

    /// Loads a list from a JSON value under the default limits.
    ///
    /// Text is better where there is a choice: in a value, repeated keys and lost digits are invisible.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the value.
    pub fn from_json_value(value: &serde_json::Value) -> Result<Self, LoadError> {
        Self::from_json_value_with(value, &Limits::default())
    }

    /// Loads a list from a JSON value.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the value.
    pub fn from_json_value_with(
        value: &serde_json::Value,
        limits: &Limits,
    ) -> Result<Self, LoadError> {
        let mut report = report::Report::new(limits);
        let Some(root) = json::from_value(value, limits.json_depth(), &mut report) else {
            return Err(report.into_error(None));
        };
        check::document(&root, limits, report).map_err(|report| report.into_error(None))
    }

    /// Checks a list built in code against everything loading would refuse.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic; paths are those of the document the list would be written as.
    pub fn validate(&self, limits: &Limits) -> Result<(), LoadError> {
        let mut report = report::Report::new(limits);
        for (i, rule) in self.0.iter().enumerate() {
            // Deep trees must be found before anything walks them by recursion.
            let mut stack = vec![(&rule.condition, 1)];
            while let Some((set, depth)) = stack.pop() {
                if depth > limits.condition_depth() + 1 {
                    let message = report::too_deep(limits.condition_depth());
                    report.add(
                        Code::TooDeep,
                        format!("[{i}].where.rsrc_match"),
                        None,
                        message,
                    );
                    break;
                }
                match set {
                    ConditionSet::And(items) | ConditionSet::Or(items) => {
                        stack.extend(items.iter().map(|item| (item, depth + 1)));
                    }
                    ConditionSet::Leaf(c) => {
                        for operand in [&c.left, &c.right].into_iter().filter(|o| !o.is_writable())
                        {
                            report.add(
                                Code::Unwritable,
                                format!("[{i}].where.rsrc_match"),
                                None,
                                unwritable(operand),
                            );
                        }
                    }
                }
            }
        }
        if !report.is_empty() {
            return Err(report.into_error(None));
        }
        Self::from_json_value_with(&self.to_json(), limits).map(drop)
    }
}

fn unwritable(operand: &Operand) -> String {
    match operand {
        Operand::Attribute(_) => "the attribute name is empty; name an attribute".to_owned(),
        Operand::Literal(value) => format!(
            "the literal `{value}` cannot be written, its backslash would be read as an escape; put it in a \
             list and use `$in`"
        ),
    }
}

impl std::str::FromStr for RuleList {
    type Err = LoadError;

    fn from_str(text: &str) -> Result<Self, LoadError> {
        Self::from_json_str(text)
    }
}

impl<'de> serde::Deserialize<'de> for RuleList {
    /// Goes through a JSON value, so repeated keys pass unseen; load from text where it matters.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Self::from_json_value(&value).map_err(serde::de::Error::custom)
    }
}
