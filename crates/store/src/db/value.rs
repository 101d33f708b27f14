//! What goes into statements and what comes out of rows, the same for both engines.

use sqlx::{
    Arguments as _, Encode, Postgres, Row as _, Sqlite, Type,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use uuid::Uuid;

use crate::StoreError;

/// A value to bind. A null keeps its type, because PostgreSQL wants to know it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($from:ty => $variant:ident, $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(Some($convert(value)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )*};
}
value_from! {
    i64 => Int, |v| v;
    String => Text, |v| v;
    &str => Text, str::to_owned;
    Uuid => Bytes, |v: Uuid| v.as_bytes().to_vec();
    Vec<u8> => Bytes, |v| v;
}

/// A row; columns are read by their place.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! get {
    ($row:expr, $index:expr) => {
        match $row {
            Self::Sqlite(row) => row.try_get($index),
            Self::Postgres(row) => row.try_get($index),
        }
        .map_err(StoreError::from)
    };
}

impl Row {
    pub(crate) fn int(&self, index: usize) -> Result<i64, StoreError> {
        get!(self, index)
    }
    pub(crate) fn opt_int(&self, index: usize) -> Result<Option<i64>, StoreError> {
        get!(self, index)
    }
    pub(crate) fn text(&self, index: usize) -> Result<&str, StoreError> {
        get!(self, index)
    }
    pub(crate) fn opt_text(&self, index: usize) -> Result<Option<&str>, StoreError> {
        get!(self, index)
    }
    pub(crate) fn bytes(&self, index: usize) -> Result<&[u8], StoreError> {
        get!(self, index)
    }
    pub(crate) fn uuid(&self, index: usize) -> Result<Uuid, StoreError> {
        uuid(self.bytes(index)?)
    }
    pub(crate) fn opt_uuid(&self, index: usize) -> Result<Option<Uuid>, StoreError> {
        let bytes: Option<&[u8]> = get!(self, index)?;
        bytes.map(uuid).transpose()
    }
}

fn uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|error| StoreError::corrupt("id", error))
}

fn bind<'q, DB, A>(arguments: &mut A, value: Value) -> Result<(), sqlx::error::BoxDynError>
where
    DB: sqlx::Database,
    A: sqlx::Arguments<Database = DB>,
    Option<i64>: Encode<'q, DB> + Type<DB>,
    Option<String>: Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
{
    match value {
        Value::Int(value) => arguments.add(value),
        Value::Text(value) => arguments.add(value),
        Value::Bytes(value) => arguments.add(value),
    }
}

pub(super) fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        bind::<Sqlite, _>(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(super) fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        bind::<Postgres, _>(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
