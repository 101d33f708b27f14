//! Look through a list of rules.

use axum::http::StatusCode;
use portcullis_app::rules::{Written, check};
use portcullis_model::entitlement::pointer;
use portcullis_rules::{Budget, Diagnostic, analysis::lint::Finding};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::Cases;
use crate::api::{
    Answer, Write,
    body::{Free, body},
    json, row,
};

body! {
    /// What is to be looked through.
    pub(crate) struct Look {
        /// The rules: the list, or its text.
        rules: Free,
        /// Cases that should come out as they say.
        cases: Option<Cases>,
    }
}

/// Findings about a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Looked {
    /// Whether it could be saved.
    sound: bool,
    /// What loading refuses.
    diagnostics: Vec<DiagnosticRow>,
    /// What is probably not meant.
    findings: Vec<FindingRow>,
    /// What is wrong with the cases.
    cases: Vec<CaseRow>,
    /// Rules that no case decides, counted from 0.
    untested: Vec<usize>,
    /// Why some of it was not looked at; null if all was.
    not_examined: Option<String>,
}

row! {
    /// Something that loading refuses.
    pub(crate) struct DiagnosticRow of(diagnostic: Diagnostic) {
        /// A stable code.
        code: &'static str = diagnostic.code.as_str(),
        /// Where, as a JSON pointer into the rules.
        pointer: String = pointer(&diagnostic.path),
        /// The line in the text, from 1; null if none was sent.
        line: Option<usize> = diagnostic.position.map(|at| at.line),
        /// The column in the line, from 1.
        column: Option<usize> = diagnostic.position.map(|at| at.column),
        /// What is wrong and what to write instead.
        message: String = diagnostic.message,
    }
}

row! {
    /// Something that is probably not meant.
    pub(crate) struct FindingRow of(finding: Finding) {
        /// A stable code.
        code: &'static str = finding.lint.code(),
        /// `error`, `warning` or `note`.
        severity: &'static str = finding.severity.as_str(),
        /// The rule, counted from 1.
        rule: usize = finding.rule + 1,
        /// Where, as a JSON pointer into the rules.
        pointer: String = pointer(&finding.path),
        /// What was found.
        message: String = finding.message,
        /// What to do about it.
        suggestion: String = finding.suggestion,
    }
}

/// A case that is none, or does not come out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseRow {
    /// Which, counted from 0; null if it is about all of them.
    case: Option<usize>,
    /// What is wrong.
    message: String,
}

/// Look through rules
///
/// Everything that loading refuses, that linting finds, and how the cases come out. Nothing is
/// saved.
#[utoipa::path(post, path = "/rules/lint", tag = "rules", request_body = Look, responses((status = 200, body = Looked)))]
pub(crate) async fn lint_rules(Write { act, body }: Write<Look>) -> Answer {
    let look = move |budget: &Budget| look(&body, budget);
    let looked = act.web.costly(act.viewer.id, look).await?;
    json(StatusCode::OK, &looked)
}

fn look(body: &Look, budget: &Budget) -> Looked {
    let rules = match &body.rules.0 {
        Value::String(text) => Written::Text(text),
        value => Written::Value(value),
    };
    let cases = Value::Array(body.cases.as_ref().map_or_else(Vec::new, |c| c.0.clone()));
    let checked = check(rules, Written::Value(&cases), budget);
    let sound = checked.is_sound();
    let diagnostics = checked.diagnostics.into_iter();
    let mut diagnostics: Vec<_> = diagnostics.map(DiagnosticRow::of).collect();
    diagnostics.extend(checked.too_much.map(|message| DiagnosticRow {
        code: "too_much",
        pointer: String::new(),
        line: None,
        column: None,
        message,
    }));
    let cases = checked.case_faults.into_iter();
    Looked {
        sound,
        diagnostics,
        findings: checked.findings.into_iter().map(FindingRow::of).collect(),
        cases: cases
            .map(|(case, message)| CaseRow { case, message })
            .collect(),
        untested: checked.untested,
        not_examined: checked.not_examined,
    }
}
