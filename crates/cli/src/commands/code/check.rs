//! `portcullis code check`

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::source::{Source, permission};
use crate::{
    failure::Outcome,
    output::{self, Format},
};

/// Say whether somebody holds a permission in an environment
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis code check ana@example.com query:some-object --env prod --directory directory.json
  portcullis code check ana@example.com query:some-object ../access --env dev --json

EXIT CODES:
  0  they hold it
  1  something in the repository is wrong, or there is no such permission
  2  the command line is wrong, or there is no such environment
  3  they do not hold it")]
pub(super) struct Check {
    /// The e-mail address of somebody
    #[arg(value_name = "EMAIL")]
    email: String,
    /// The key of the permission
    #[arg(value_name = "PERMISSION")]
    permission: String,
    #[command(flatten)]
    source: Source,
    /// The environment, such as prod
    #[arg(long, value_name = "NAME")]
    env: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    email: String,
    permission: &'a str,
    env: &'a str,
    holds: bool,
}

impl Check {
    pub(super) fn run(self, format: Format) -> Result<Outcome> {
        let loaded = self.source.load()?;
        loaded.environments(Some(&self.env))?;
        let access = loaded.access()?;
        permission(&access, &self.permission)?;
        let holds = access.holds(&self.email, &self.permission, &self.env);
        let answer = Answer {
            email: access.address(&self.email),
            permission: &self.permission,
            env: &self.env,
            holds,
        };
        output::result(format, &answer, |answer| {
            let verb = if holds { "holds" } else { "does not hold" };
            let Answer {
                email,
                permission,
                env,
                ..
            } = answer;
            format!("{email} {verb} {permission} in {env}")
        })?;
        Ok(Outcome::of(holds))
    }
}
