//! Predicates on their way to text: junctions, and pieces of query text with values and names between them.

use std::sync::Arc;

use crate::value::Value;

/// A predicate that is true or false for every row, never null.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pred {
    Constant(bool),
    All(Vec<Pred>),
    Any(Vec<Pred>),
    Pieces(Vec<Piece>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Parameter(Value),
    /// An attribute, where a query names attributes apart from its text.
    Name(Arc<str>),
}

impl Pred {
    pub(super) const TRUE: Self = Self::Constant(true);
    pub(super) const FALSE: Self = Self::Constant(false);

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Pieces(vec![Piece::Text(text.into())])
    }

    pub(super) fn compare(left: &str, sign: &str, right: Value) -> Self {
        Self::Pieces(vec![
            Piece::Text(format!("{left} {sign} ")),
            Piece::Parameter(right),
        ])
    }

    /// `left IN (…)` or `left NOT IN (…)`.
    pub(super) fn list(left: &str, word: &str, values: Vec<Value>) -> Self {
        let mut pieces = vec![Piece::Text(format!("{left} {word} ("))];
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                pieces.push(Piece::Text(", ".to_owned()));
            }
            pieces.push(Piece::Parameter(value));
        }
        pieces.push(Piece::Text(")".to_owned()));
        Self::Pieces(pieces)
    }

    pub(super) fn all(parts: Vec<Self>) -> Self {
        Self::join(parts, true)
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        Self::join(parts, false)
    }

    fn join(parts: Vec<Self>, neutral: bool) -> Self {
        let mut kept: Vec<Self> = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Constant(holds) if holds == neutral => {}
                Self::Constant(_) => return part,
                Self::All(inner) if neutral => kept.extend(inner),
                Self::Any(inner) if !neutral => kept.extend(inner),
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Self::Constant(neutral),
            1 => kept.remove(0),
            _ if neutral => Self::All(kept),
            _ => Self::Any(kept),
        }
    }

    pub(super) fn count_parameters(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::count_parameters).sum(),
            Self::Pieces(pieces) => {
                let parameters = pieces.iter().filter(|p| matches!(p, Piece::Parameter(_)));
                parameters.count()
            }
        }
    }

    /// Takes the predicate apart, for use inside another's text.
    pub(super) fn into_pieces(self, pieces: &mut Vec<Piece>) {
        let (parts, word) = match self {
            Self::Constant(true) => return pieces.push(Piece::Text("TRUE".to_owned())),
            Self::Constant(false) => return pieces.push(Piece::Text("FALSE".to_owned())),
            Self::Pieces(own) => return pieces.extend(own),
            Self::All(parts) => (parts, " AND "),
            Self::Any(parts) => (parts, " OR "),
        };
        for (i, part) in parts.into_iter().enumerate() {
            pieces.push(Piece::Text(if i == 0 { "(" } else { word }.to_owned()));
            part.into_pieces(pieces);
        }
        pieces.push(Piece::Text(")".to_owned()));
    }

    /// Writes the pieces in order, with the words that join them; a constant can only be the whole.
    pub(super) fn write(self, text: &mut String, piece: &mut dyn FnMut(Piece, &mut String)) {
        let mut pieces = Vec::new();
        self.into_pieces(&mut pieces);
        for p in pieces {
            match p {
                Piece::Text(words) => text.push_str(&words),
                other => piece(other, text),
            }
        }
    }
}

/// A predicate for one test, and whether it is exact.
pub(super) type Weak = (Pred, bool);
