//! `portcullis code what`

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::source::Source;
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Say what somebody holds
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code what ana@example.com --directory directory.json
  portcullis code what ana@example.com ../access --env prod --json

EXIT CODES:
  0  done, also where they hold nothing
  1  something in the repository is wrong
  2  the command line is wrong, or there is no such environment")]
pub(super) struct WhatHeld {
    /// The e-mail address of somebody, any of those that config/people.yaml says are theirs
    #[arg(value_name = "EMAIL")]
    email: String,
    #[command(flatten)]
    source: Source,
    /// In this environment only
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    email: String,
    /// By environment.
    permissions: BTreeMap<String, Vec<&'a str>>,
}

impl WhatHeld {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let loaded = self.source.load()?;
        let environments = loaded.environments(self.env.as_deref())?;
        let access = loaded.access()?;
        if !access.knows(&self.email) {
            eprintln!("nothing names `{}`; they hold nothing", self.email);
        }
        let held = environments.into_iter().map(|name| {
            let held = access.what(&self.email, &name);
            (name, held)
        });
        let answer = Answer {
            email: access.address(&self.email),
            permissions: held.collect(),
        };
        output::result(format, &answer, |answer| {
            let mut text = String::new();
            for (environment, held) in &answer.permissions {
                _ = writeln!(text, "{environment}: {}", held.join(", "));
            }
            text
        })?;
        Ok(Outcome::Done)
    }
}
