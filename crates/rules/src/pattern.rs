//! Text patterns: regular expressions in the RE2 dialect, and the star patterns of `~=`.
//!
//! Expressions are read by the crate's own reader (`re2`), so what is accepted and what it means does
//! not follow the habits of the engine underneath. Patterns know nothing of rules or values; which
//! values have a text is decided in `value`.

mod case;
mod limits;
mod literals;
mod program;
mod re2;
mod shape;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::budget::{Budget, compiling};
pub use case::fold;
pub use limits::PatternLimits;
pub(crate) use literals::{Place, Required};
pub(crate) use program::{compile, may_be_too_big, weight};
pub use re2::RegexError;
use regex_automata::meta::Regex;
use regex_syntax::hir::{Capture, Hir, HirKind};
pub use shape::Shape;

/// Why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The pattern has no characters.
    #[error("the pattern is empty; leave the condition out to match every text")]
    Empty,
    /// The pattern's text is longer than the limit.
    #[error(
        "the pattern has {bytes} bytes, at most {limit} are allowed; split it into several conditions"
    )]
    TooLong {
        /// Length of the text.
        bytes: usize,
        /// The limit it passes.
        limit: usize,
    },
    /// The compiled program is larger than the limit.
    #[error("the pattern compiles to more than {limit} bytes; use smaller repeat counts")]
    TooBig {
        /// The limit it passes.
        limit: usize,
    },
    /// The call that the pattern is part of has done enough for lists already.
    #[error(
        "compiling it and what stands before it takes too long; use smaller repeat counts, or fewer expressions"
    )]
    TooCostly,
    /// A like pattern has a star where none may stand.
    #[error(
        "a like pattern may have one `*` at its start and one at its end, not elsewhere; use `~*` with a \
         regular expression for anything else"
    )]
    Star,
    /// The regular expression does not follow the dialect.
    #[error("{0}")]
    Regex(#[from] RegexError),
}

/// A compiled regular expression: an unanchored, linear-time search.
///
/// ```
/// use portcullis_rules::{Pattern, PatternLimits, Shape};
/// let pattern = Pattern::new(r"^host-7\.", false, &PatternLimits::default()).unwrap();
/// assert_eq!(pattern.shape(), &Shape::Prefix("host-7.".into()));
/// assert!(pattern.is_match("host-7.example"));
/// assert!(!pattern.is_match("my-host-7.example"));
/// assert!(Pattern::new("a(?=b)", false, &PatternLimits::default()).is_err());
/// ```
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    translated: String,
    fold: bool,
    shape: Shape,
    // `None` exactly when the shape alone decides.
    regex: Option<Regex>,
}

/// What is known of an expression before any program is built for it.
pub(crate) struct Analysis {
    pub(crate) hir: Hir,
    /// The simplest equivalent test.
    pub(crate) shape: Shape,
    /// Whether the shape is a test of folded texts.
    pub(crate) folds: bool,
}

impl Analysis {
    pub(crate) fn new(
        source: &str,
        fold: bool,
        limits: &PatternLimits,
    ) -> Result<Self, PatternError> {
        check_text(source, limits)?;
        // The engine compiles by recursion; this many levels fit a small stack even without optimisation.
        let hir = re2::parse(source, fold, limits.depth.min(50))?;
        let mut folds = fold;
        let mut shape = match fold {
            true => shape::folded(&hir),
            false => shape::shape(&hir),
        };
        if !fold && shape == Shape::Regex {
            // A flag inside the expression may say the same as folding it throughout.
            shape = shape::folded(&hir);
            folds = shape != Shape::Regex;
        }
        Ok(Self { hir, shape, folds })
    }

    /// The same, if the budget has what reading and compiling it costs.
    fn within(
        source: &str,
        fold: bool,
        limits: &PatternLimits,
        budget: &Budget,
    ) -> Result<Self, PatternError> {
        // Some microseconds for any text, before it is known what is in it.
        if !budget.spend(100 + source.len() as u64) {
            return Err(PatternError::TooCostly);
        }
        let analysis = Self::new(source, fold, limits)?;
        if analysis.shape == Shape::Regex && !budget.spend(compiling(&analysis.hir, limits)) {
            return Err(PatternError::TooCostly);
        }
        Ok(analysis)
    }

    /// What all matching texts have, and whether that is told of folded texts.
    pub(crate) fn required(&self) -> (bool, Vec<Required>) {
        literals::required(&self.hir)
    }
}

impl Pattern {
    /// Compiles an expression; `fold` ignores case throughout, as `~*` does.
    ///
    /// # Errors
    /// [`PatternError`] when the expression is empty, outside the dialect, or over a limit.
    pub fn new(source: &str, fold: bool, limits: &PatternLimits) -> Result<Self, PatternError> {
        Self::within(source, fold, limits, &Budget::unlimited())
    }

    /// The same, if the budget has what compiling it costs.
    pub(crate) fn within(
        source: &str,
        fold: bool,
        limits: &PatternLimits,
        budget: &Budget,
    ) -> Result<Self, PatternError> {
        let Analysis { hir, shape, folds } = Analysis::within(source, fold, limits, budget)?;
        let regex = match shape {
            Shape::Regex => Some(compile(&hir, limits).ok_or(PatternError::TooBig {
                limit: limits.program_bytes,
            })?),
            _ => None,
        };
        Ok(Self {
            source: source.into(),
            translated: translated(&hir),
            fold: folds,
            shape,
            regex,
        })
    }

    /// Refuses what [`Pattern::new`] refuses, mostly without compiling anything. What compiling
    /// would cost is spent in any case: who accepts a pattern will compile it.
    pub(crate) fn check(
        source: &str,
        fold: bool,
        limits: &PatternLimits,
        budget: &Budget,
    ) -> Result<(), PatternError> {
        let Analysis { hir, shape, .. } = Analysis::within(source, fold, limits, budget)?;
        if shape == Shape::Regex && may_be_too_big(&hir, limits) && compile(&hir, limits).is_none()
        {
            return Err(PatternError::TooBig {
                limit: limits.program_bytes,
            });
        }
        Ok(())
    }

    /// Whether the expression matches somewhere in the text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(text),
            None => {
                let subject = if self.fold {
                    fold(text)
                } else {
                    Cow::Borrowed(text)
                };
                self.shape.matches(&subject).unwrap_or(false)
            }
        }
    }

    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The same expression in the `regex` crate's syntax, with case folding written out.
    #[must_use]
    pub fn translated(&self) -> &str {
        &self.translated
    }

    /// Whether case is ignored throughout.
    #[must_use]
    pub fn folds(&self) -> bool {
        self.fold
    }

    /// The simplest equivalent test.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
}

/// Writes an expression out. A repeat of a repeat is put in a group: side by side, the second sign would
/// read as laziness of the first.
fn translated(hir: &Hir) -> String {
    fn grouped(hir: &Hir) -> Hir {
        match hir.kind() {
            HirKind::Repetition(outer) => {
                let mut sub = grouped(&outer.sub);
                if matches!(sub.kind(), HirKind::Repetition(_)) {
                    sub = Hir::capture(Capture {
                        index: 1,
                        name: None,
                        sub: Box::new(sub),
                    });
                }
                Hir::repetition(outer.with(sub))
            }
            HirKind::Concat(parts) => Hir::concat(parts.iter().map(grouped).collect()),
            HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(grouped).collect()),
            _ => hir.clone(),
        }
    }
    grouped(hir).to_string()
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Pattern({:?}{})",
            self.source,
            if self.fold { ", fold" } else { "" }
        )
    }
}

/// A compiled like pattern: literal text, ignoring case, open at an end that has a star.
///
/// ```
/// use portcullis_rules::{Like, PatternLimits, Shape};
/// let like = Like::new("*.Example.com", &PatternLimits::default()).unwrap();
/// assert_eq!(like.shape(), &Shape::Suffix(".example.com".into()));
/// assert!(like.is_match("WWW.example.COM"));
/// assert!(!like.is_match("evilXexample.com"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    source: Arc<str>,
    shape: Shape,
}

impl Like {
    /// Reads a like pattern.
    ///
    /// # Errors
    /// [`PatternError`] when the pattern is empty, too long, or has a star anywhere but one at each end.
    pub fn new(source: &str, limits: &PatternLimits) -> Result<Self, PatternError> {
        check_text(source, limits)?;
        let (open_start, rest) = source
            .strip_prefix('*')
            .map_or((false, source), |r| (true, r));
        let (open_end, rest) = rest.strip_suffix('*').map_or((false, rest), |r| (true, r));
        if rest.contains('*') || (open_start && open_end && rest.is_empty()) {
            return Err(PatternError::Star);
        }
        let text: Arc<str> = fold(rest).into();
        let shape = match (open_start, open_end) {
            (false, false) => Shape::Exact(text),
            (false, true) => Shape::Prefix(text),
            (true, false) => Shape::Suffix(text),
            (true, true) => Shape::Contains(text),
        };
        Ok(Self {
            source: source.into(),
            shape,
        })
    }

    /// Whether the text is like the pattern.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.is_match_folded(&fold(text))
    }

    /// Whether a text that went through [`fold`] already is like the pattern.
    #[must_use]
    pub fn is_match_folded(&self, folded: &str) -> bool {
        self.shape.matches(folded).unwrap_or(false)
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The test it stands for, on folded text; never [`Shape::Regex`].
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
}

fn check_text(source: &str, limits: &PatternLimits) -> Result<(), PatternError> {
    if source.is_empty() {
        return Err(PatternError::Empty);
    }
    if source.len() > limits.text_bytes {
        return Err(PatternError::TooLong {
            bytes: source.len(),
            limit: limits.text_bytes,
        });
    }
    Ok(())
}
