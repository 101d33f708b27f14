//! The commands, one file each: what it takes, its examples, what it does.

mod access;
mod audit;
mod backup;
mod check;
mod code;
mod completions;
mod demo;
mod diff;
mod doctor;
mod expire;
mod explain;
mod health;
mod identity;
mod import;
mod init;
mod moved;
mod openapi;
mod outbox;
mod rules;
mod serve;
mod sign_in_link;
mod token;
mod who_can;

use anyhow::Result;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::{failure::Outcome, output::Format};

const EXIT_CODES: &str = "\
EXAMPLES:
  portcullis demo                                      look around in a sample company
  portcullis init ana@example.com                      start your own, with the first admin
  portcullis serve                                     answer on http://127.0.0.1:8080
  portcullis who-can deploy:production --json          ask from a script

EXIT CODES:
  0  done, or the answer is yes
  1  could not be done; stderr says why and what to try
  2  the command line or the configuration is wrong
  3  the answer is no (`explain`, `check`, `audit verify`, `doctor`,
     `health`), or nobody grants
     what `who-can` asks for";

/// Who has access to what, why and until when
#[derive(Parser, Debug)]
#[command(name = "portcullis", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Write the result as JSON, and what went wrong as a problem (RFC 9457) in one line of stderr
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Init(init::Init),
    Import(import::Import),
    Explain(explain::Explain),
    Check(check::Check),
    Code(code::Code),
    Rules(rules::Rules),
    WhoCan(who_can::WhoCan),
    Access(access::Access),
    Diff(diff::DiffCommand),
    Audit(audit::Audit),
    Backup(backup::Backup),
    Expire(expire::Expire),
    Outbox(outbox::OutboxCommand),
    SignInLink(sign_in_link::SignInLink),
    Identity(identity::IdentityCommand),
    Token(token::TokenCommand),
    Openapi(openapi::Openapi),
    Health(health::Health),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
}

impl Cli {
    /// Whether results and failures are for programs.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }
}

/// Whether a command line that could not be read asks for JSON all the same.
pub(crate) fn asks_for_json() -> bool {
    let before = |word: &std::ffi::OsString| word != "--";
    std::env::args_os()
        .take_while(before)
        .any(|word| word == "--json")
}

/// Runs the command that was given.
pub(crate) async fn run(cli: Cli) -> Result<Outcome> {
    let format = if cli.json { Format::Json } else { Format::Text };
    match cli.command {
        Command::Demo(command) => command.run(format).await,
        Command::Serve(command) => command.run(format).await,
        Command::Init(command) => command.run(format).await,
        Command::Import(command) => command.run(format).await,
        Command::Explain(command) => command.run(format).await,
        Command::Check(command) => command.run(format).await,
        Command::Code(command) => command.run(format),
        Command::Rules(command) => command.run(format),
        Command::WhoCan(command) => command.run(format).await,
        Command::Access(command) => command.run(format).await,
        Command::Diff(command) => command.run(format).await,
        Command::Audit(command) => command.run(format).await,
        Command::Backup(command) => command.run(format).await,
        Command::Expire(command) => command.run(format).await,
        Command::Outbox(command) => command.run(format).await,
        Command::SignInLink(command) => command.run(format).await,
        Command::Identity(command) => command.run(format).await,
        Command::Token(command) => command.run(format).await,
        Command::Openapi(command) => command.run(format).await,
        Command::Health(command) => command.run(format).await,
        Command::Doctor(command) => command.run(format).await,
        Command::Completions(command) => command.run(Cli::command(), format),
    }
}
