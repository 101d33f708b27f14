//! Expressions that are no more than a fixed text.

use std::sync::Arc;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};

use super::case::fold_char;

/// What a pattern asks of a text, in the simplest words that say exactly the same.
///
/// When the pattern folds case, the text in the shape is folded already and must be compared with the
/// folded subject (see [`fold`](super::fold)).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// The subject is this text.
    Exact(Arc<str>),
    /// The subject begins with this text.
    Prefix(Arc<str>),
    /// The subject ends with this text.
    Suffix(Arc<str>),
    /// The subject contains this text.
    Contains(Arc<str>),
    /// Only running the expression can tell.
    Regex,
}

impl Shape {
    /// Tests a subject (folded, if the pattern folds); `None` if the expression must be run.
    #[must_use]
    pub fn matches(&self, subject: &str) -> Option<bool> {
        match self {
            Self::Exact(text) => Some(subject == &**text),
            Self::Prefix(text) => Some(subject.starts_with(&**text)),
            Self::Suffix(text) => Some(subject.ends_with(&**text)),
            Self::Contains(text) => Some(subject.contains(&**text)),
            Self::Regex => None,
        }
    }
}

/// The simplest test equivalent to an unanchored search for the expression.
pub(super) fn shape(hir: &Hir) -> Shape {
    of(hir, |part| match part.kind() {
        HirKind::Literal(literal) => Some(std::str::from_utf8(&literal.0).ok()?.to_owned()),
        _ => None,
    })
}

/// As [`shape`], for a test of folded texts: every letter must stand for all its cases.
pub(super) fn folded(hir: &Hir) -> Shape {
    of(hir, |part| match part.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            text.chars()
                .all(|c| cases(c).ranges() == [ClassUnicodeRange::new(c, c)])
                .then(|| text.to_owned())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let c = fold_char(class.ranges().first()?.start());
            (*class == cases(c)).then(|| c.to_string())
        }
        _ => None,
    })
}

/// The shape of a sequence of parts that each stand for one text.
fn of(hir: &Hir, text: impl Fn(&Hir) -> Option<String>) -> Shape {
    let parts: &[Hir] = match hir.kind() {
        HirKind::Concat(parts) => parts,
        HirKind::Empty => &[],
        _ => std::slice::from_ref(hir),
    };
    let is = |part: Option<&Hir>, look| part.is_some_and(|p| *p.kind() == HirKind::Look(look));
    let start = is(parts.first(), Look::Start);
    let parts = if start { &parts[1..] } else { parts };
    let end = is(parts.last(), Look::End);
    let parts = if end {
        &parts[..parts.len() - 1]
    } else {
        parts
    };
    let Some(text) = parts.iter().map(text).collect::<Option<String>>() else {
        return Shape::Regex;
    };
    match (start, end) {
        (true, true) => Shape::Exact(text.into()),
        (true, false) => Shape::Prefix(text.into()),
        (false, true) => Shape::Suffix(text.into()),
        (false, false) => Shape::Contains(text.into()),
    }
}

/// The character with all that are the same ignoring case.
fn cases(c: char) -> ClassUnicode {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    class.case_fold_simple();
    class
}
