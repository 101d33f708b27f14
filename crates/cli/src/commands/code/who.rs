//! `portcullis code who`

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::source::{Source, permission};
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Say who holds a permission
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code who query:some-object --directory directory.json
  portcullis code who query:some-object ../access --env prod --json

EXIT CODES:
  0  done, also where nobody holds it
  1  something in the repository is wrong, or there is no such permission
  2  the command line is wrong, or there is no such environment")]
pub(super) struct Who {
    /// The key of the permission
    #[arg(value_name = "PERMISSION")]
    permission: String,
    #[command(flatten)]
    source: Source,
    /// In this environment only
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    permission: &'a str,
    /// By environment.
    holders: BTreeMap<String, Vec<Arc<str>>>,
}

impl Who {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let loaded = self.source.load()?;
        let environments = loaded.environments(self.env.as_deref())?;
        let access = loaded.access()?;
        permission(&access, &self.permission)?;
        let holders = environments.into_iter().map(|name| {
            let holders = access.who(&self.permission, &name);
            (name, holders)
        });
        let answer = Answer {
            permission: &self.permission,
            holders: holders.collect(),
        };
        output::result(format, &answer, |answer| {
            let mut text = String::new();
            for (environment, holders) in &answer.holders {
                _ = writeln!(text, "{environment}: {}", holders.join(", "));
            }
            text
        })?;
        Ok(Outcome::Done)
    }
}
