//! Tests between a JSON column and a literal.
//!
//! Texts, booleans, nulls and lists of them are asked for by type. Numbers are asked only for being
//! numbers: a database compares decimals where the language compares what they are read as.

use super::scalar::members;
use super::{Column, Dialect, Kind};
use crate::naive;
use crate::partial::expr::Outcome;
use crate::partial::pred::{Piece, Pred, Weak};
use crate::partial::typed::{Meets, Members, OneSided, Scalar, equal};
use crate::syntax::Operator;
use crate::value::Value;

pub(super) fn one_sided(dialect: Dialect, column: &Column, test: &OneSided<'_>) -> Weak {
    let place = Place::column(dialect, &column.sql);
    match test.asks_items() {
        Some(literals) => place.list(column, literals, test.outcome()),
        None => place.scalar(test.met_by_null(), |scalar| test.meets(scalar)),
    }
}

/// Where a JSON value is: a column, or an item of a list in it.
struct Place {
    dialect: Dialect,
    /// The name of its type, never null.
    kind: String,
    /// Its text, if it is a text.
    text: String,
    /// In SQLite, whether it may hold an escaped NUL, where texts may end early.
    broken: Option<Pred>,
}

impl Place {
    fn column(dialect: Dialect, sql: &str) -> Self {
        let (kind, text) = match dialect {
            Dialect::Sqlite => (
                format!("ifnull(json_type({sql}), 'null')"),
                format!("json_extract({sql}, '$')"),
            ),
            Dialect::Postgres => (
                format!("coalesce(jsonb_typeof({sql}), 'null')"),
                format!("({sql} #>> '{{}}')"),
            ),
        };
        Self {
            dialect,
            kind,
            text,
            broken: Self::broken(dialect, sql),
        }
    }

    fn item(dialect: Dialect, sql: &str) -> Self {
        match dialect {
            Dialect::Sqlite => Self {
                dialect,
                kind: "item.type".to_owned(),
                text: "item.value".to_owned(),
                broken: Self::broken(dialect, sql),
            },
            Dialect::Postgres => Self::column(dialect, "item.value"),
        }
    }

    fn broken(dialect: Dialect, sql: &str) -> Option<Pred> {
        let pred = || Pred::text(format!("instr({sql}, '\\u0000') > 0"));
        (dialect == Dialect::Sqlite).then(pred)
    }

    fn is(&self, kind: &str) -> Pred {
        Pred::text(format!("{} = '{kind}'", self.kind))
    }

    fn is_list(&self) -> Pred {
        self.is("array")
    }

    fn scalar(&self, null: bool, meets: impl Fn(Scalar) -> Meets) -> Weak {
        let (text, text_exact) = self.texts(meets(Scalar::Text));
        let (number, number_exact) = self.numbers(&meets(Scalar::Decimal));
        let mut cases = vec![text, number, self.booleans(&meets(Scalar::Boolean).members)];
        if null {
            cases.push(self.is("null"));
        }
        (Pred::any(cases), text_exact && number_exact)
    }

    fn texts(&self, meets: Meets) -> Weak {
        let column = Column::new(self.text.clone(), Kind::Text);
        let (pred, written) = members(self.dialect, &column, Scalar::Text, meets.members);
        let kind = match self.dialect {
            Dialect::Sqlite => "text",
            Dialect::Postgres => "string",
        };
        let (pred, whole) = match &self.broken {
            // Whether such a text meets the test is left to the re-check.
            Some(broken) => (Pred::any(vec![pred, broken.clone()]), false),
            None => (pred, true),
        };
        let pred = Pred::all(vec![self.is(kind), pred]);
        (pred, meets.exact && written && whole)
    }

    fn numbers(&self, meets: &Meets) -> Weak {
        let number = match self.dialect {
            Dialect::Sqlite => Pred::text(format!("{} IN ('integer', 'real')", self.kind)),
            Dialect::Postgres => self.is("number"),
        };
        match &meets.members {
            Members::In(values) if values.is_empty() => (Pred::FALSE, meets.exact),
            Members::NotIn(values) if values.is_empty() => (number, meets.exact),
            _ => (number, false),
        }
    }

    fn booleans(&self, members: &Members) -> Pred {
        let Members::In(values) = members else {
            return Pred::FALSE;
        };
        let cases = values.iter().map(|value| match self.dialect {
            Dialect::Sqlite => self.is(&value.to_string()),
            Dialect::Postgres => Pred::all(vec![
                self.is("boolean"),
                Pred::text(format!("{} = '{value}'", self.text)),
            ]),
        });
        Pred::any(cases.collect())
    }

    /// Whether a list has an item equal to one of the literals, or only items that differ from all.
    fn list(&self, column: &Column, literals: &[Value], outcome: Outcome) -> Weak {
        if literals.is_empty() {
            return match outcome {
                Outcome::Holds => (Pred::FALSE, true),
                Outcome::Fails => (self.is_list(), true),
            };
        }
        let all: Value = literals.iter().cloned().collect();
        let null = naive::compare(&Value::Null, Operator::In, &all) == outcome.truth();
        let item = Self::item(self.dialect, &column.sql);
        let (pred, exact) = item.scalar(null, |scalar| equal(scalar, literals, outcome));
        let (items, exists, negated) = match (self.dialect, outcome) {
            (Dialect::Sqlite, Outcome::Holds) => ("json_each", "EXISTS", false),
            (Dialect::Sqlite, Outcome::Fails) => ("json_each", "NOT EXISTS", true),
            (Dialect::Postgres, Outcome::Holds) => ("jsonb_array_elements", "EXISTS", false),
            (Dialect::Postgres, Outcome::Fails) => ("jsonb_array_elements", "NOT EXISTS", true),
        };
        // Only CASE is sure not to take apart what is no list.
        let not = if negated { "NOT " } else { "" };
        let alias = match self.dialect {
            Dialect::Sqlite => "item",
            Dialect::Postgres => "item(value)",
        };
        let mut pieces = vec![Piece::Text(format!(
            "CASE WHEN {} = 'array' THEN {exists} (SELECT 1 FROM {items}({}) AS {alias} WHERE {not}(",
            self.kind, column.sql
        ))];
        pred.into_pieces(&mut pieces);
        pieces.push(Piece::Text(")) ELSE FALSE END".to_owned()));
        (Pred::Pieces(pieces), exact)
    }
}
