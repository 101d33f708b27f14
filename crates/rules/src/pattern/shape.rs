//! What an expression asks of a text, told without running it.

use std::sync::Arc;

use regex_syntax::hir::{Hir, HirKind, Look};

use super::Shape;

/// The simplest test equivalent to an unanchored search for the expression.
pub(super) fn shape(hir: &Hir) -> Shape {
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
    let text: Arc<str> = match parts {
        [] => "".into(),
        [only] => match only.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => text.into(),
                Err(_) => return Shape::Regex,
            },
            _ => return Shape::Regex,
        },
        _ => return Shape::Regex,
    };
    match (start, end) {
        (true, true) => Shape::Exact(text),
        (true, false) => Shape::Prefix(text),
        (false, true) => Shape::Suffix(text),
        (false, false) => Shape::Contains(text),
    }
}

/// A literal test that every text matching the expression passes, if one stands in plain sight.
pub(super) fn required(hir: &Hir) -> Option<Shape> {
    let HirKind::Concat(parts) = hir.kind() else {
        return None;
    };
    let text = |part: &Hir| match part.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(Arc::<str>::from),
        _ => None,
    };
    let is = |part: &Hir, look| *part.kind() == HirKind::Look(look);
    if let [first, second, ..] = parts.as_slice()
        && is(first, Look::Start)
        && let Some(text) = text(second)
    {
        return Some(Shape::Prefix(text));
    }
    if let [.., second, last] = parts.as_slice()
        && is(last, Look::End)
        && let Some(text) = text(second)
    {
        return Some(Shape::Suffix(text));
    }
    // Each part of a sequence must match somewhere in the text.
    let longest = parts.iter().filter_map(text).max_by_key(|text| text.len());
    longest.map(Shape::Contains)
}
