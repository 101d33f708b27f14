//! Where attributes are stored, and what holds of a column.

use crate::partial::pred::Pred;
use crate::partial::typed::Scalar;

/// The databases whose SQL can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite 3.23 or later, with a UTF-8 database; parameters are `?1`, `?2`, ….
    Sqlite,
    /// PostgreSQL 11 or later, with a UTF-8 database; parameters are `$1`, `$2`, ….
    Postgres,
}

/// What a column holds, and so which value a row gives its attribute.
///
/// A null column gives null, whatever the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A string. The column must compare bytes: `BINARY` in SQLite, a deterministic collation in
    /// PostgreSQL; never a padded `char(n)`.
    Text,
    /// A number, from a signed integer of at most 64 bits.
    Integer,
    /// A number, from a finite double (`real` in SQLite, `double precision` in PostgreSQL).
    Real,
    /// A boolean (0 or 1 in SQLite).
    Boolean,
    /// Any value, from a valid JSON text in SQLite (3.38 or later) or `jsonb` in PostgreSQL. Of
    /// numbers in it only the type is asked; in SQLite no clause on it is exact.
    Json,
}

/// Where an attribute is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The expression for it, copied into the clause as it is: write names quoted and qualified as
    /// the query needs them, and never put data in it.
    pub sql: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
}

impl Column {
    /// A column that may be null.
    #[must_use]
    pub fn new(sql: impl Into<String>, kind: Kind) -> Self {
        Self {
            sql: sql.into(),
            kind,
            nullable: true,
        }
    }

    /// The same column, declared never to be null.
    #[must_use]
    pub fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }
}

/// Which column holds which attribute.
pub trait Columns {
    /// The column for the attribute; `None` leaves tests on it to the re-check in memory.
    fn column(&self, attribute: &str) -> Option<Column>;
}

impl<F: Fn(&str) -> Option<Column>> Columns for F {
    fn column(&self, attribute: &str) -> Option<Column> {
        self(attribute)
    }
}

impl Column {
    pub(super) fn scalar(&self) -> Option<Scalar> {
        match self.kind {
            Kind::Text => Some(Scalar::Text),
            Kind::Integer => Some(Scalar::Integer),
            Kind::Real => Some(Scalar::Real),
            Kind::Boolean => Some(Scalar::Boolean),
            Kind::Json => None,
        }
    }

    pub(super) fn is_null(&self) -> Pred {
        if self.nullable {
            Pred::text(format!("{} IS NULL", self.sql))
        } else {
            Pred::FALSE
        }
    }

    pub(super) fn is_not_null(&self) -> Pred {
        if self.nullable {
            Pred::text(format!("{} IS NOT NULL", self.sql))
        } else {
            Pred::TRUE
        }
    }

    pub(super) fn is(&self, value: bool) -> Pred {
        let word = if value { "TRUE" } else { "FALSE" };
        Pred::text(format!("{} IS {word}", self.sql))
    }
}
