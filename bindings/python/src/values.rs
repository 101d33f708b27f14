//! From Python objects to the engine's values. What has no exact counterpart is an error, never another value.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_rules::{Attributes, Number, Value};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple, PyType,
};

/// Deepest nesting of a value; also what ends a list that contains itself.
const DEEPEST: usize = 100;

/// Those attributes that the rules mention, sorted by name.
#[derive(Default)]
pub(crate) struct Given<'e>(Vec<(&'e str, Value)>);

impl<'e> Given<'e> {
    /// Takes the values of the `mentioned` names, which are sorted.
    pub(crate) fn read(mentioned: &'e [String], dict: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut entries = Vec::with_capacity(mentioned.len().min(dict.len()));
        for name in mentioned {
            if let Some(object) = dict.get_item(name.as_str())? {
                entries.push((name.as_str(), value(&object, name, 0)?));
            }
        }
        Ok(Self(entries))
    }
}

impl Attributes for Given<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        let found = self.0.binary_search_by_key(&name, |(n, _)| n);
        found.ok().map(|i| &self.0[i].1)
    }
}

fn value(object: &Bound<'_, PyAny>, name: &str, depth: usize) -> PyResult<Value> {
    if object.is_none() {
        Ok(Value::Null)
    } else if let Ok(text) = object.cast::<PyString>() {
        Ok(Value::from(&*text.to_cow()?))
    } else if let Ok(b) = object.cast::<PyBool>() {
        Ok(Value::Bool(b.is_true()))
    } else if object.is_instance_of::<PyInt>() {
        whole(object, name)
    } else if let Ok(n) = object.cast::<PyFloat>() {
        let number = Number::from_f64(n.value()).map(Value::Number);
        number.ok_or_else(|| no_value(object, name))
    } else if depth == DEEPEST {
        Err(PyValueError::new_err(format!(
            "the attribute `{name}` nests deeper than {DEEPEST}, or contains itself"
        )))
    } else if object.is_instance_of::<PyList>()
        || object.is_instance_of::<PyTuple>()
        || object.is_instance_of::<PySet>()
        || object.is_instance_of::<PyFrozenSet>()
    {
        let items = object.try_iter()?;
        let items = items.map(|item| value(&item?, name, depth + 1));
        Ok(Value::Array(items.collect::<PyResult<Vec<_>>>()?.into()))
    } else if let Ok(dict) = object.cast::<PyDict>() {
        let mut entries = BTreeMap::new();
        for (key, item) in dict {
            let key: String = key.extract()?;
            entries.insert(Arc::from(key), value(&item, name, depth + 1)?);
        }
        Ok(Value::Object(Arc::new(entries)))
    } else if object.is_instance(decimal(object.py())?)? {
        let text = object.str()?;
        let number = Number::parse(&text.to_cow()?);
        number
            .map(Value::Number)
            .map_err(|_| no_value(object, name))
    } else {
        Err(no_value(object, name))
    }
}

/// An integer of any size: exactly where the engine has integers, as the nearest double past that.
fn whole(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Value> {
    if let Ok(n) = object.extract::<i64>() {
        return Ok(n.into());
    }
    // `int.__repr__`, as a subclass may show itself differently.
    let text = object
        .py()
        .get_type::<PyInt>()
        .call_method1("__repr__", (object,))?;
    let number = Number::parse(&text.extract::<String>()?);
    number
        .map(Value::Number)
        .map_err(|_| no_value(object, name))
}

fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}

fn no_value(object: &Bound<'_, PyAny>, name: &str) -> PyErr {
    let shown = object
        .repr()
        .map_or_else(|_| "?".to_owned(), |text| text.to_string());
    let shown: String = shown.chars().take(80).collect();
    PyTypeError::new_err(format!(
        "the attribute `{name}` holds {shown}, which is no value rules can compare; give text, a number, a boolean, \
         None, or lists and dicts of them"
    ))
}
