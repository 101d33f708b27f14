//! Fixed texts that every text matching an expression has.
//!
//! They only narrow down which expressions are worth running: what is found here is always needed, seldom
//! enough. Where a class holds the same letter in several cases, texts are compared folded.

use std::sync::Arc;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};

use super::case::fold_char;

/// Most texts in one set of alternatives.
const TEXTS: usize = 16;

/// Most bytes over all texts of a set.
const BYTES: usize = 4096;

/// Most different characters of a class that are spelled out.
const CHARS: usize = 4;

/// Most characters of a class before folding.
const CASES: usize = 16;

/// Most requirements kept of one expression.
const KEPT: usize = 8;

/// Texts of which every matching text has at least one, at a certain place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Required {
    pub(crate) place: Place,
    pub(crate) texts: Vec<Arc<str>>,
}

/// Where in the subject a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// It is the whole subject.
    Whole,
    /// At its beginning.
    Start,
    /// At its end.
    End,
    /// Somewhere.
    Inside,
}

/// Everything that matching texts are known to need, and whether it is meant for folded texts.
pub(super) fn required(hir: &Hir) -> (bool, Vec<Required>) {
    let folds = has_cases(hir);
    let parts: &[Hir] = match hir.kind() {
        HirKind::Concat(parts) => parts,
        _ => std::slice::from_ref(hir),
    };
    let is = |part: Option<&Hir>, look| part.is_some_and(|p| *p.kind() == HirKind::Look(look));
    let start = is(parts.first(), Look::Start);
    let end = is(parts.last(), Look::End);
    let known = known(hir, folds);
    let mut all = Vec::new();
    let mut add = |place, texts: Texts| {
        if texts.strength() > 0 {
            let texts = texts.0.into_iter().map(Arc::from).collect();
            all.push(Required { place, texts });
        }
    };
    match known.exact {
        Some(texts) => add(
            match (start, end) {
                (true, true) => Place::Whole,
                (true, false) => Place::Start,
                (false, true) => Place::End,
                (false, false) => Place::Inside,
            },
            texts,
        ),
        None => {
            let place = |anchored, place| if anchored { place } else { Place::Inside };
            add(place(start, Place::Start), known.start);
            add(place(end, Place::End), known.end);
            for texts in known.inside {
                add(Place::Inside, texts);
            }
        }
    }
    (folds, all)
}

/// Alternatives, without repetitions.
#[derive(Clone, Debug)]
struct Texts(Vec<String>);

/// What is known of the texts that an expression matches, disregarding what stands around them.
struct Known {
    /// All of them.
    exact: Option<Texts>,
    /// What they begin and end with.
    start: Texts,
    end: Texts,
    /// What else they contain.
    inside: Vec<Texts>,
}

impl Texts {
    fn empty() -> Self {
        Self(vec![String::new()])
    }

    fn fit(texts: impl IntoIterator<Item = String>) -> Option<Self> {
        let mut kept: Vec<String> = Vec::new();
        let mut bytes = 0;
        for text in texts {
            if !kept.contains(&text) {
                bytes += text.len();
                kept.push(text);
            }
            if kept.len() > TEXTS || bytes > BYTES {
                return None;
            }
        }
        Some(Self(kept))
    }

    fn product(&self, other: &Self) -> Option<Self> {
        let pairs = self
            .0
            .iter()
            .flat_map(|a| other.0.iter().map(move |b| (a, b)));
        Self::fit(pairs.map(|(a, b)| format!("{a}{b}")))
    }

    /// The length of the shortest; the longer, the fewer texts have any of them.
    fn strength(&self) -> usize {
        self.0.iter().map(String::len).min().unwrap_or_default()
    }
}

impl Known {
    fn exactly(texts: Texts) -> Self {
        Self {
            start: texts.clone(),
            end: texts.clone(),
            exact: Some(texts),
            inside: Vec::new(),
        }
    }

    fn nothing() -> Self {
        Self {
            exact: None,
            start: Texts::empty(),
            end: Texts::empty(),
            inside: Vec::new(),
        }
    }

    fn then(mut self, next: Self) -> Self {
        let joined = self.end.product(&next.start);
        let start = match &self.exact {
            Some(exact) => exact.product(&next.start).unwrap_or_else(|| exact.clone()),
            None => self.start,
        };
        let exact = match (&self.exact, &next.exact) {
            (Some(_), Some(_)) => joined.clone(),
            _ => None,
        };
        let end = match (&next.exact, &joined) {
            (Some(_), Some(joined)) => joined.clone(),
            _ => next.end.clone(),
        };
        // What neither the new start nor the new end remembers stood inside.
        let inside = match (joined, self.exact.is_some(), next.exact.is_some()) {
            (Some(joined), false, false) => Some(joined),
            (Some(_), _, _) | (None, true, true) => None,
            (None, true, false) => Some(next.start),
            (None, false, true) => Some(self.end),
            (None, false, false) => {
                let stronger = self.end.strength() >= next.start.strength();
                Some(if stronger { self.end } else { next.start })
            }
        };
        self.inside.extend(inside);
        self.inside.extend(next.inside);
        keep_strongest(&mut self.inside);
        Self {
            exact,
            start,
            end,
            inside: self.inside,
        }
    }

    fn or(branches: &[Self]) -> Self {
        let union = |part: fn(&Self) -> Option<&Texts>| {
            let parts: Option<Vec<&Texts>> = branches.iter().map(part).collect();
            Texts::fit(parts?.into_iter().flat_map(|texts| texts.0.iter().cloned()))
        };
        let exact = union(|b| b.exact.as_ref());
        let start = union(|b| Some(&b.start)).unwrap_or_else(Texts::empty);
        let end = union(|b| Some(&b.end)).unwrap_or_else(Texts::empty);
        let inside = union(|b| {
            let all = b.inside.iter().chain([&b.start, &b.end]);
            all.max_by_key(|texts| texts.strength())
        });
        Self {
            inside: inside.filter(|_| exact.is_none()).into_iter().collect(),
            exact,
            start,
            end,
        }
    }

    fn repeated(self, min: u32, max: Option<u32>) -> Self {
        if min == 0 {
            return match max {
                Some(1) => Self::or(&[self, Self::exactly(Texts::empty())]),
                Some(0) => Self::exactly(Texts::empty()),
                _ => Self::nothing(),
            };
        }
        if let (Some(texts), true) = (&self.exact, max == Some(min)) {
            let mut whole = Some(texts.clone());
            for _ in 1..min {
                whole = whole.and_then(|whole| whole.product(texts));
            }
            if let Some(whole) = whole {
                return Self::exactly(whole);
            }
        }
        Self {
            exact: None,
            ..self
        }
    }
}

fn keep_strongest(sets: &mut Vec<Texts>) {
    sets.retain(|texts| texts.strength() > 0);
    if sets.len() > KEPT {
        sets.sort_by_key(|texts| std::cmp::Reverse(texts.strength()));
        sets.truncate(KEPT);
    }
}

fn known(hir: &Hir, folds: bool) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::exactly(Texts::empty()),
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) if folds => Known::exactly(Texts(vec![text.chars().map(fold_char).collect()])),
            Ok(text) => Known::exactly(Texts(vec![text.to_owned()])),
            Err(_) => Known::nothing(),
        },
        HirKind::Class(class) => {
            let texts = chars(class).and_then(|chars| {
                Texts::fit(chars.map(|c| if folds { fold_char(c) } else { c }.to_string()))
            });
            match texts {
                // Of a class of no characters nothing need be known: it matches nothing.
                Some(texts) if (1..=CHARS).contains(&texts.0.len()) => Known::exactly(texts),
                _ => Known::nothing(),
            }
        }
        HirKind::Repetition(repetition) => {
            known(&repetition.sub, folds).repeated(repetition.min, repetition.max)
        }
        HirKind::Capture(capture) => known(&capture.sub, folds),
        HirKind::Concat(parts) => parts
            .iter()
            .map(|part| known(part, folds))
            .fold(Known::exactly(Texts::empty()), Known::then),
        HirKind::Alternation(parts) => Known::or(
            &parts
                .iter()
                .map(|part| known(part, folds))
                .collect::<Vec<_>>(),
        ),
    }
}

/// The characters of a class, if they are few.
fn chars(class: &Class) -> Option<impl Iterator<Item = char>> {
    let Class::Unicode(class) = class else {
        return None;
    };
    (size(class) <= CASES).then(|| class.iter().flat_map(|range| range.start()..=range.end()))
}

fn size(class: &ClassUnicode) -> usize {
    class.iter().map(ClassUnicodeRange::len).sum()
}

/// Whether some class holds a letter in several cases.
fn has_cases(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => false,
        HirKind::Class(class) => chars(class).is_some_and(|chars| {
            let mut folded: Vec<char> = chars.map(fold_char).collect();
            let all = folded.len();
            folded.sort_unstable();
            folded.dedup();
            folded.len() * 2 <= all
        }),
        HirKind::Repetition(repetition) => has_cases(&repetition.sub),
        HirKind::Capture(capture) => has_cases(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_cases),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str, fold: bool) -> Vec<String> {
        let hir = crate::pattern::re2::parse(source, fold, 32).expect(source);
        let (folds, all) = required(&hir);
        all.into_iter()
            .map(|Required { place, texts }| {
                let folded = if folds { " folded" } else { "" };
                format!("{place:?}{folded} {}", texts.join("|"))
            })
            .collect()
    }

    #[test]
    fn every_fixed_text_is_told_with_its_place() {
        let table: &[(&str, bool, &[&str])] = &[
            ("^(prod|staging)$", false, &["Whole prod|staging"]),
            ("(prod|staging)$", false, &["End prod|staging"]),
            ("^[a-z]+-7-(a|b)$", false, &["End -7-a|-7-b"]),
            (
                "^web[0-9]+-7-[a-z]+x$",
                false,
                &["Start web", "End x", "Inside -7-"],
            ),
            ("^(api|web)[a-z]", false, &["Start api|web"]),
            (
                "(foo.*bar|baz)x$",
                false,
                &["Inside foo|baz", "End barx|bazx", "Inside bar|baz"],
            ),
            ("(?i)^svc/", false, &["Start folded svc/"]),
            ("(?i:k)x", false, &["Inside folded kx"]),
            ("[sS]traße", false, &["Inside folded straße"]),
            ("^É", true, &["Start folded É"]),
            ("(ab){2}", false, &["Inside abab"]),
            ("(ab){0}c", false, &["Inside c"]),
            ("(ab)+c", false, &["Inside ab", "Inside abc"]),
            ("a?b+", false, &["Inside ab|b", "Inside b"]),
            ("a*", false, &[]),
            ("(a|)", false, &[]),
            ("^$", false, &[]),
            ("(?m)^a$", false, &["Inside a"]),
            (r"\bword\b", false, &["Inside word"]),
            ("[^\\x00-\\x{10FFFF}]", false, &[]),
        ];
        for &(source, fold, expected) in table {
            assert_eq!(told(source, fold), expected, "{source}");
        }
    }
}
