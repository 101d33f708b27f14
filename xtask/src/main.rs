//! Project automation: `cargo xtask <command>`.
//!
//! Each command is one module with its own `--help`. Nothing here is shipped; what ships is `crates/cli`.

#![allow(
    clippy::print_stdout,
    reason = "results go to standard output, progress to standard error"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "xtask is a program at the edge: it reads the environment it runs in"
)]

mod args;
mod image;
mod pg_cluster;
mod process;
mod repo;
mod simulate;
mod steps;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// One command of `cargo xtask`.
struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        about: "install what is missing, then run every check and test",
        run: test::main,
    },
    Command {
        name: "simulate",
        about: "live a simulated year in which everything fails, and check the rules of the house",
        run: simulate::main,
    },
    Command {
        name: "image",
        about: "run the build steps of deploy/Dockerfile in a clean folder, and what they make alone",
        run: image::main,
    },
    Command {
        name: "tidy",
        about: "check the rules of the house: layers, absences, links, file sizes",
        run: tidy::main,
    },
    Command {
        name: "pg-cluster",
        about: "start the throw-away PostgreSQL of a test run (called by nextest)",
        run: pg_cluster::main,
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let Some((name, rest)) = args.split_first() else {
        return help();
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        return help();
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => bail!("there is no command `{name}`; `cargo xtask --help` lists them"),
    }
}

fn help() -> Result<()> {
    eprintln!("Usage: cargo xtask <command> [options]\n\nCommands:");
    for command in COMMANDS {
        eprintln!("  {:<12} {}", command.name, command.about);
    }
    eprintln!("\n`cargo xtask <command> --help` tells more.");
    Ok(())
}
