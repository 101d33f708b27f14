//! `portcullis check`: may they, yes or no.

use anyhow::Result;
use clap::Args;
use portcullis_model::{Ends, Timestamp};
use serde::Serialize;

use super::start_log;
use crate::{
    config::{Config, Where},
    failure::Outcome,
    open,
    output::{self, Format},
    tell,
};

/// Say whether somebody has a permission; exit code 0 for yes, 3 for no
///
/// A permission that no group confers is held by nobody: the answer is no, not an error.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis check ana deploy:production && ./deploy.sh
  portcullis check ana deploy:release --environment production --json")]
pub(super) struct Check {
    /// Who: a login, e-mail address or id
    user: String,
    /// The permission, such as deploy:production
    permission: String,
    /// In this environment [default: anywhere]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// As of this time, such as 2026-03-01 or 2026-03-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    at: Option<Timestamp>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Answer {
    allowed: bool,
    user: String,
    permission: String,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Ends>,
}

impl Check {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config.log.value);
        let asked = open::world(&config, self.at).await?;
        let user = tell::user(&asked.world, &self.user)?;
        let holders = asked
            .world
            .who_can(&self.permission, self.environment.as_deref(), asked.at);
        let until = holders
            .iter()
            .find(|holder| holder.user.id == user.id)
            .map(|holder| holder.until);
        let answer = Answer {
            allowed: until.is_some(),
            user: user.login.to_string(),
            permission: self.permission,
            at: asked.at,
            until,
        };
        output::result(format, &answer, |answer| match answer.until {
            Some(until) => format!("yes, {}", tell::until(until)),
            None => format!(
                "no; `portcullis explain {} {}` says what is missing",
                answer.user, answer.permission
            ),
        })?;
        Ok(Outcome::of(answer.allowed))
    }
}
