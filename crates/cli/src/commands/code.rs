//! `portcullis code`: access as files of a repository.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use portcullis_code::{Content, Directory, Finding, Findings, Repository, Severity};
use portcullis_model::Timestamp;
use serde_json::json;

use crate::{
    failure::{BadUsage, Outcome, or_meant},
    input, open,
    output::{self, Format},
    tell,
};

/// Look at access that is kept as files of a repository
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code validate .
  portcullis code resolve . --env prod --directory directory.json --json")]
pub(super) struct Code {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Validate(Validate),
    Resolve(Resolve),
}

/// Say everything that is wrong or odd in a repository; exit code 1 where something is wrong
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code validate .
  portcullis code validate . --directory directory.json --format sarif > found.sarif
  portcullis code validate . --format github")]
struct Validate {
    /// The top of the repository
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Organisations, teams and their members
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// How to write what was found [default: text; json with --json]
    #[arg(long, value_enum)]
    format: Option<As>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum As {
    /// A line for each
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}

/// Say who holds each permission in an environment
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code resolve . --env prod --directory directory.json --json
  portcullis code resolve . --env dev --now 2027-01-01")]
struct Resolve {
    /// The top of the repository
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The environment, such as prod
    #[arg(long, value_name = "NAME")]
    env: String,
    /// Organisations, teams and their members
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// As of this time, such as 2026-03-01 or 2026-03-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    now: Option<Timestamp>,
}

impl Code {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        match self.what {
            What::Validate(command) => command.run(format),
            What::Resolve(command) => command.run(format),
        }
    }
}

impl Validate {
    fn run(self, format: Format) -> Result<Outcome> {
        let repository = read(&self.dir)?;
        let (directory, mut findings) = directory(self.directory.as_deref())?;
        findings.extend(repository.validate(directory.as_ref(), open::now()));
        let otherwise = match format {
            Format::Json => As::Json,
            Format::Text => As::Text,
        };
        match self.format.unwrap_or(otherwise) {
            As::Json => output::result(Format::Json, &findings, |_| String::new())?,
            As::Sarif => output::result(Format::Json, &sarif(&findings), |_| String::new())?,
            As::Text => output::line(lines(&findings).trim_end())?,
            As::Github => {
                for found in findings.iter() {
                    output::line(&annotation(found))?;
                }
            }
        }
        refuse(&findings)
    }
}

impl Resolve {
    fn run(self, format: Format) -> Result<Outcome> {
        let repository = read(&self.dir)?;
        let known: Vec<&str> = repository.environments().collect();
        if !known.contains(&self.env.as_str()) {
            let names = format!("there are {}", known.join(", "));
            let meant = or_meant(&self.env, known, &names);
            let message = format!("there is no environment `{}`{meant} ({names})", self.env);
            return Err(BadUsage(message).into());
        }
        let (directory, mut findings) = directory(self.directory.as_deref())?;
        let resolved = repository.resolve(
            directory.as_ref(),
            &self.env,
            self.now.unwrap_or_else(open::now),
        );
        let resolved = match resolved {
            Ok((resolved, found)) => {
                findings.extend(found);
                Some(resolved)
            }
            Err(found) => {
                findings.extend(found);
                None
            }
        };
        eprint!("{}", lines(&findings));
        refuse(&findings)?;
        if let Some(resolved) = resolved {
            output::result(format, &resolved, |resolved| {
                let mut text = String::new();
                for (key, holders) in &resolved.permissions {
                    let holders: Vec<&str> = holders.iter().map(String::as_str).collect();
                    _ = writeln!(text, "{key}: {}", holders.join(", "));
                }
                text
            })?;
        }
        Ok(Outcome::Done)
    }
}

fn refuse(findings: &Findings) -> Result<Outcome> {
    let errors = findings
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .count();
    if errors == 0 {
        return Ok(Outcome::Done);
    }
    let errors = output::count(errors, "thing is", "things are");
    Err(anyhow!("{errors} wrong; correct what is named above"))
}

fn directory(file: Option<&Path>) -> Result<(Option<Directory>, Findings)> {
    let mut findings = Findings::default();
    let Some(file) = file else {
        return Ok((None, findings));
    };
    let bytes = input::read(file)?;
    let name = file.display().to_string();
    Ok((Directory::read(&name, &bytes, &mut findings), findings))
}

/// The files that mean something: `access.yaml`, and all below `config`.
fn read(top: &Path) -> Result<Repository> {
    if !top.is_dir() {
        let message = format!(
            "`{}` is no folder; name the top of the repository",
            top.display()
        );
        return Err(anyhow!(message));
    }
    let mut files = Vec::new();
    for name in ["access.yaml", "access.yml", "config"] {
        walk(&top.join(name), name, &mut files)?;
    }
    Ok(Repository::read(files))
}

fn walk(path: &Path, name: &str, files: &mut Vec<(String, Content)>) -> Result<()> {
    let unread = |error| {
        anyhow!(
            "`{}` cannot be read: {error}; see its rights",
            path.display()
        )
    };
    let kind = match path.symlink_metadata() {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unread(error)),
    };
    if kind.is_symlink() {
        files.push((name.to_owned(), Content::Link));
    } else if kind.is_dir() {
        for entry in std::fs::read_dir(path).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            let below = format!("{name}/{}", entry.file_name().to_string_lossy());
            walk(&entry.path(), &below, files)?;
        }
    } else {
        files.push((name.to_owned(), Content::Bytes(input::read(path)?)));
    }
    Ok(())
}

fn lines(findings: &Findings) -> String {
    let mut text = String::new();
    for found in findings.iter() {
        _ = writeln!(
            text,
            "{}: {}: {} [{}]",
            found.place,
            found.severity.as_str(),
            said(found),
            found.code
        );
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
    let results: Vec<_> = findings
        .iter()
        .map(|found| {
            json!({
                "ruleId": found.code,
                "level": found.severity.as_str(),
                "message": { "text": said(found) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": &*found.place.file },
                    "region": { "startLine": found.place.line, "startColumn": found.place.column },
                }}],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "portcullis", "rules": [] } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}
