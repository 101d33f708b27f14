//! Writes a filter as the text of a SQL `WHERE` clause with bound parameters.
//!
//! Each test becomes a predicate that is true or false for every row, never null. One that SQL cannot
//! answer as the language does becomes a weaker one, so a clause may select too many rows but never
//! too few. Running the query does not belong here.

mod column;
mod json;
mod scalar;

use std::collections::HashMap;
use std::sync::Arc;

pub use column::{Column, Columns, Dialect, Kind};

use super::expr::{Expr, Outcome, Test};
use super::pred::{Piece, Pred, Weak};
use super::typed::{OneSided, Scalar, zero};
use super::{Exactness, Filter};
use crate::syntax::{Condition, Operand, Operator};
use crate::value::Value;

/// A `WHERE` clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Sql {
    /// The condition, without the word `WHERE`; in parentheses where it needs them.
    pub text: String,
    /// The values for its parameters: strings, and numbers to be bound as a 64-bit integer where
    /// [`Number::as_i64`](crate::Number::as_i64) gives one and as a double otherwise.
    pub parameters: Vec<Value>,
    /// Whether the rows selected must be checked again.
    pub exactness: Exactness,
    /// The tests that the clause asks only in part or not at all.
    pub residue: Vec<Test>,
}

/// Most parameters in a clause: what both databases take, with room for the rest of the query.
pub const MAX_PARAMETERS: usize = 30_000;

impl Filter {
    /// Writes the filter as a `WHERE` clause whose parameters count from 1.
    ///
    /// ```
    /// use portcullis_rules::{RuleList, partial::{Column, Dialect, Exactness, Kind, partial}};
    /// let rules: RuleList = r#"[{"access": "allow", "where": {"rsrc_type": "doc", "action": "read",
    ///     "rsrc_match": [["@owner", "=", "ann"], ["@level", "!=", 3], ["@name", "~", "^a.c"]]}}]"#
    ///     .parse()
    ///     .unwrap();
    /// let columns = |attribute: &str| match attribute {
    ///     "owner" => Some(Column::new("d.owner", Kind::Text).not_null()),
    ///     "level" => Some(Column::new("d.level", Kind::Integer)),
    ///     "name" => Some(Column::new("d.name", Kind::Text).not_null()),
    ///     _ => None,
    /// };
    /// let sql = partial(&rules, "read", "doc", &()).to_sql(Dialect::Postgres, &columns);
    /// assert_eq!(sql.text, "(d.owner = $1::text AND (d.level IS NULL OR d.level <> $2::int8))");
    /// assert_eq!(sql.parameters, ["ann".into(), 3.into()]);
    /// assert_eq!((sql.exactness, sql.residue.len()), (Exactness::Superset, 1));
    /// ```
    #[must_use]
    pub fn to_sql(&self, dialect: Dialect, columns: &dyn Columns) -> Sql {
        self.to_sql_from(dialect, columns, 1)
    }

    /// As [`Filter::to_sql`], with parameters counted from `first`, for a query that has others before.
    #[must_use]
    pub fn to_sql_from(&self, dialect: Dialect, columns: &dyn Columns, first: usize) -> Sql {
        let mut writer = Writer {
            dialect,
            columns,
            found: HashMap::new(),
            parameters: 0,
        };
        let rendered = writer.expr(&self.expr);
        let (mut text, mut parameters) = (String::new(), Vec::new());
        let sign = match dialect {
            Dialect::Sqlite => '?',
            Dialect::Postgres => '$',
        };
        rendered.pred.write(&mut text, &mut |piece, text| {
            if let Piece::Parameter(value) = piece {
                text.push(sign);
                text.push_str(&(first + parameters.len()).to_string());
                if dialect == Dialect::Postgres {
                    text.push_str(cast(&value));
                }
                parameters.push(value);
            }
        });
        Sql {
            text,
            parameters,
            exactness: if rendered.residue.is_empty() {
                Exactness::Exact
            } else {
                Exactness::Superset
            },
            residue: rendered.residue,
        }
    }
}

/// Without its type in the text, a prepared statement could be used again with a value of another.
fn cast(value: &Value) -> &'static str {
    match value {
        Value::Number(n) if n.as_i64().is_some() => "::int8",
        Value::Number(_) => "::float8",
        _ => "::text",
    }
}

struct Writer<'c> {
    dialect: Dialect,
    columns: &'c dyn Columns,
    found: HashMap<Arc<str>, Option<Column>>,
    parameters: usize,
}

/// A predicate with the tests for which it is too weak; exact if there are none.
struct Rendered {
    pred: Pred,
    residue: Vec<Test>,
}

impl Writer<'_> {
    fn expr(&mut self, expr: &Expr) -> Rendered {
        match expr {
            Expr::Always => Rendered::exact(Pred::TRUE),
            Expr::Never => Rendered::exact(Pred::FALSE),
            Expr::All(parts) => self.junction(parts, &Pred::FALSE, Pred::all),
            Expr::Any(parts) => self.junction(parts, &Pred::TRUE, Pred::any),
            Expr::Test(test) => {
                let (mut pred, mut exact) = self.test(test);
                let parameters = pred.count_parameters();
                if self.parameters + parameters > MAX_PARAMETERS {
                    (pred, exact) = (Pred::TRUE, false);
                } else {
                    self.parameters += parameters;
                }
                let residue = if exact {
                    Vec::new()
                } else {
                    vec![test.clone()]
                };
                Rendered { pred, residue }
            }
        }
    }

    fn junction(
        &mut self,
        parts: &[Expr],
        settling: &Pred,
        join: fn(Vec<Pred>) -> Pred,
    ) -> Rendered {
        let mut rendered = Rendered::exact(join(Vec::new()));
        let mut preds = Vec::with_capacity(parts.len());
        for part in parts {
            let part = self.expr(part);
            // A part that settles the whole settles it exactly, however weak the others are.
            if part.pred == *settling && part.residue.is_empty() {
                return part;
            }
            preds.push(part.pred);
            rendered.residue.extend(part.residue);
        }
        rendered.pred = join(preds);
        // "False" is a subset of everything, so it cannot be too weak.
        if rendered.pred == Pred::FALSE {
            rendered.residue.clear();
        }
        rendered
    }

    fn column(&mut self, attribute: &str) -> Option<Column> {
        if let Some(column) = self.found.get(attribute) {
            return column.clone();
        }
        let column = self.columns.column(attribute);
        self.found.insert(attribute.into(), column.clone());
        column
    }

    fn test(&mut self, test: &Test) -> Weak {
        if let Some(one_sided) = OneSided::of(test) {
            return match self.column(one_sided.attribute) {
                Some(column) => against_literal(self.dialect, &column, &one_sided),
                None => (Pred::TRUE, false),
            };
        }
        let Condition {
            left: Operand::Attribute(left),
            op,
            right: Operand::Attribute(right),
        } = test.condition()
        else {
            return (Pred::TRUE, false);
        };
        let (Some(a), Some(b)) = (self.column(left), self.column(right)) else {
            return (Pred::TRUE, false);
        };
        match op {
            Operator::Equal => self.two_columns(&a, &b, test),
            // Columns other than JSON hold no lists.
            Operator::In if b.kind != Kind::Json => (Pred::FALSE, true),
            Operator::Intersects if a.kind != Kind::Json || b.kind != Kind::Json => {
                (Pred::FALSE, true)
            }
            Operator::In | Operator::Intersects => (Pred::TRUE, false),
            // Only a text can be a pattern, and null has no text.
            _ if !matches!(b.kind, Kind::Text | Kind::Json) => (Pred::FALSE, true),
            _ => (Pred::all(vec![a.is_not_null(), b.is_not_null()]), false),
        }
    }

    fn two_columns(&self, a: &Column, b: &Column, test: &Test) -> Weak {
        let (Some(kind_a), Some(kind_b)) = (a.scalar(), b.scalar()) else {
            return (Pred::TRUE, false);
        };
        let outcome = test.outcome();
        for (boolean, kind, other) in [(a, kind_a, b), (b, kind_b, a)] {
            if kind == Scalar::Boolean {
                return self.boolean_and_column(boolean, other, outcome);
            }
        }
        let present = |pred| Pred::all(vec![a.is_not_null(), b.is_not_null(), pred]);
        // A text and a number, or an integer that the database would round to a double.
        let (compared, exact) = if kind_a == kind_b {
            let sign = if outcome == Outcome::Holds { "=" } else { "<>" };
            (Pred::text(format!("{} {sign} {}", a.sql, b.sql)), true)
        } else {
            (Pred::TRUE, false)
        };
        let nulls = match outcome {
            Outcome::Holds => Pred::all(vec![a.is_null(), b.is_null()]),
            Outcome::Fails => Pred::any(vec![
                Pred::all(vec![a.is_null(), self.not_zero(b, kind_b)]),
                Pred::all(vec![b.is_null(), self.not_zero(a, kind_a)]),
            ]),
        };
        (Pred::any(vec![present(compared), nulls]), exact)
    }

    /// Null differs from everything but null and the zero of each type, which it is undecided against.
    fn not_zero(&self, column: &Column, kind: Scalar) -> Pred {
        let differs = Pred::compare(&column.sql, "<>", zero(kind));
        Pred::all(vec![column.is_not_null(), differs])
    }

    fn boolean_and_column(&self, boolean: &Column, other: &Column, outcome: Outcome) -> Weak {
        let mut exact = true;
        let cases = [
            (boolean.is_null(), Value::Null),
            (boolean.is(true), true.into()),
            (boolean.is(false), false.into()),
        ];
        let cases = cases.into_iter().map(|(case, value)| {
            let condition = Condition::new(Operand::attribute(""), Operator::Equal, value);
            let Expr::Test(test) = Expr::test(condition, outcome) else {
                exact = false;
                return case;
            };
            let rest = OneSided::of(&test).map_or((Pred::TRUE, false), |t| {
                against_literal(self.dialect, other, &t)
            });
            exact &= rest.1;
            Pred::all(vec![case, rest.0])
        });
        let pred = Pred::any(cases.collect());
        (pred, exact)
    }
}

impl Rendered {
    fn exact(pred: Pred) -> Self {
        Self {
            pred,
            residue: Vec::new(),
        }
    }
}

/// A test between a column and a literal.
fn against_literal(dialect: Dialect, column: &Column, test: &OneSided<'_>) -> Weak {
    let Some(scalar) = column.scalar() else {
        return json::one_sided(dialect, column, test);
    };
    let meets = test.meets(scalar);
    let (members, writable) = scalar::members(dialect, column, scalar, meets.members);
    // "Null or so" is never null itself, so only the other case needs the guard.
    let pred = if test.met_by_null() {
        Pred::any(vec![column.is_null(), members])
    } else {
        Pred::all(vec![column.is_not_null(), members])
    };
    let exact = meets.exact && writable;
    (pred, exact)
}
