//! How findings are written.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use clap::ValueEnum;
use portcullis_code::{Finding, Findings};
use serde::Serialize;
use serde_json::json;

use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// The form of what was found.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum As {
    /// A line for each
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}

impl As {
    /// As it is asked for, else as all results are.
    pub(super) fn of(asked: Option<Self>, format: Format) -> Self {
        asked.unwrap_or(match format {
            Format::Json => Self::Json,
            Format::Text => Self::Text,
        })
    }

    /// Writes findings to stdout; `value` is what stands for them in JSON.
    pub(super) fn write(self, findings: &Findings, value: &impl Serialize) -> Result<()> {
        match self {
            Self::Json => output::result(Format::Json, value, |_| String::new()),
            Self::Sarif => output::result(Format::Json, &sarif(findings), |_| String::new()),
            Self::Text => match lines(findings).trim_end() {
                "" => Ok(()),
                lines => output::line(lines),
            },
            Self::Github => findings
                .iter()
                .try_for_each(|found| output::line(&annotation(found))),
        }
    }
}

/// Ends the command where anything is an error.
pub(super) fn refuse(findings: &Findings) -> Result<Outcome> {
    match findings.errors() {
        0 => Ok(Outcome::Done),
        errors => {
            let errors = output::count(errors, "thing is", "things are");
            Err(anyhow!("{errors} wrong; correct what is named above"))
        }
    }
}

/// A line for each, as compilers write them.
pub(super) fn lines(findings: &Findings) -> String {
    let mut text = String::new();
    for found in findings.iter() {
        let (place, weight) = (&found.place, found.severity.as_str());
        _ = writeln!(text, "{place}: {weight}: {} [{}]", said(found), found.code);
    }
    text
}

fn said(found: &Finding) -> String {
    match found.hint.as_str() {
        "" => found.message.clone(),
        hint => format!("{}; {hint}", found.message),
    }
}

/// A workflow command: what would end it or a property is written in percent.
fn annotation(found: &Finding) -> String {
    let data = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    format!(
        "::{} file={},line={},col={},title={}::{}",
        found.severity.as_str(),
        property(&found.place.file),
        found.place.line,
        found.place.column,
        property(found.code),
        data(&said(found))
    )
}

fn sarif(findings: &Findings) -> serde_json::Value {
    let rules: std::collections::BTreeSet<_> = findings.iter().map(|found| found.code).collect();
    let rules: Vec<_> = rules
        .into_iter()
        .map(|code| json!({ "id": code }))
        .collect();
    let results: Vec<_> = findings
        .iter()
        .map(|found| {
            json!({
                "ruleId": found.code,
                "level": found.severity.as_str(),
                "message": { "text": said(found) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri(&found.place.file) },
                    "region": { "startLine": found.place.line, "startColumn": found.place.column },
                }}],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "portcullis", "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A path as a reference of RFC 3986.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let mut all = String::with_capacity(path.len());
    for byte in path.bytes() {
        if plain(byte) {
            all.push(char::from(byte));
        } else {
            _ = write!(all, "%{byte:02X}");
        }
    }
    all
}
