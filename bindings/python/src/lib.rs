//! `portcullis_rules._engine`: what Python calls. Builders, resources and types stand in `python/`.

mod filter;
mod package;
mod values;

use std::collections::BTreeSet;

use portcullis_rules::analysis::{diff, lint};
use portcullis_rules::partial::{Known, partial_with};
use portcullis_rules::{
    ConditionSet, Decision, Engine, LoadError, Operand, Redaction, RequestError, RuleList, Style,
    cases, strict,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use serde_json::{Value as Json, json};

use filter::PyFilter;
use package::helper;
use values::given;

/// A compiled rule list. `portcullis_rules.Rules` derives from it.
#[pyclass(name = "Engine", module = "portcullis_rules._engine", frozen, subclass)]
struct PyEngine {
    engine: Engine,
    /// The attributes that the rules mention, sorted: a decision asks for no other.
    mentioned: Box<[String]>,
}

#[pymethods]
impl PyEngine {
    /// Loads and compiles JSON text.
    #[new]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        let list = RuleList::from_json_str(text).map_err(|error| refused(py, &error))?;
        let engine =
            Engine::compile(&list).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let mut mentioned = BTreeSet::new();
        for rule in &list.0 {
            mention(&rule.condition, &mut mentioned);
        }
        let mentioned = mentioned.into_iter().map(str::to_owned).collect();
        Ok(Self { engine, mentioned })
    }

    #[pyo3(signature = (action, resource_type, attributes = None))]
    fn can(
        &self,
        action: &str,
        resource_type: &str,
        attributes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        Ok(self.answer(action, resource_type, attributes)?.is_allow())
    }

    /// `(allowed, rule)`.
    #[pyo3(signature = (action, resource_type, attributes = None))]
    fn _decide(
        &self,
        action: &str,
        resource_type: &str,
        attributes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(bool, Option<usize>)> {
        Ok(pair(self.answer(action, resource_type, attributes)?))
    }

    /// `({action: answer}, answer for others)`, answers as in `_decide`.
    #[pyo3(signature = (resource_type, attributes = None))]
    #[expect(
        clippy::type_complexity,
        reason = "it is taken apart on the other side at once"
    )]
    fn _which_actions<'py>(
        &self,
        py: Python<'py>,
        resource_type: &str,
        attributes: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyDict>, (bool, Option<usize>))> {
        let given = given(&self.mentioned, attributes)?;
        let answers = self.engine.which_actions(resource_type, &given);
        let answers = answers.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let named = PyDict::new(py);
        for (action, decision) in &answers.named {
            named.set_item(&**action, pair(*decision))?;
        }
        Ok((named, pair(answers.other)))
    }

    /// `(explanation as JSON text, in words)`.
    #[pyo3(signature = (action, resource_type, attributes, show, hide))]
    fn _explain(
        &self,
        action: &str,
        resource_type: &str,
        attributes: Option<&Bound<'_, PyAny>>,
        show: Option<BTreeSet<String>>,
        hide: Option<BTreeSet<String>>,
    ) -> PyResult<(String, String)> {
        let given = given(&self.mentioned, attributes)?;
        let redaction = match (show, hide) {
            (None, None) => Redaction::ShowAll,
            (None, Some(hidden)) => Redaction::Hide(hidden),
            (Some(shown), hidden) => Redaction::ShowOnly(&shown - &hidden.unwrap_or_default()),
        };
        let why = self
            .engine
            .explain(action, resource_type, &given, &redaction)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok((why.to_json().to_string(), why.render(Style::Plain)))
    }

    /// The findings as JSON text.
    fn _lint(&self, py: Python<'_>) -> String {
        // It may take a while, and other threads need not wait.
        let findings = py.detach(|| lint::lint(self.engine.rules()));
        json!(findings).to_string()
    }

    /// `(differences, exhaustive)`, differences as JSON text.
    fn _diff(&self, py: Python<'_>, other: &Self) -> (String, bool) {
        let diff = py.detach(|| diff::diff(self.engine.rules(), other.engine.rules()));
        let answer = |decision: Decision| json!([decision.is_allow(), decision.rule]);
        let differences: Vec<Json> = diff
            .differences
            .iter()
            .map(|difference| {
                let attributes: serde_json::Map<String, Json> = difference
                    .attributes
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_json()))
                    .collect();
                json!({
                    "action": difference.action,
                    "type": difference.resource_type,
                    "attributes": attributes,
                    "before": answer(difference.before),
                    "after": answer(difference.after),
                    "text": difference.to_string(),
                })
            })
            .collect();
        (Json::from(differences).to_string(), diff.exhaustive)
    }

    /// What the rules ask of resources of a type; `complete` has prefixes of names.
    fn _filter(
        &self,
        action: &str,
        resource_type: &str,
        known: Option<&Bound<'_, PyAny>>,
        complete: Vec<String>,
    ) -> PyResult<PyFilter> {
        if resource_type.is_empty() {
            return Err(PyValueError::new_err(
                RequestError::EmptyResourceType.to_string(),
            ));
        }
        let given = given(&self.mentioned, known)?;
        let known = complete.iter().fold(Known::new(&given), |known, prefix| {
            known.complete_under(prefix)
        });
        let filter = partial_with(self.engine.rules(), action, resource_type, &known);
        Ok(PyFilter::new(filter))
    }

    /// The report of a suite of cases as JSON text.
    fn _test(&self, suite: &str) -> PyResult<String> {
        let suite: cases::Suite = strict::from_str(suite)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let report = cases::run(self.engine.rules(), &suite);
        let results: Vec<Json> = report
            .results
            .iter()
            .map(|result| json!({"name": result.name, "failure": result.failure}))
            .collect();
        let undecided: Vec<usize> = report.undecided_rules().collect();
        Ok(json!({
            "passed": report.passed(),
            "results": results,
            "undecided_rules": undecided,
            "summary": report.to_string(),
        })
        .to_string())
    }

    #[getter]
    fn digest(&self) -> String {
        self.engine.digest().to_string()
    }

    fn to_json(&self) -> String {
        self.engine.rules().to_json().to_string()
    }

    fn __len__(&self) -> usize {
        self.engine.rules().0.len()
    }

    /// Rules without a rule are rules too.
    fn __bool__(&self) -> bool {
        true
    }

    fn __repr__(&self) -> String {
        format!("<Rules: {} rules, {}>", self.__len__(), self.digest())
    }
}

impl PyEngine {
    fn answer(
        &self,
        action: &str,
        resource_type: &str,
        attributes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Decision> {
        let given = given(&self.mentioned, attributes)?;
        self.engine
            .decide(action, resource_type, &given)
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

static REFUSED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

fn pair(decision: Decision) -> (bool, Option<usize>) {
    (decision.is_allow(), decision.rule)
}

fn mention<'r>(set: &'r ConditionSet, found: &mut BTreeSet<&'r str>) {
    match set {
        ConditionSet::And(items) | ConditionSet::Or(items) => {
            items.iter().for_each(|item| mention(item, found));
        }
        ConditionSet::Leaf(condition) => {
            for operand in [&condition.left, &condition.right] {
                if let Operand::Attribute(name) = operand {
                    found.insert(name);
                }
            }
        }
    }
}

/// The exception `RulesError`, with every diagnostic.
fn refused(py: Python<'_>, error: &LoadError) -> PyErr {
    let diagnostics: Vec<_> = error
        .diagnostics()
        .iter()
        .map(|diagnostic| {
            let position = diagnostic.position.map(|at| (at.line, at.column));
            (
                diagnostic.code.as_str(),
                diagnostic.path.as_str(),
                position.map(|(line, _)| line),
                position.map(|(_, column)| column),
                diagnostic.message.as_str(),
            )
        })
        .collect();
    let made = helper(py, &REFUSED, "RulesError")
        .and_then(|class| class.cast::<PyType>().map_err(PyErr::from))
        .and_then(|class| class.call1((error.to_string(), diagnostics, error.omitted())));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

#[pymodule]
fn _engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyEngine>()?;
    module.add_class::<PyFilter>()
}
