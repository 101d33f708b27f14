//! `portcullis identity`: who users are at identity providers and in other systems.

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use portcullis_app::{
    WarningCode,
    identity::{LinkIdentity, UnlinkIdentity},
};
use portcullis_model::ConnectorId;
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::{BadUsage, Outcome},
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Link people to their accounts at identity providers
///
/// Whoever signs in is known by what the provider calls them (`sub`), to the letter. It stands in the
/// refusal's line of the program's log, and in the provider's own list of users.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "\
EXAMPLES:
  portcullis identity link ana okta 00u1a2b3c4d5e6f7
  portcullis identity list ana
  portcullis identity unlink ana okta"
)]
pub(super) struct IdentityCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Link(Link),
    List(List),
    Unlink(Unlink),
}

/// Say which account is somebody's
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis identity link ana okta 00u1a2b3c4d5e6f7
  portcullis identity link ana okta 00u1a2b3c4d5e6f7 --json")]
struct Link {
    /// The login of the person, or their id
    login: String,
    /// The identity provider, by its name in the configuration
    provider: String,
    /// What the provider calls them: the `sub` of its ID tokens
    subject: String,
    /// Also where nothing is known by that name yet
    #[arg(long)]
    anyway: bool,
    #[command(flatten)]
    place: Where,
}

/// List the accounts of somebody
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis identity list ana
  portcullis identity list ana --json")]
struct List {
    /// The login of the person, or their id
    login: String,
    #[command(flatten)]
    place: Where,
}

/// Say no longer which account is somebody's, and end the sessions it began
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis identity unlink ana okta
  portcullis identity unlink ana okta --anyway
  portcullis identity unlink ana okta --json")]
struct Unlink {
    /// The login of the person, or their id
    login: String,
    /// The identity provider, by its name in the configuration
    provider: String,
    /// Also where no admin would be linked to an account any more
    #[arg(long)]
    anyway: bool,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Row {
    provider: ConnectorId,
    subject: String,
}

#[derive(Serialize)]
struct Rows {
    login: String,
    accounts: Vec<Row>,
}

impl IdentityCommand {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let (login, place) = match &self.verb {
            Verb::Link(Link { login, place, .. })
            | Verb::List(List { login, place })
            | Verb::Unlink(Unlink { login, place, .. }) => (login.clone(), place.clone()),
        };
        let config = Config::load(&place, None)?;
        let (app, context) = open::for_operator(&config, Missing::Refuse).await?;
        let user = tell::user(&app.world(), &login)?.id;
        match self.verb {
            Verb::Link(link) => {
                let operation = LinkIdentity {
                    user,
                    connector: connector(&link.provider)?,
                    external_id: link.subject,
                };
                let world = app.world();
                let name = operation.connector;
                let mut configured = config.providers.iter();
                let mut linked = world.identities();
                let known = configured.any(|it| it.name() == name)
                    || world.provider(name).is_some()
                    || linked.any(|it| it.connector == name);
                if !known && !link.anyway {
                    return Err(BadUsage(format!(
                        "`{name}` is no identity provider of the configuration or the portal, and nobody has an account there; say `--anyway` if it is to be one"
                    ))
                    .into());
                }
                app.commit(context, operation, None).await?;
            }
            Verb::Unlink(unlink) => {
                let connector = connector(&unlink.provider)?;
                let world = app.world();
                let mut accounts = world.identities_of(user);
                let found = accounts.find(|identity| identity.connector == connector);
                let found = found.ok_or_else(|| {
                    anyhow!("`{login}` has no account in `{connector}`; see `portcullis identity list {login}`")
                })?;
                let operation = UnlinkIdentity(found.id);
                let preview = app.preview(context.clone(), operation).await?;
                let mut warnings = preview.warnings.into_iter();
                let locks_out = warnings.find(|it| it.code == WarningCode::LockedOut);
                if let Some(warning) = locks_out.filter(|_| !unlink.anyway) {
                    return Err(anyhow!(
                        "{}; say `--anyway` if that is meant",
                        warning.message
                    ));
                }
                app.commit(context, operation, None).await?;
            }
            Verb::List(_) => {}
        }
        let world = app.world();
        let accounts = world.identities_of(user).map(|identity| Row {
            provider: identity.connector,
            subject: identity.external_id.to_string(),
        });
        let rows = Rows {
            login,
            accounts: accounts.collect(),
        };
        output::result(format, &rows, |rows| {
            if rows.accounts.is_empty() {
                return format!("{} has no accounts elsewhere", rows.login);
            }
            let lines = rows.accounts.iter();
            let lines = lines.map(|row| vec![row.provider.to_string(), row.subject.clone()]);
            output::table(&lines.collect::<Vec<_>>())
        })?;
        Ok(Outcome::Done)
    }
}

fn connector(name: &str) -> Result<ConnectorId, BadUsage> {
    ConnectorId::parse(name).map_err(|bad| BadUsage(bad.0))
}
