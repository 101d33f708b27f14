//! `portcullis init`: the first admin.

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::user::InitAdmin;
use portcullis_model::name::{Email, Login, Name};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::{BadUsage, Outcome},
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Make the first admin, and the database if there is none
///
/// Somebody already known by that address becomes an admin; somebody unknown is created. Where
/// somebody administers already, ask them; --force is for when they are gone.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis init ana@example.com
  portcullis init ana@example.com --login ana --name 'Ana Silva' --data /var/lib/portcullis.sqlite
  portcullis import org org.json && portcullis init ana@example.com")]
pub(super) struct Init {
    /// The admin's e-mail address
    email: String,
    /// Their login [default: what stands before the @]
    #[arg(long)]
    login: Option<String>,
    /// What people call them [default: the login]
    #[arg(long)]
    name: Option<String>,
    /// Even though somebody administers already
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Done {
    changed: bool,
    login: String,
    position: u64,
}

impl Init {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let bad = |bad: portcullis_model::name::ParseTextError| BadUsage(bad.0);
        let operation = InitAdmin {
            email: Email::parse(&self.email).map_err(bad)?,
            login: self
                .login
                .as_deref()
                .map(Login::parse)
                .transpose()
                .map_err(bad)?,
            name: self
                .name
                .as_deref()
                .map(Name::parse)
                .transpose()
                .map_err(bad)?,
        };
        let config = Config::load(&self.place, None)?;
        let (app, context) = open::for_operator(&config, Missing::Create).await?;
        let (world, now) = (app.world(), app.now());
        let admins: Vec<_> = world
            .users()
            .filter(|user| world.is_admin(user.id, now))
            .collect();
        let one_of_them = operation
            .whom(&world)
            .is_some_and(|user| world.is_admin(user.id, now));
        if !admins.is_empty() && !one_of_them && !self.force {
            let names: Vec<_> = admins
                .iter()
                .take(3)
                .map(|user| user.login.as_str())
                .collect();
            return Err(anyhow!(
                "{} already; ask them, or say --force if they are gone",
                match names.len() {
                    1 => format!("`{}` administers this", names[0]),
                    _ => format!("{} administer this", names.join(", ")),
                }
            ));
        }
        let preview = app
            .preview(context.clone(), operation.clone())
            .await
            .map_err(|refusal| tell::refusal(&refusal))?;
        let changed = !preview.change.is_empty();
        if changed {
            app.commit(context, operation.clone(), None).await?;
        }
        let world = app.world();
        let login = operation
            .whom(&world)
            .map_or_else(String::new, |user| user.login.to_string());
        let done = Done {
            changed,
            login,
            position: world.position().0,
        };
        output::result(format, &done, |done| {
            if done.changed {
                format!("`{}` administers Portcullis", done.login)
            } else {
                format!(
                    "nothing to change: `{}` administers Portcullis already",
                    done.login
                )
            }
        })?;
        if changed {
            eprintln!(
                "next:\n\
                 1. `portcullis serve{0}` prints a link that lets `{1}` in, once\n\
                 2. sign-in for everybody: an identity provider, on the page Set up or in portcullis.toml\n\
                 3. people and groups: `portcullis import org FILE`, or by hand in the portal; its page /help \
                 says how to make the first app, and what else",
                self.place.again(),
                done.login,
            );
        }
        Ok(Outcome::Done)
    }
}
