//! What is wrong with a document, and where.

use std::fmt;

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
    /// Compiling the patterns takes more than the call may spend.
    TooCostly,
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
            Self::TooCostly => "too_costly",
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
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) omitted: usize,
}

impl LoadError {
    /// The diagnostics, in document order as far as they have one.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many further diagnostics were found past [`Limits::diagnostics`](super::Limits::diagnostics).
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

impl std::error::Error for Diagnostic {}
