//! `portcullis code validate`

use anyhow::Result;
use clap::Args;

use super::{
    report::{self, As},
    source::Source,
};
use crate::{failure::Outcome, output::Format};

/// Say everything that is wrong or odd in a repository
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code validate .
  portcullis code validate . --directory directory.json --format sarif > found.sarif
  portcullis code validate . --format github

EXIT CODES:
  0  nothing is wrong; there may be warnings
  1  something is wrong
  2  the command line is wrong")]
pub(super) struct Validate {
    #[command(flatten)]
    source: Source,
    /// How to write what was found [default: text; json with --json]
    #[arg(long, value_enum)]
    format: Option<As>,
}

impl Validate {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let findings = self.source.load()?.validate();
        As::of(self.format, format).write(&findings, &findings)?;
        report::refuse(&findings)
    }
}
