//! `portcullis`: who has access to what, why and until when.
//!
//! Results go to stdout, progress and errors to stderr. Exit codes: 0 done, or the answer is yes;
//! 1 refused or failed; 2 the command line or the configuration is wrong; 3 the answer is no.

mod bound;
mod commands;
mod config;
mod failure;
mod lines;
mod log;
mod open;
mod output;
mod tell;

use std::process::ExitCode;

use clap::Parser;

use commands::Cli;
use failure::{BadUsage, Outcome};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!(
                "error: the program cannot start its threads: {error}; look at the limits of this user"
            );
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(commands::run(cli));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.is::<BadUsage>() { 2 } else { 1 })
        }
    }
}
