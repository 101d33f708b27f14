//! `portcullis access`: everything somebody has.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use portcullis_app::decide::{Decider, Moment};
use portcullis_model::{Expiry, MembershipKind, Timestamp, User, World};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::Outcome,
    log::start_log,
    open,
    output::{self, Format},
    tell,
};

/// List everything somebody has: groups, roles and permissions, now or at another time
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis access ana
  portcullis access ana --at 2026-03-01 --json")]
pub(super) struct Access {
    /// Who: a login or id
    user: String,
    /// As of this time, such as 2026-03-01 or 2026-03-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = tell::parse_time)]
    at: Option<Timestamp>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Answer {
    user: String,
    name: String,
    at: Timestamp,
    groups: Vec<InGroup>,
    permissions: Vec<Has>,
}

#[derive(Serialize)]
struct InGroup {
    group: String,
    kind: MembershipKind,
    until: Expiry,
    paths: Vec<tell::Path>,
}

#[derive(Serialize)]
struct Has {
    permission: String,
    /// Where it holds; empty means everywhere.
    environments: Vec<String>,
    until: Expiry,
    through: Vec<String>,
}

impl Access {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        start_log(&config);
        let asked = open::world(&config, self.at).await?;
        let user = tell::user(&asked.world, &self.user)?;
        let decider = Decider::new(config.decisions.types());
        let answer = answer(&decider, &asked.world, user, asked.at);
        output::result(format, &answer, text)?;
        Ok(Outcome::Done)
    }
}

fn answer(decider: &Decider, world: &World, user: &User, at: Timestamp) -> Answer {
    let groups = world
        .access_of(user.id, at)
        .into_iter()
        .map(|access| InGroup {
            group: access.group.name.to_string(),
            kind: access.kind,
            until: access.until,
            paths: access
                .paths
                .iter()
                .map(|path| tell::path(world, user, path, Expiry::NEVER))
                .collect(),
        });
    let mut permissions: BTreeMap<(String, Vec<String>), (Expiry, Vec<String>)> = BTreeMap::new();
    for has in decider.permissions_of(Moment::new(world, at), user) {
        let environments = has
            .permission
            .environments
            .iter()
            .map(ToString::to_string)
            .collect();
        let (until, through) = permissions
            .entry((has.permission.name.to_string(), environments))
            .or_insert((has.until, Vec::new()));
        *until = (*until).max(has.until);
        through.push(has.group.name.to_string());
    }
    let permissions =
        permissions
            .into_iter()
            .map(|((permission, environments), (until, through))| Has {
                permission,
                environments,
                until,
                through,
            });
    Answer {
        user: user.login.to_string(),
        name: user.name.to_string(),
        at,
        groups: groups.collect(),
        permissions: permissions.collect(),
    }
}

fn text(answer: &Answer) -> String {
    let mut text = format!(
        "{} ({}) at {}\n",
        answer.name,
        answer.user,
        tell::time(answer.at)
    );
    let groups: Vec<_> = answer
        .groups
        .iter()
        .map(|has| {
            let how = match has.paths.first() {
                Some(path) if path.steps.len() > 1 => format!("through {}", path.steps[0].group),
                _ => String::new(),
            };
            vec![
                format!("  {}", has.kind),
                has.group.clone(),
                tell::until(has.until),
                how,
            ]
        })
        .collect();
    text.push_str(&format!(
        "\n{}\n",
        output::count(groups.len(), "membership", "memberships")
    ));
    text.push_str(&output::table(&groups));
    let permissions: Vec<_> = answer
        .permissions
        .iter()
        .map(|has| {
            let environments = if has.environments.is_empty() {
                "everywhere".into()
            } else {
                has.environments.join(", ")
            };
            vec![
                format!("  {}", has.permission),
                environments,
                tell::until(has.until),
            ]
        })
        .collect();
    text.push_str(&format!(
        "\n{}\n",
        output::count(permissions.len(), "permission", "permissions")
    ));
    text + &output::table(&permissions)
}
