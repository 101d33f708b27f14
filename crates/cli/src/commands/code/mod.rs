//! `portcullis code`: access as files of a repository. A file for each verb; what they share stands in
//! `source` (what is read) and `report` (how findings are written).

mod base;
mod check;
mod codeowners;
mod files;
mod plan;
mod report;
mod resolve;
mod source;
mod test;
mod validate;
mod what;
mod who;
mod why;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{failure::Outcome, output::Format};

/// Look at access that is kept as files of a repository
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code validate .
  portcullis code resolve . --env prod --directory directory.json --json
  portcullis code plan . --base origin/main --directory directory.json
  portcullis code check ana@example.com query:some-object --env prod --directory directory.json

Every verb needs files only: no database and no network. Without --directory, teams and
organisations are not looked up, and what names any cannot be resolved.")]
pub(super) struct Code {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Validate(validate::Validate),
    Resolve(resolve::Resolve),
    Who(who::Who),
    #[command(name = "what")]
    Held(what::WhatHeld),
    Why(why::Why),
    Check(check::Check),
    Plan(plan::Plan),
    Test(test::Test),
    Codeowners(codeowners::Codeowners),
}

impl Code {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        match self.what {
            What::Validate(command) => command.run(format),
            What::Resolve(command) => command.run(format),
            What::Who(command) => command.run(format),
            What::Held(command) => command.run(format),
            What::Why(command) => command.run(format),
            What::Check(command) => command.run(format),
            What::Plan(command) => command.run(format),
            What::Test(command) => command.run(format),
            What::Codeowners(command) => command.run(format),
        }
    }
}
