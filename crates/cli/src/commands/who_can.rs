//! `portcullis who-can`: everybody who has a permission, and why.

use anyhow::Result;
use clap::Args;
use portcullis_app::{decide::Decider, why};
use portcullis_model::{Expiry, Timestamp};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::{Outcome, or_meant},
    log::start_log,
    open,
    output::{self, Format},
    tell,
};

/// List who has a permission, through what, until when
///
/// Without an environment that is in any: who may use it in some only is listed with these. The exit
/// code is 3 where no group grants it, or none there.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis who-can deploy:production
  portcullis who-can repo:acme/site:write --json | jq -r '.users[].login'
  portcullis who-can deploy:release --environment production --at 2026-03-01T09:00:00Z")]
pub(super) struct WhoCan {
    /// The permission, such as deploy:production
    permission: String,
    /// Only where it holds in this environment
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
    users: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    login: String,
    name: String,
    until: Expiry,
    /// Where they may use it, if none was asked about and it is not everywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    environments: Vec<String>,
    paths: Vec<tell::Path>,
}

impl WhoCan {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let asked = open::world(&config, self.at).await?;
        let (world, at) = (&asked.world, asked.at);
        let environment = self.environment.as_deref();
        let decider = Decider::new(config.decisions.types());
        let users = decider
            .who_may(world, &self.permission, environment, at)
            .into_iter()
            .map(|holder| Row {
                login: holder.user.login.to_string(),
                name: holder.user.name.to_string(),
                until: holder.until,
                environments: decider.only_in(
                    world,
                    holder.user,
                    &self.permission,
                    environment,
                    at,
                ),
                paths: {
                    let (name, user) = (&self.permission, holder.user);
                    let ways = why::ways(world, user, name, environment, at, false);
                    tell::ways(world, user, &ways)
                },
            });
        let answer = Answer {
            users: users.collect(),
        };
        // Of the past the names are not known that came later.
        let known = self.at.is_some()
            || world
                .conferring(&self.permission, None, at)
                .next()
                .is_some();
        if !known && answer.users.is_empty() {
            let names = world.permission_names(at);
            let meant = or_meant(
                &self.permission,
                names,
                &format!(
                    "`portcullis access LOGIN{}` lists what somebody has",
                    self.place.again()
                ),
            );
            eprintln!("no group grants `{}`{meant}", self.permission);
        }
        let nowhere = environment.filter(|place| {
            answer.users.is_empty()
                && known
                && world
                    .conferring(&self.permission, Some(place), at)
                    .next()
                    .is_none()
        });
        if let Some(place) = nowhere {
            let places = world.environments_of(&self.permission, at).join("`, `");
            eprintln!(
                "no group grants `{}` in `{place}`; it is granted in `{places}`",
                self.permission
            );
        }
        let known = nowhere.is_none() && (known || !answer.users.is_empty());
        output::result(format, &answer, text)?;
        Ok(Outcome::of(known))
    }
}

fn text(answer: &Answer) -> String {
    let mut rows = Vec::new();
    for user in &answer.users {
        rows.push(vec![
            user.login.clone(),
            user.name.clone(),
            tell::until(user.until),
            match &*user.environments {
                [] => String::new(),
                places => format!("only in {}", places.join(", ")),
            },
        ]);
        rows.extend(
            user.paths
                .iter()
                .map(|path| vec![format!("  {}", path.text)]),
        );
    }
    let table: Vec<_> = rows.iter().filter(|row| row.len() > 1).cloned().collect();
    let mut lines = output::table(&table)
        .lines()
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter();
    let mut text = String::new();
    for row in rows {
        let line = if row.len() > 1 {
            lines.next().unwrap_or_default()
        } else {
            row.concat()
        };
        text.push_str(&line);
        text.push('\n');
    }
    text + &output::count(answer.users.len(), "person", "people")
}
