//! `portcullis rules`: look at lists of rules in files, without any data.

use std::{
    collections::BTreeMap,
    io::{BufRead, IsTerminal, stdout},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use portcullis_rules::{
    Effect, Engine, Limits, LoadError, Redaction, RuleList, Style, Value, analysis,
    cases::{self, Source, Suite},
    strict,
};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use crate::{
    failure::{BadUsage, Outcome},
    input,
    output::{self, Format},
};

/// Look at lists of rules in files
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis rules lint rules.json
  portcullis rules test rules.test.yaml
  portcullis rules diff before.json after.json
  portcullis rules explain rules.json read doc --attribute owner=ana
  portcullis rules eval < questions.jsonl")]
pub(super) struct Rules {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Lint(LintFile),
    Diff(DiffFiles),
    Test(TestFile),
    Explain(ExplainFile),
    Eval(Eval),
}

/// Say what is wrong or odd in a list; exit code 3 where something surely is not meant
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis rules lint rules.json
  portcullis rules lint rules.yaml --strict --json")]
struct LintFile {
    /// The list, as JSON or YAML
    file: PathBuf,
    /// Let warnings decide the exit code too
    #[arg(long)]
    strict: bool,
}

/// Say which requests two lists answer differently; exit code 3 where they do
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis rules diff before.json after.json")]
struct DiffFiles {
    /// The list as it was
    before: PathBuf,
    /// The list as it is to be
    after: PathBuf,
}

/// Run the cases that stand beside rules; exit code 3 where one fails
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis rules test rules.test.yaml
  portcullis rules test cases.yaml --rules rules.json

A suite, as YAML or JSON:
  rules: rules.json          # or the list itself
  cases:
    - name: the owner reads
      action: read
      type: doc
      attributes: { owner: ana }
      expect: allow
      rule: 0                # if it matters which rule decides")]
struct TestFile {
    /// The suite, as YAML or JSON
    file: PathBuf,
    /// The list to test, instead of the one the suite names
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Fail where a rule decides no case
    #[arg(long)]
    cover: bool,
}

/// Say why a list answers as it does; exit code 0 for allow, 3 for deny
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis rules explain rules.json read doc --attribute owner=ana --attribute size=5
  portcullis rules explain rules.json read doc --attributes '{\"tags\":[\"a\"]}' --json")]
struct ExplainFile {
    /// The list, as JSON or YAML
    file: PathBuf,
    /// The action asked for
    action: String,
    /// The type of the resource
    resource_type: String,
    /// An attribute of the resource; a value that is JSON is taken as such, any other as text
    #[arg(long, value_name = "NAME=VALUE", value_parser = attribute)]
    attribute: Vec<(Arc<str>, Value)>,
    /// Attributes of the resource as one JSON object
    #[arg(long, value_name = "JSON")]
    attributes: Option<String>,
}

/// Answer questions, one JSON object a line
///
/// Reads {\"id\", \"rules\", \"action\", \"rsrc_type\", \"rsrc_attrs\"} and writes
/// {\"id\", \"decision\": \"allow\" | \"deny\" | \"error\", …}.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis rules eval < questions.jsonl > answers.jsonl
  portcullis rules eval questions.jsonl")]
struct Eval {
    /// The questions [default: standard input]
    file: Option<PathBuf>,
}

/// An attribute given as `name=value`.
pub(super) fn attribute(text: &str) -> Result<(Arc<str>, Value), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`; write name=value"))?;
    let value = strict::from_word(value).map_err(|wrong| wrong.message)?;
    Ok((name.into(), value))
}

/// Takes what was given as `name=value`, each name once.
pub(super) fn once_each(
    given: impl IntoIterator<Item = (Arc<str>, Value)>,
) -> Result<BTreeMap<Arc<str>, Value>, BadUsage> {
    let mut all = BTreeMap::new();
    for (name, value) in given {
        if all.insert(name.clone(), value).is_some() {
            return Err(BadUsage(format!("`{name}` is given twice; keep one")));
        }
    }
    Ok(all)
}

impl Rules {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        match self.what {
            What::Lint(command) => command.run(format),
            What::Diff(command) => command.run(format),
            What::Test(command) => command.run(format),
            What::Explain(command) => command.run(format),
            What::Eval(command) => command.run(),
        }
    }
}

/// A list from a file, or everything that is wrong with it.
fn load(path: &Path) -> Result<RuleList> {
    let refused = |error: &LoadError| {
        let all: Vec<_> = error
            .diagnostics()
            .iter()
            .map(|o| format!("{}:{o}", path.display()))
            .collect();
        anyhow!(
            "the list is refused as a whole; correct this and load it again\n  {}",
            all.join("\n  ")
        )
    };
    if input::is_yaml(path) {
        let value: Value = input::yaml(path)?;
        return RuleList::from_json_value(&value.to_json()).map_err(|error| refused(&error));
    }
    let bytes = input::read(path)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    RuleList::from_json_slice_with(text, &Limits::default()).map_err(|error| refused(&error))
}

impl LintFile {
    fn run(self, format: Format) -> Result<Outcome> {
        let rules = load(&self.file)?;
        let found = analysis::lint::lint(&rules);
        let bad = found.iter().any(|f| {
            f.severity == analysis::lint::Severity::Error
                || (self.strict && f.severity == analysis::lint::Severity::Warning)
        });
        output::result(
            format,
            &json!({ "rules": rules.0.len(), "findings": found }),
            |_| {
                if found.is_empty() {
                    return format!("{} rules, nothing to say", rules.0.len());
                }
                let lines: Vec<_> = found
                    .iter()
                    .map(|f| {
                        format!(
                            "{} {} {}\n    {}; {}",
                            f.severity.as_str(),
                            f.lint.code(),
                            f.path,
                            f.message,
                            f.suggestion
                        )
                    })
                    .collect();
                lines.join("\n")
            },
        )?;
        Ok(Outcome::of(!bad))
    }
}

impl DiffFiles {
    fn run(self, format: Format) -> Result<Outcome> {
        let diff = analysis::diff::diff(&load(&self.before)?, &load(&self.after)?);
        let differences: Vec<_> = diff
            .differences
            .iter()
            .map(|d| {
                let attributes: BTreeMap<_, _> = d
                    .attributes
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_json()))
                    .collect();
                json!({
                    "action": d.action, "type": d.resource_type, "attributes": attributes,
                    "before": { "effect": d.before.effect.as_str(), "rule": d.before.rule },
                    "after": { "effect": d.after.effect.as_str(), "rule": d.after.rule },
                })
            })
            .collect();
        let answer = json!({ "differences": differences, "exhaustive": diff.exhaustive });
        output::result(format, &answer, |_| {
            let mut lines: Vec<_> = diff
                .differences
                .iter()
                .map(|d| {
                    let attributes: Vec<_> = d
                        .attributes
                        .iter()
                        .map(|(name, value)| format!("@{name}={value}"))
                        .collect();
                    format!(
                        "{} → {}: `{}` on `{}` {}",
                        d.before.effect.as_str(),
                        d.after.effect.as_str(),
                        d.action,
                        d.resource_type,
                        attributes.join(" ")
                    )
                })
                .collect();
            lines.push(match (differences.len(), diff.exhaustive) {
                (0, true) => "both lists answer every request alike".into(),
                (0, false) => {
                    "no difference found, but not every request could be looked at".into()
                }
                (n, true) => {
                    format!("{n} kinds of request change their answer; that is all of them")
                }
                (n, false) => {
                    format!("{n} kinds of request change their answer; there may be more")
                }
            });
            lines.join("\n")
        })?;
        Ok(Outcome::of(differences.is_empty()))
    }
}

impl TestFile {
    fn run(self, format: Format) -> Result<Outcome> {
        let shown = self.file.display();
        let suite: Suite = if input::is_yaml(&self.file) {
            input::yaml(&self.file)?
        } else {
            input::json(&self.file)?
        };
        let rules = match (&self.rules, &suite.rules) {
            (Some(file), _) => load(file)?,
            (None, Some(Source::File(file))) => {
                load(&self.file.parent().unwrap_or(Path::new("")).join(file))?
            }
            (None, Some(Source::Inline(rules))) => rules.clone(),
            (None, None) => {
                return Err(anyhow!(
                    "`{shown}` names no rules; add `rules:`, or give --rules FILE"
                ));
            }
        };
        let report = cases::run(&rules, &suite);
        let undecided: Vec<_> = report.undecided_rules().collect();
        let results: Vec<_> = report
            .results
            .iter()
            .map(|result| json!({ "name": result.name, "passed": result.failure.is_none(), "failure": result.failure }))
            .collect();
        let answer = json!({
            "passed": report.passed(), "results": results,
            "rules": rules.0.len(), "rules_without_case": undecided,
        });
        output::result(format, &answer, |_| {
            let mut text = report.to_string();
            if !undecided.is_empty() {
                let numbers: Vec<_> = undecided.iter().map(ToString::to_string).collect();
                text.push_str(&format!(
                    "\nno case is decided by rule {}",
                    numbers.join(", ")
                ));
            }
            text
        })?;
        Ok(Outcome::of(
            report.passed() && (undecided.is_empty() || !self.cover),
        ))
    }
}

impl ExplainFile {
    fn run(self, format: Format) -> Result<Outcome> {
        let engine = Engine::compile(&load(&self.file)?)?;
        let given = match self.attributes.as_deref().map(strict::from_str) {
            None => BTreeMap::new(),
            Some(Ok(Value::Object(attributes))) => Arc::unwrap_or_clone(attributes),
            Some(Ok(other)) => bail!("--attributes is {}, not a JSON object", other.kind()),
            Some(Err(error)) => bail!("--attributes is no JSON object: {error}"),
        };
        let seen = once_each(given.into_iter().chain(self.attribute))?;
        let why = engine
            .explain(
                &self.action,
                &self.resource_type,
                &seen,
                &Redaction::ShowAll,
            )
            .map_err(|error| anyhow!("{error}"))?;
        let style = if stdout().is_terminal() {
            Style::Ansi
        } else {
            Style::Plain
        };
        output::result(format, &why.to_json(), |_| why.render(style))?;
        Ok(Outcome::of(why.decision.effect == Effect::Allow))
    }
}

#[derive(Deserialize)]
struct Question {
    id: serde_json::Value,
    // Kept as text: repeated keys and the spelling of numbers are part of a list.
    rules: Box<RawValue>,
    action: String,
    rsrc_type: String,
    #[serde(default)]
    rsrc_attrs: Option<Value>,
}

impl Eval {
    fn run(self) -> Result<Outcome> {
        let lines: Box<dyn BufRead> = match &self.file {
            None => Box::new(std::io::stdin().lock()),
            Some(file) => Box::new(std::io::BufReader::new(std::fs::File::open(file).map_err(
                |error| {
                    anyhow!(
                        "`{}` cannot be read: {error}; see that it exists",
                        file.display()
                    )
                },
            )?)),
        };
        for line in lines.lines() {
            let line = line?;
            if !line.trim().is_empty() {
                output::line(&answer(&line).to_string())?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn answer(line: &str) -> serde_json::Value {
    let error = |id: &serde_json::Value, message: String| json!({ "id": id, "decision": "error", "error": message });
    let question: Question = match strict::from_slice_but(line.as_bytes(), Some("rules")) {
        Ok(question) => question,
        Err(bad) => {
            let id = serde_json::from_str::<serde_json::Value>(line).map(|v| v["id"].clone());
            return error(
                &id.unwrap_or_default(),
                format!("the question does not fit: {bad}"),
            );
        }
    };
    let id = &question.id;
    let rules = match RuleList::from_json_str(question.rules.get()) {
        Ok(rules) => rules,
        Err(refused) => return error(id, refused.to_string()),
    };
    let engine = match Engine::compile(&rules) {
        Ok(engine) => engine,
        Err(refused) => return error(id, refused.to_string()),
    };
    let seen = question.rsrc_attrs.unwrap_or(Value::Null);
    match engine.decide(&question.action, &question.rsrc_type, &seen) {
        Ok(decision) => {
            json!({ "id": id, "decision": decision.effect.as_str(), "rule": decision.rule })
        }
        Err(bad) => error(id, bad.to_string()),
    }
}
