//! The Python half of the package.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// A function of the Python half of the package.
pub(crate) fn helper<'py>(
    py: Python<'py>,
    once: &'static PyOnceLock<Py<PyAny>>,
    name: &str,
) -> PyResult<&'py Bound<'py, PyAny>> {
    let found = once.get_or_try_init(py, || {
        let module = py.import("portcullis_rules._model")?;
        Ok::<_, PyErr>(module.getattr(name)?.unbind())
    })?;
    Ok(found.bind(py))
}
