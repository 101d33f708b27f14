//! `portcullis code test`

use anyhow::Result;
use clap::Args;

use super::{report::As, source::Source};
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Hold who holds what to the assertions of config/tests.yaml
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code test . --directory directory.json
  portcullis code test . --directory directory.json --format github

EXIT CODES:
  0  all is as it must be
  1  something in the repository is wrong
  2  the command line is wrong
  3  something is not as it must be")]
pub(super) struct Test {
    #[command(flatten)]
    source: Source,
    /// How to write what is not as it must be [default: text; json with --json]
    #[arg(long, value_enum)]
    format: Option<As>,
}

impl Test {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let loaded = self.source.load()?;
        let access = loaded.access()?;
        let tested = loaded.repository.test(&access);
        let findings = &tested.findings;
        As::of(self.format, format).write(findings, &tested)?;
        let tests = output::count(tested.tests, "test", "tests");
        match findings.errors() {
            0 => eprintln!("{tests}: all is as it must be"),
            wrong => {
                let wrong = output::count(wrong, "thing is", "things are");
                eprintln!("{tests}: {wrong} not as it must be");
            }
        }
        Ok(Outcome::of(!findings.has_errors()))
    }
}
