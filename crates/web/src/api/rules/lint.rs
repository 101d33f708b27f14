//! Look through a list of rules.

use axum::http::StatusCode;
use portcullis_app::rules::{Written, check, pointer};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::read::Cases;
use crate::{
    api::{
        extract::{Answer, Write, json},
        input::{Free, body},
    },
    error::Failure,
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
}

/// Something that loading refuses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiagnosticRow {
    /// A stable code.
    code: &'static str,
    /// Where, as a JSON pointer into the rules.
    pointer: String,
    /// The line in the text, from 1; null if none was sent.
    line: Option<usize>,
    /// The column in the line, from 1.
    column: Option<usize>,
    /// What is wrong and what to write instead.
    message: String,
}

/// Something that is probably not meant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingRow {
    /// A stable code.
    code: &'static str,
    /// `error`, `warning` or `note`.
    severity: &'static str,
    /// The rule, counted from 0.
    rule: usize,
    /// Where, as a JSON pointer into the rules.
    pointer: String,
    /// What was found.
    message: String,
    /// What to do about it.
    suggestion: String,
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
pub(crate) async fn lint_rules(Write { body, .. }: Write<Look>) -> Answer {
    // Proving takes a while for long lists: not on a thread that others wait for.
    let looked = tokio::task::spawn_blocking(move || look(&body))
        .await
        .map_err(|error| Failure::Internal(error.to_string()))?;
    json(StatusCode::OK, &looked)
}

fn look(body: &Look) -> Looked {
    let rules = match &body.rules.0 {
        Value::String(text) => Written::Text(text),
        value => Written::Value(value),
    };
    let cases = Value::Array(body.cases.as_ref().map_or_else(Vec::new, |c| c.0.clone()));
    let checked = check(rules, Written::Value(&cases));
    let sound = checked.is_sound();
    let mut diagnostics: Vec<_> = checked
        .diagnostics
        .into_iter()
        .map(|diagnostic| DiagnosticRow {
            code: diagnostic.code.as_str(),
            pointer: pointer(&diagnostic.path),
            line: diagnostic.position.map(|at| at.line),
            column: diagnostic.position.map(|at| at.column),
            message: diagnostic.message,
        })
        .collect();
    diagnostics.extend(checked.too_much.map(|message| DiagnosticRow {
        code: "too_much",
        pointer: String::new(),
        line: None,
        column: None,
        message,
    }));
    let findings = checked.findings.into_iter().map(|finding| FindingRow {
        code: finding.lint.code(),
        severity: finding.severity.as_str(),
        rule: finding.rule,
        pointer: pointer(&finding.path),
        message: finding.message,
        suggestion: finding.suggestion,
    });
    let cases = checked.case_faults.into_iter();
    Looked {
        sound,
        diagnostics,
        findings: findings.collect(),
        cases: cases
            .map(|(case, message)| CaseRow { case, message })
            .collect(),
        untested: checked.untested,
    }
}
