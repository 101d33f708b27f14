//! What is left of rules once the subject and the action are known: asked in memory, or written as a query.

use std::collections::HashMap;

use portcullis_rules::Value;
use portcullis_rules::partial::{
    Column, Dialect, DynamoValue, Exactness, Filter, Kind, Selection, Test,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::values::given;

/// A filter over the attributes that are not known yet. `portcullis_rules.Filter` holds one.
#[pyclass(name = "Residual", module = "portcullis_rules._engine", frozen)]
pub(crate) struct PyFilter {
    filter: Filter,
    /// The attributes the answer depends on, sorted.
    mentioned: Box<[String]>,
}

impl PyFilter {
    pub(crate) fn new(filter: Filter) -> Self {
        let mut mentioned: Vec<String> = filter
            .attributes()
            .iter()
            .map(ToString::to_string)
            .collect();
        mentioned.sort_unstable();
        Self {
            filter,
            mentioned: mentioned.into(),
        }
    }
}

#[pymethods]
impl PyFilter {
    #[pyo3(signature = (attributes = None))]
    fn accepts(&self, attributes: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        Ok(self.filter.accepts(&given(&self.mentioned, attributes)?))
    }

    /// In order of first use.
    #[getter]
    fn attributes(&self) -> Vec<String> {
        let names = self.filter.attributes();
        names.iter().map(ToString::to_string).collect()
    }

    #[getter]
    fn is_always(&self) -> bool {
        self.filter.is_always()
    }

    #[getter]
    fn is_never(&self) -> bool {
        self.filter.is_never()
    }

    /// `(text, parameters, exact, residue)`; `columns` maps attributes to `(sql, kind, nullable)`.
    fn to_sql<'py>(
        &self,
        py: Python<'py>,
        dialect: &str,
        columns: HashMap<String, (String, String, bool)>,
        first: usize,
    ) -> PyResult<(String, Bound<'py, PyList>, bool, Vec<String>)> {
        let dialect = match dialect {
            "sqlite" => Dialect::Sqlite,
            "postgres" => Dialect::Postgres,
            _ => {
                return Err(PyValueError::new_err(format!(
                    "`{dialect}` is no dialect; it is `sqlite` or `postgres`"
                )));
            }
        };
        if first == 0 || first > 1_000_000 {
            return Err(PyValueError::new_err("`first` is a whole number from 1"));
        }
        let stored = columns
            .into_iter()
            .map(|(attribute, given)| Ok((attribute, column(given)?)))
            .collect::<PyResult<HashMap<String, Column>>>()?;
        let columns = |attribute: &str| stored.get(attribute).cloned();
        let sql = self.filter.to_sql_from(dialect, &columns, first);
        let parameters = PyList::empty(py);
        for value in &sql.parameters {
            parameters.append(parameter(py, value)?)?;
        }
        let exact = sql.exactness == Exactness::Exact;
        Ok((sql.text, parameters, exact, words(&sql.residue)))
    }

    /// `(selection, expression, names, values, exact, residue)`.
    #[expect(
        clippy::type_complexity,
        reason = "it is taken apart on the other side at once"
    )]
    fn to_dynamo<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(
        &'static str,
        Option<String>,
        Bound<'py, PyDict>,
        Bound<'py, PyDict>,
        bool,
        Vec<String>,
    )> {
        let query = self.filter.to_dynamo();
        let (selection, expression) = match query.selection {
            Selection::All => ("all", None),
            Selection::None => ("none", None),
            Selection::Where(text) => ("where", Some(text)),
        };
        let (names, values) = (PyDict::new(py), PyDict::new(py));
        for (placeholder, name) in &query.names {
            names.set_item(placeholder, name)?;
        }
        for (placeholder, value) in &query.values {
            let typed = PyDict::new(py);
            match value {
                DynamoValue::S(text) => typed.set_item("S", text)?,
                DynamoValue::N(number) => typed.set_item("N", number)?,
                DynamoValue::Bool(b) => typed.set_item("BOOL", b)?,
                DynamoValue::Null => typed.set_item("NULL", true)?,
            }
            values.set_item(placeholder, typed)?;
        }
        let exact = query.exactness == Exactness::Exact;
        let residue = words(&query.residue);
        Ok((selection, expression, names, values, exact, residue))
    }

    fn __str__(&self) -> String {
        self.filter.expr.to_string()
    }
}

fn column((sql, kind, nullable): (String, String, bool)) -> PyResult<Column> {
    let kind = match kind.as_str() {
        "text" => Kind::Text,
        "integer" => Kind::Integer,
        "real" => Kind::Real,
        "boolean" => Kind::Boolean,
        "json" => Kind::Json,
        _ => {
            return Err(PyValueError::new_err(format!(
                "`{kind}` is no kind of column; it is `text`, `integer`, `real`, `boolean` or `json`"
            )));
        }
    };
    let column = Column::new(sql, kind);
    Ok(if nullable { column } else { column.not_null() })
}

fn parameter<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::String(text) => Ok(text.into_pyobject(py)?.into_any()),
        Value::Number(n) => match n.as_i64() {
            Some(whole) => Ok(whole.into_pyobject(py)?.into_any()),
            None => Ok(n.as_f64().into_pyobject(py)?.into_any()),
        },
        other => Err(PyTypeError::new_err(format!(
            "{} cannot be bound",
            other.kind()
        ))),
    }
}

fn words(tests: &[Test]) -> Vec<String> {
    tests.iter().map(ToString::to_string).collect()
}
