//! `portcullis code plan`

use std::{fs, path::PathBuf};

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use portcullis_code::{
    Digests, FlagCode, Inputs, Plan as Planned, Verdict, markdown_findings, plan,
};

use super::{
    base, files, report,
    source::{self, Source},
};
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Say who gains and who loses what by a change, and what of it needs a closer look
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code plan . --base origin/main --directory directory.json
  portcullis code plan . --base-dir ../published --directory directory.json --format markdown > comment.md
  portcullis code plan . --base origin/main --directory directory.json --author carol --fail-on escalation \\
    --out plan.json

The base is what is published, or will be before this change: a commit of the repository that DIR is in, or
a folder. Both states are only read, nothing of them is run, so that this is safe for changes of strangers.

EXIT CODES:
  0   nothing changes
  1   something stands against it, or something in the repository is wrong
  2   the command line is wrong, or there is no such base
  10  something changes")]
pub(super) struct Plan {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    base: From,
    /// The directory as it was at the last publish, to tell what moved there since
    #[arg(long, value_name = "FILE", requires = "directory")]
    directory_before: Option<PathBuf>,
    /// Who made the change, by e-mail address or login
    #[arg(long, value_name = "WHO")]
    author: Option<String>,
    /// What blocks it besides what always does, such as escalation
    #[arg(long, value_name = "FLAG", value_parser = flag)]
    fail_on: Vec<FlagCode>,
    /// Where to write the plan for programs
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How to write it [default: text; json with --json]
    #[arg(long, value_enum)]
    format: Option<As>,
}

/// Where the base stands.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct From {
    /// The base as a commit, such as origin/main
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// The base as a folder; an empty one before the first publish
    #[arg(long, value_name = "DIR")]
    base_dir: Option<PathBuf>,
}

/// The form of a plan.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum As {
    /// Lines to read
    Text,
    /// One JSON object
    Json,
    /// The comment of a pull request
    Markdown,
}

fn flag(text: &str) -> Result<FlagCode, String> {
    FlagCode::parse(text).ok_or_else(|| {
        let known: Vec<_> = FlagCode::ALL.iter().map(|code| code.as_str()).collect();
        format!("there are {}", known.join(", "))
    })
}

impl Plan {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let form = self.format.unwrap_or(match format {
            Format::Json => As::Json,
            Format::Text => As::Text,
        });
        let loaded = self.source.load()?;
        let files = match (&self.base.base, &self.base.base_dir) {
            (Some(name), _) => base::files(self.source.dir(), name)?,
            (None, dir) => files::files(dir.as_deref().unwrap_or(self.source.dir()))?,
        };
        let from = files::digest(&files);
        let base = portcullis_code::Repository::read(files);
        let before = match &self.directory_before {
            Some(file) => Some(source::directory_of_before(file)?),
            None => None,
        };
        let mut found = loaded.found().clone();
        let planned = if found.has_errors() {
            Err(loaded.repository.validate(None, loaded.now()))
        } else {
            plan(&Inputs {
                base: &base,
                head: &loaded.repository,
                before: before.as_ref(),
                directory: loaded.directory(),
                now: loaded.now(),
                author: self.author.as_deref(),
                digests: Digests {
                    base: from,
                    head: loaded.digest(),
                    directory: loaded.directory_digest(),
                },
                fail_on: self.fail_on.iter().copied().collect(),
            })
        };
        match planned {
            Ok(planned) => self.tell(&planned, form),
            Err(findings) => {
                found.extend(findings);
                eprint!("{}", report::lines(&found));
                if matches!(form, As::Markdown) {
                    output::line(markdown_findings(&found).trim_end())?;
                }
                report::refuse(&found)
            }
        }
    }

    fn tell(&self, planned: &Planned, form: As) -> Result<Outcome> {
        if let Some(file) = &self.out {
            fs::write(file, planned.json()).map_err(|error| {
                let file = file.display();
                anyhow!("`{file}` cannot be written: {error}; name another with --out")
            })?;
        }
        match form {
            As::Text => output::line(planned.text().trim_end())?,
            As::Json => output::result(Format::Json, planned, |_| String::new())?,
            As::Markdown => output::line(planned.markdown().trim_end())?,
        }
        match planned.verdict() {
            Verdict::Nothing => Ok(Outcome::Done),
            Verdict::Changes => Ok(Outcome::Changes),
            Verdict::Blocked => {
                let blocking = planned.blocking().into_iter();
                let blocking: Vec<_> = blocking.map(FlagCode::as_str).collect();
                Err(anyhow!(
                    "the change is blocked ({}); see docs/reference/access-plan.md for what each means",
                    blocking.join(", ")
                ))
            }
        }
    }
}
