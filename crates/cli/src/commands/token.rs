//! `portcullis token`: tokens with which programs act as a user.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use portcullis_app::{
    App,
    secret::Secret,
    token::{IssueToken, RevokeCredential, RotateToken, as_long_again},
};
use portcullis_model::{Context, Credential, Expiry, Id, Name, Purpose, Scope, Timestamp, World};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::{BadUsage, Outcome},
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Make, list, rotate and revoke tokens
///
/// With a token a program acts as a user, as far as its scopes go. It is shown once, when it is made.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "\
EXAMPLES:
  portcullis token create deploy-bot --name pipeline --scope decisions --days 90
  portcullis token list deploy-bot
  portcullis token rotate 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70
  portcullis token revoke 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70"
)]
pub(super) struct TokenCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Create(Create),
    List(List),
    Rotate(Rotate),
    Revoke(Revoke),
}

/// Make a token, and show it once
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis token create ana --name laptop --scope read --scope request
  portcullis token create deploy-bot --name pipeline --scope decisions --days 30 --json")]
struct Create {
    /// Whom it acts as: a login or id
    user: String,
    /// What it is called; no two of a user alike
    #[arg(long)]
    name: String,
    /// What it may be used for; as often as wanted
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scopes())]
    scopes: Vec<Scope>,
    /// For how many days
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    #[command(flatten)]
    place: Where,
}

/// List tokens
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis token list
  portcullis token list ana --json")]
struct List {
    /// Only those of this user
    user: Option<String>,
    #[command(flatten)]
    place: Where,
}

/// Replace a token by another, and let both work for a while
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis token rotate 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70
  portcullis token rotate 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70 --overlap-hours 1 --json")]
struct Rotate {
    /// Which, as `token list` shows it
    id: Id<Credential>,
    /// For how many hours the old one goes on
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=720))]
    overlap_hours: u32,
    /// For how many days the new one works; as long as the old one was made for, unless said otherwise
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    #[command(flatten)]
    place: Where,
}

/// End tokens: a running server knows within a second
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis token revoke 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70
  portcullis token revoke 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70 --json")]
struct Revoke {
    /// Which, as `token list` shows them
    #[arg(required = true)]
    ids: Vec<Id<Credential>>,
    #[command(flatten)]
    place: Where,
}

fn scopes() -> impl TypedValueParser<Value = Scope> {
    let all = Scope::ALL.iter().map(|scope| scope.as_str());
    PossibleValuesParser::new(all).try_map(|text| Scope::parse(&text).ok_or("no scope"))
}

/// A token that was made.
#[derive(Serialize)]
struct Made {
    id: Id<Credential>,
    token: String,
    until: Expiry,
}

/// A token as it is listed.
#[derive(Serialize)]
struct Row {
    id: Id<Credential>,
    user: String,
    name: String,
    scopes: BTreeSet<Scope>,
    made_at: Timestamp,
    until: Expiry,
    last_used_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Rows {
    tokens: Vec<Row>,
}

#[derive(Serialize)]
struct Revoked {
    revoked: usize,
}

impl TokenCommand {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        match self.verb {
            Verb::Create(create) => create.run(format).await?,
            Verb::List(list) => list.run(format).await?,
            Verb::Rotate(rotate) => rotate.run(format).await?,
            Verb::Revoke(revoke) => revoke.run(format).await?,
        }
        Ok(Outcome::Done)
    }
}

async fn opened(place: &Where) -> Result<(App, Context)> {
    let config = Config::load(place, None)?;
    open::for_operator(&config, Missing::Refuse).await
}

/// Tells of the token that `secret` is.
fn made(format: Format, app: &App, secret: &Secret) -> Result<()> {
    let world = app.world();
    let token = world.credential_by_digest(secret.digest());
    let token = token.ok_or_else(|| anyhow!("the token is gone already; make another"))?;
    let made = Made {
        id: token.id,
        token: secret.reveal().to_owned(),
        until: token.validity.until,
    };
    output::result(format, &made, |made| {
        format!(
            "{}\nkeep it now, it is not shown again; it ends {}",
            made.token, made.until
        )
    })
}

impl Create {
    async fn run(self, format: Format) -> Result<()> {
        let name = Name::parse(&self.name).map_err(|bad| BadUsage(bad.0))?;
        let (app, context) = opened(&self.place).await?;
        let user = tell::user(&app.world(), &self.user)?.id;
        let secret = Secret::new(portcullis_web::TOKEN_PREFIX);
        let issue = IssueToken {
            user,
            name,
            scopes: self.scopes.into_iter().collect(),
            digest: secret.digest(),
            until: Expiry::at(context.now.plus_days(self.days.into())),
        };
        app.commit(context, issue, None).await?;
        made(format, &app, &secret)
    }
}

impl Rotate {
    async fn run(self, format: Format) -> Result<()> {
        let (app, context) = opened(&self.place).await?;
        let secret = Secret::new(portcullis_web::TOKEN_PREFIX);
        let overlap = i64::from(self.overlap_hours) * 3_600;
        let world = app.world();
        let old = world.credential(self.id);
        let old = old.ok_or_else(|| anyhow!("there is no token {}; see `token list`", self.id))?;
        let rotate = RotateToken {
            token: self.id,
            digest: secret.digest(),
            until: match self.days {
                Some(days) => Expiry::at(context.now.plus_days(days.into())),
                None => as_long_again(old, context.now),
            },
            overlap,
        };
        app.commit(context, rotate, None).await?;
        made(format, &app, &secret)
    }
}

impl Revoke {
    async fn run(self, format: Format) -> Result<()> {
        let (app, context) = opened(&self.place).await?;
        for id in &self.ids {
            app.commit(context.clone(), RevokeCredential(*id), None)
                .await?;
        }
        let revoked = Revoked {
            revoked: self.ids.len(),
        };
        output::result(format, &revoked, |it| {
            format!("revoked {}", output::count(it.revoked, "token", "tokens"))
        })
    }
}

impl List {
    async fn run(self, format: Format) -> Result<()> {
        let (app, context) = opened(&self.place).await?;
        let world = app.world();
        let user = self.user.as_deref().map(|key| tell::user(&world, key));
        let user = user.transpose()?.map(|user| user.id);
        let ids: Vec<_> = world
            .credentials()
            .filter(|token| user.is_none_or(|user| token.user == user))
            .filter(|token| token.validity.contains(context.now))
            .map(|token| token.id)
            .collect();
        let uses = app.store().uses_of(&ids).await?;
        let used = |id| uses.iter().find(|it| it.credential == id).map(|it| it.at);
        let tokens = ids
            .iter()
            .filter_map(|id| row(&world, world.credential(*id)?, used(*id)));
        let rows = Rows {
            tokens: tokens.collect(),
        };
        output::result(format, &rows, |rows| {
            if rows.tokens.is_empty() {
                return "no tokens".to_owned();
            }
            let lines = rows.tokens.iter().map(|row| {
                let scopes: Vec<_> = row.scopes.iter().map(|scope| scope.as_str()).collect();
                let used = row.last_used_at;
                vec![
                    row.id.to_string(),
                    row.user.clone(),
                    row.name.clone(),
                    scopes.join(","),
                    format!("ends {}", row.until),
                    used.map_or_else(|| "never used".into(), |at| format!("used {at}")),
                ]
            });
            output::table(&lines.collect::<Vec<_>>())
        })
    }
}

fn row(world: &World, token: &Credential, last_used_at: Option<Timestamp>) -> Option<Row> {
    let Purpose::Token { name, scopes } = &token.purpose else {
        return None;
    };
    Some(Row {
        id: token.id,
        user: world.user(token.user)?.login.to_string(),
        name: name.to_string(),
        scopes: scopes.clone(),
        made_at: token.validity.from,
        until: token.validity.until,
        last_used_at,
    })
}
