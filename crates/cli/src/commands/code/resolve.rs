//! `portcullis code resolve`

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;

use super::source::Source;
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Say who holds each permission in an environment
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code resolve . --env prod --directory directory.json --json
  portcullis code resolve . --env dev --now 2027-01-01

EXIT CODES:
  0  done; warnings are on stderr
  1  something is wrong, and nothing is on stdout
  2  the command line is wrong, or there is no such environment")]
pub(super) struct Resolve {
    #[command(flatten)]
    source: Source,
    /// The environment, such as prod
    #[arg(long, value_name = "NAME")]
    env: String,
}

impl Resolve {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let loaded = self.source.load()?;
        loaded.environments(Some(&self.env))?;
        let resolved = loaded.access()?.resolved(&self.env);
        output::result(format, &resolved, |resolved| {
            let mut text = String::new();
            for (key, holders) in &resolved.permissions {
                _ = writeln!(text, "{key}: {}", holders.join(", "));
            }
            text
        })?;
        Ok(Outcome::Done)
    }
}
