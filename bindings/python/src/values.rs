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

use crate::package::helper;

/// Deepest nesting of a value; also what ends a list that contains itself.
const DEEPEST: usize = 100;

/// Most text in a value, in bytes: a list may hold another twice, and that one another twice, and so on, and an
/// iterator may not end.
const LARGEST: usize = 64 << 20;

/// What an item counts for on top of its text: it takes memory even when it is empty.
const ITEM: usize = 64;

/// Those attributes that the rules mention, sorted by name.
#[derive(Default)]
pub(crate) struct Given<'e>(Vec<(&'e str, Value)>);

impl<'e> Given<'e> {
    /// Takes the values of the `mentioned` names, which are sorted.
    pub(crate) fn read(mentioned: &'e [String], dict: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut entries = Vec::with_capacity(mentioned.len().min(dict.len()));
        for name in mentioned {
            if let Some(object) = dict.get_item(name.as_str())? {
                let left = LARGEST;
                let value = Reader { name, left }.value(&object, 0)?;
                entries.push((name.as_str(), value));
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

static ATTRIBUTES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The values of the `mentioned` names, which are sorted, in whatever holds attributes.
pub(crate) fn given<'e>(
    mentioned: &'e [String],
    attributes: Option<&Bound<'_, PyAny>>,
) -> PyResult<Given<'e>> {
    let Some(attributes) = attributes else {
        return Ok(Given::default());
    };
    if let Ok(dict) = attributes.cast::<PyDict>() {
        return Given::read(mentioned, dict);
    }
    let dict = helper(attributes.py(), &ATTRIBUTES, "attributes_of")?.call1((attributes,))?;
    Given::read(mentioned, dict.cast::<PyDict>()?)
}

/// Reads one attribute's value.
struct Reader<'n> {
    name: &'n str,
    /// How much more there may be in it, as [`LARGEST`] counts.
    left: usize,
}

impl Reader<'_> {
    fn value(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        if object.is_none() {
            Ok(Value::Null)
        } else if let Ok(text) = object.cast::<PyString>() {
            let text = text.to_cow()?;
            self.take(text.len())?;
            Ok(Value::from(&*text))
        } else if let Ok(b) = object.cast::<PyBool>() {
            Ok(Value::Bool(b.is_true()))
        } else if object.is_instance_of::<PyInt>() {
            self.whole(object)
        } else if let Ok(n) = object.cast::<PyFloat>() {
            let number = Number::from_f64(n.value()).map(Value::Number);
            number.ok_or_else(|| self.no_value(object))
        } else if depth == DEEPEST {
            Err(PyValueError::new_err(format!(
                "the attribute `{}` nests deeper than {DEEPEST}, or contains itself",
                self.name
            )))
        } else if object.is_instance_of::<PyList>()
            || object.is_instance_of::<PyTuple>()
            || object.is_instance_of::<PySet>()
            || object.is_instance_of::<PyFrozenSet>()
        {
            let mut items = Vec::new();
            for item in object.try_iter()? {
                self.take(ITEM)?;
                items.push(self.value(&item?, depth + 1)?);
            }
            Ok(Value::Array(items.into()))
        } else if let Ok(dict) = object.cast::<PyDict>() {
            self.map(dict, depth)
        } else if object.is_instance(decimal(object.py())?)? {
            // `Decimal.__str__`, as a subclass may show itself differently.
            let text = decimal(object.py())?.call_method1("__str__", (object,))?;
            self.number(object, &text.extract::<String>()?)
        } else {
            Err(self.no_value(object))
        }
    }

    fn map(&mut self, dict: &Bound<'_, PyDict>, depth: usize) -> PyResult<Value> {
        let mut entries = BTreeMap::new();
        // A copy: what is called on the way may change the dict itself.
        for pair in dict.items() {
            self.take(ITEM)?;
            let (key, item): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
            let Ok(key) = key.cast::<PyString>() else {
                return Err(PyTypeError::new_err(format!(
                    "the attribute `{}` holds a dict with a key that is no text",
                    self.name
                )));
            };
            let key = key.to_cow()?;
            self.take(key.len())?;
            entries.insert(Arc::from(&*key), self.value(&item, depth + 1)?);
        }
        Ok(Value::Object(Arc::new(entries)))
    }

    /// An integer of any size: exactly where the engine has integers, as the nearest double past that.
    fn whole(&self, object: &Bound<'_, PyAny>) -> PyResult<Value> {
        if let Ok(n) = object.extract::<i64>() {
            return Ok(n.into());
        }
        // `int.__repr__`, as a subclass may show itself differently.
        let int = object.py().get_type::<PyInt>();
        let text = int
            .call_method1("__repr__", (object,))
            // Python itself refuses to write out thousands of digits.
            .map_err(|_| self.no_value(object))?;
        self.number(object, &text.extract::<String>()?)
    }

    fn number(&self, object: &Bound<'_, PyAny>, text: &str) -> PyResult<Value> {
        let number = Number::parse(text);
        number.map(Value::Number).map_err(|_| self.no_value(object))
    }

    fn take(&mut self, size: usize) -> PyResult<()> {
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            PyValueError::new_err(format!(
                "the attribute `{}` takes more than {LARGEST} bytes",
                self.name
            ))
        })?;
        Ok(())
    }

    fn no_value(&self, object: &Bound<'_, PyAny>) -> PyErr {
        let shown = object
            .repr()
            .map_or_else(|_| "?".to_owned(), |text| text.to_string());
        let shown: String = shown.chars().take(80).collect();
        PyTypeError::new_err(format!(
            "the attribute `{}` holds {shown}, which is no value rules can compare; give text, a number, a boolean, \
             None, or lists and dicts of them",
            self.name
        ))
    }
}

fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}
