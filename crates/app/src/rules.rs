//! Findings about a list of rules before it is saved: what loading refuses, what
//! linting finds, and how its cases come out.

use portcullis_model::{FieldError, Grant};
use portcullis_rules::{
    Budget, Diagnostic, Effect, Engine, Limits, LoadError, RuleList,
    analysis::{
        Effort,
        lint::{Finding, Lint, Linted, lint_within},
    },
    cases::{Case, Suite, run_within},
    strict,
};
use serde_json::Value;

/// Answers must come while somebody types.
const EFFORT: Effort = Effort {
    steps: 5_000,
    total_steps: 300_000,
    rules: 64,
};

/// A document, as somebody wrote it.
#[derive(Clone, Copy, Debug)]
pub enum Written<'a> {
    /// Text: faults have a line and column, and repeated keys are seen.
    Text(&'a str),
    /// A value.
    Value(&'a Value),
}

/// Findings about a list.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The list, if it can be loaded.
    pub list: Option<RuleList>,
    /// Everything that loading refuses.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there are.
    pub omitted: usize,
    /// Why it cannot be compiled, if that is so.
    pub too_much: Option<String>,
    /// What linting finds.
    pub findings: Vec<Finding>,
    /// The cases as they are kept.
    pub cases: Vec<Value>,
    /// What is wrong with the cases: with which one, if not with all.
    pub case_faults: Vec<CaseFault>,
    /// Rules that no case decides.
    pub untested: Vec<usize>,
    /// What was not looked at because the rest took too long.
    pub not_examined: Option<String>,
}

impl Checked {
    /// Whether it can be saved.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.list.is_some()
            && self.too_much.is_none()
            && self.case_faults.is_empty()
            && self.not_examined.is_none()
    }
}

/// Looks through a list and its cases, as far as the budget goes.
#[must_use]
pub fn check(rules: Written<'_>, cases: Written<'_>, budget: &Budget) -> Checked {
    let mut checked = Checked::default();
    match load(rules, budget) {
        Ok(list) => {
            checked.too_much = Engine::compile(&list).err().map(|error| error.to_string());
            checked.list = Some(list);
        }
        Err(error) => {
            checked.diagnostics = error.diagnostics().to_vec();
            checked.omitted = error.omitted();
        }
    }
    match read_cases(cases) {
        Ok(cases) => {
            let (faults, untested) = tried(checked.list.as_ref(), &cases, budget);
            checked.cases = cases;
            checked.case_faults = faults;
            checked.untested = untested;
        }
        Err(wrong) => checked.case_faults.push((None, wrong)),
    }
    // Last, because it may take whatever is left.
    if let Some(list) = &checked.list {
        let linted = findings(list, &EFFORT, budget);
        checked.findings = linted.findings;
        checked.not_examined = (!linted.complete).then(|| NOT_EXAMINED.to_owned());
    }
    checked
}

/// What is said where the budget was spent before the end.
const NOT_EXAMINED: &str = "not examined: some of the rules; looking through all of them takes too long, \
    so split the list or use shorter lists of values and fewer expressions";

/// Loads a list that somebody sent.
///
/// # Errors
/// Everything that is wrong with it, or that it is too costly to compile.
pub fn load(rules: Written<'_>, budget: &Budget) -> Result<RuleList, LoadError> {
    let limits = Limits::default();
    match rules {
        Written::Text(text) => RuleList::from_json_str_within(text, &limits, budget),
        Written::Value(value) => RuleList::from_json_value_within(value, &limits, budget),
    }
}

/// What linting finds in a list that a group confers.
///
/// Linting takes a list for the whole truth, and calls a deny redundant where nothing after it in
/// the list allows. But the lists of a subject's other groups come after it, so here it is not.
#[must_use]
pub fn findings(list: &RuleList, effort: &Effort, budget: &Budget) -> Linted {
    let denies = |rule: usize| list.0.get(rule).is_some_and(|r| r.effect == Effect::Deny);
    let mut linted = lint_within(list, effort, budget);
    let findings = &mut linted.findings;
    findings.retain(|finding| finding.lint != Lint::RedundantRule || !denies(finding.rule));
    linted
}

/// What is wrong with a case: with which one, if not with all of them.
pub type CaseFault = (Option<usize>, String);

/// What is wrong with the cases of a list: those that are none, and those that do not come out.
#[must_use]
pub fn try_cases(list: &RuleList, cases: Written<'_>, budget: &Budget) -> Vec<CaseFault> {
    match read_cases(cases) {
        Ok(cases) => tried(Some(list), &cases, budget).0,
        Err(wrong) => vec![(None, wrong)],
    }
}

/// What keeps a list from being conferred, however it comes: it must compile, and its cases come
/// out as they say.
pub(crate) fn faults(grant: &Grant, budget: &Budget) -> Vec<FieldError> {
    let (mut faults, rules) = (Vec::new(), grant.rules());
    if let Err(error) = rules.validate_within(&Limits::default(), budget) {
        let diagnostics = error.diagnostics().iter();
        faults.extend(
            diagnostics.map(|o| FieldError::new(format!("rules{}", o.path), o.message.clone())),
        );
        return faults;
    }
    if let Err(error) = Engine::compile(&rules) {
        faults.push(FieldError::new("rules", error.to_string()));
    }
    let wrong = tried(Some(&rules), grant.cases(), budget).0.into_iter();
    faults.extend(wrong.map(|(_, message)| FieldError::new("cases", message)));
    faults
}

fn read_cases(cases: Written<'_>) -> Result<Vec<Value>, String> {
    let value = match cases {
        Written::Text(text) if text.trim().is_empty() => return Ok(Vec::new()),
        Written::Text(text) => {
            strict::from_str(text).map_err(|error| format!("the cases are refused: {error}"))?
        }
        Written::Value(value) => value.clone(),
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(cases) => Ok(cases),
        _ => Err("the cases are a list; write `[` before the first and `]` after the last".into()),
    }
}

/// What is wrong with cases, and the rules that none of them decides.
fn tried(
    list: Option<&RuleList>,
    cases: &[Value],
    budget: &Budget,
) -> (Vec<CaseFault>, Vec<usize>) {
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    for (at, case) in cases.iter().enumerate() {
        match serde_json::from_value::<Case>(case.clone()) {
            Ok(case) => good.push((at, case)),
            Err(error) => faults.push((Some(at), error.to_string())),
        }
    }
    let Some(list) = list else {
        return (faults, Vec::new());
    };
    let (places, cases): (Vec<_>, Vec<_>) = good.into_iter().unzip();
    let report = run_within(list, &Suite { rules: None, cases }, budget);
    let untested = report.undecided_rules().collect();
    for (at, result) in places.into_iter().zip(report.results) {
        if let Some(failure) = result.failure {
            faults.push((Some(at), format!("{}: {failure}", result.name)));
        }
    }
    faults.sort_by_key(|(at, _)| *at);
    (faults, untested)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_only_denies_is_not_called_redundant() {
        let deny = |action: &str| {
            format!(
                r#"{{"access": "deny", "where": {{"rsrc_type": "doc", "action": {action}, "rsrc_match": []}}}}"#
            )
        };
        let lints = |rules: &[String]| -> Vec<Lint> {
            let text = format!("[{}]", rules.join(","));
            let budget = Budget::unlimited();
            let found = check(Written::Text(&text), Written::Text(""), &budget).findings;
            found.into_iter().map(|finding| finding.lint).collect()
        };
        assert_eq!(lints(&[deny("\"write\"")]), []);
        let twice = lints(&[deny("[\"read\", \"write\"]"), deny("\"write\"")]);
        assert_eq!(twice, [Lint::UnreachableRule]);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let checked = check(
            Written::Text("[{\n \"access\": \"permit\", \"where\": {\"rsrc_type\": \"\"}}]"),
            Written::Text("[{\"name\": \"x\"}]"),
            &Budget::unlimited(),
        );
        assert!(!checked.is_sound());
        assert!(checked.diagnostics.len() >= 3, "{:?}", checked.diagnostics);
        assert!(checked.diagnostics.iter().all(|o| o.position.is_some()));
        assert_eq!(checked.case_faults.len(), 1);
        assert_eq!(checked.case_faults[0].0, Some(0));
    }
}
