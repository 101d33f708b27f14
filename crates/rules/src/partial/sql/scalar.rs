//! Which values a column holds that is not JSON.

use std::sync::Arc;

use super::{Column, Dialect};
use crate::partial::expr::Outcome;
use crate::partial::pred::{Piece, Pred, Weak};
use crate::partial::typed::{Members, Scalar, fold_variants};
use crate::pattern::Shape;
use crate::value::Value;

/// Membership of a value that is not null, and whether it could be written exactly.
pub(super) fn members(dialect: Dialect, column: &Column, scalar: Scalar, members: Members) -> Weak {
    if scalar == Scalar::Boolean {
        return (booleans(column, &members), true);
    }
    // PostgreSQL stores no text with a NUL in it and refuses one as a parameter.
    let storable = |value: &Value| {
        dialect == Dialect::Sqlite || value.as_str().is_none_or(|s| !s.contains('\0'))
    };
    let pred = match members {
        Members::In(mut values) => {
            values.retain(storable);
            match values.len() {
                0 => Pred::FALSE,
                1 => Pred::compare(&column.sql, "=", values.remove(0)),
                _ => Pred::list(&column.sql, "IN", values),
            }
        }
        Members::NotIn(mut values) => {
            values.retain(storable);
            match values.len() {
                0 => Pred::TRUE,
                1 => Pred::compare(&column.sql, "<>", values.remove(0)),
                _ => Pred::list(&column.sql, "NOT IN", values),
            }
        }
        Members::Shaped {
            shape,
            folded,
            wanted,
        } => {
            let text = match scalar {
                Scalar::Text => column.sql.clone(),
                _ => format!("CAST({} AS TEXT)", column.sql),
            };
            return shaped(dialect, text, &shape, folded, wanted);
        }
    };
    (pred, true)
}

fn booleans(column: &Column, members: &Members) -> Pred {
    let has = |b: bool| match members {
        Members::In(values) => values.contains(&b.into()),
        Members::NotIn(values) => !values.contains(&b.into()),
        Members::Shaped { .. } => true,
    };
    match (has(true), has(false)) {
        (true, true) => Pred::TRUE,
        (true, false) => column.is(true),
        (false, true) => column.is(false),
        (false, false) => Pred::FALSE,
    }
}

fn shaped(dialect: Dialect, text: String, shape: &Shape, folded: bool, wanted: Outcome) -> Weak {
    let (Shape::Exact(sought)
    | Shape::Prefix(sought)
    | Shape::Suffix(sought)
    | Shape::Contains(sought)) = shape
    else {
        return (Pred::TRUE, false);
    };
    let open = !matches!(shape, Shape::Exact(_));
    if open && sought.is_empty() {
        return (Pred::Constant(wanted == Outcome::Holds), true);
    }
    if dialect == Dialect::Postgres && sought.contains('\0') {
        return (Pred::Constant(wanted == Outcome::Fails), true);
    }
    let mut subject = vec![Piece::Text(text)];
    if folded {
        let Some(variants) = fold_variants(sought) else {
            return (Pred::TRUE, false);
        };
        subject = fold_subject(dialect, subject, variants);
    }
    let pieces = compare(dialect, subject, shape, sought, wanted);
    (Pred::Pieces(pieces), true)
}

/// Maps the characters that fold to one of the pattern's to it; others cannot match it anyway.
fn fold_subject(dialect: Dialect, subject: Vec<Piece>, variants: Vec<(char, char)>) -> Vec<Piece> {
    // Both forms of `lower` leave everything outside ASCII alone.
    let (open, close) = match dialect {
        Dialect::Sqlite => ("lower(", ")"),
        Dialect::Postgres => ("lower((", ") COLLATE \"C\")"),
    };
    let mut subject = wrap(open, subject, close);
    for (variant, plain) in variants {
        subject = wrap("replace(", subject, ", ");
        subject.push(Piece::Parameter(variant.to_string().into()));
        subject.push(Piece::Text(", ".to_owned()));
        subject.push(Piece::Parameter(plain.to_string().into()));
        subject.push(Piece::Text(")".to_owned()));
    }
    subject
}

fn wrap(open: &str, inner: Vec<Piece>, close: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text(open.to_owned())];
    pieces.extend(inner);
    pieces.push(Piece::Text(close.to_owned()));
    pieces
}

fn compare(
    dialect: Dialect,
    subject: Vec<Piece>,
    shape: &Shape,
    sought: &Arc<str>,
    wanted: Outcome,
) -> Vec<Piece> {
    let holds = wanted == Outcome::Holds;
    let equals = if holds { " = " } else { " <> " };
    let bytes = sought.len();
    // SQLite's text functions stop at a NUL, those on blobs do not; UTF-8 makes both see the same matches.
    // `substr` of an empty blob is null.
    let (open, middle, blob) = match (dialect, shape) {
        (_, Shape::Exact(_)) => (String::new(), equals.to_owned(), false),
        (Dialect::Sqlite, Shape::Prefix(_)) => (
            "ifnull(substr(CAST(".to_owned(),
            format!(" AS BLOB), 1, {bytes}), x''){equals}"),
            true,
        ),
        (Dialect::Sqlite, Shape::Suffix(_)) => (
            "ifnull(substr(CAST(".to_owned(),
            format!(" AS BLOB), -{bytes}), x''){equals}"),
            true,
        ),
        (Dialect::Sqlite, _) => ("instr(CAST(".to_owned(), " AS BLOB), ".to_owned(), true),
        (Dialect::Postgres, Shape::Prefix(_)) => {
            let characters = sought.chars().count();
            (
                "left(".to_owned(),
                format!(", {characters}){equals}"),
                false,
            )
        }
        (Dialect::Postgres, Shape::Suffix(_)) => {
            let characters = sought.chars().count();
            (
                "right(".to_owned(),
                format!(", {characters}){equals}"),
                false,
            )
        }
        (Dialect::Postgres, _) => ("strpos(".to_owned(), ", ".to_owned(), false),
    };
    let mut pieces = wrap(&open, subject, &middle);
    if blob {
        pieces.push(Piece::Text("CAST(".to_owned()));
    }
    pieces.push(Piece::Parameter(sought.clone().into()));
    if blob {
        pieces.push(Piece::Text(" AS BLOB)".to_owned()));
    }
    if matches!(shape, Shape::Contains(_)) {
        pieces.push(Piece::Text(
            if holds { ") > 0" } else { ") = 0" }.to_owned(),
        ));
    }
    pieces
}
