//! `cargo xtask pg-cluster`: one throw-away PostgreSQL per test run.
//!
//! nextest calls `start` as a setup script. It makes a cluster in a temporary folder, reachable only over a
//! Unix socket in that folder, and hands its URL to the tests in `PORTCULLIS_TEST_PG`. nextest has no teardown
//! scripts, so `start` leaves a watchdog behind that stops the cluster when the nextest process is gone,
//! however it went. What a killed watchdog left over is swept up by the next `start`.

mod owner;
mod server;
mod watch;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

pub(crate) use server::binaries;

const HELP: &str = "\
Usage: cargo xtask pg-cluster start [--owner PID]

Starts a throw-away PostgreSQL cluster that ends when its owner ends: by default the nextest run that
called, otherwise the calling process. nextest calls this by itself; by hand, to run one test without nextest:

  export PORTCULLIS_TEST_PG=$(cargo xtask pg-cluster start --owner $$)
  cargo test -p portcullis-store

Nothing is started when PORTCULLIS_TEST_PG is already set: then the tests use that server, and need to be
allowed to create databases there.";

/// The variable that tells tests where the cluster is; `crates/testkit` reads it.
pub(crate) const URL_VARIABLE: &str = "PORTCULLIS_TEST_PG";

/// Set by `cargo xtask test --without postgres`: start nothing, on purpose.
pub(crate) const OFF_VARIABLE: &str = "PORTCULLIS_TEST_PG_OFF";

/// Entry point of the command.
pub(crate) fn main(args: &[String]) -> Result<()> {
    if crate::args::wants_help(args) || args.is_empty() {
        eprintln!("{HELP}");
        return Ok(());
    }
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["start"] => start(None),
        ["start", "--owner", pid] => start(Some(
            pid.parse()
                .with_context(|| format!("`{pid}` is not a process id"))?,
        )),
        ["watch", pid, stamp, folder] => watch::run(
            &owner::Process {
                id: pid.parse()?,
                started: (*stamp).to_owned(),
            },
            &PathBuf::from(folder),
        ),
        _ => bail!("cannot understand these arguments; see `cargo xtask pg-cluster --help`"),
    }
}

fn start(owner: Option<u32>) -> Result<()> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set(OFF_VARIABLE) {
        eprintln!("!!! no PostgreSQL in this run, as asked: the tests run on SQLite only");
        return Ok(());
    }
    if set(URL_VARIABLE) {
        eprintln!("the tests use the PostgreSQL server that {URL_VARIABLE} names");
        return Ok(());
    }
    let Some(binaries) = binaries() else {
        let how = server::HOW_TO_INSTALL;
        if crate::repo::on_ci() {
            bail!("PostgreSQL server programs are missing: {how}");
        }
        eprintln!("!!! PostgreSQL is not installed: the tests run on SQLite only ({how})");
        return Ok(());
    };
    let owner = match owner {
        Some(pid) => owner::Process::find(pid).with_context(|| format!("no process {pid}"))?,
        None => owner::caller()?,
    };

    if let Some(folder) = server::of(&owner) {
        return publish(&server::url(&folder));
    }
    server::sweep()?;
    let folder = server::create_folder(&owner)?;
    let started = server::start(&binaries, &folder).and_then(|()| watch::spawn(&owner, &folder));
    if let Err(error) = started {
        server::stop(&folder);
        return Err(error);
    }
    publish(&server::url(&folder))
}

/// Hands the URL to nextest's tests, or to whoever called by hand.
fn publish(url: &str) -> Result<()> {
    let Some(file) = std::env::var_os("NEXTEST_ENV") else {
        println!("{url}");
        return Ok(());
    };
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&file)
        .with_context(|| format!("cannot open nextest's {}", file.display()))?;
    writeln!(file, "{URL_VARIABLE}={url}")?;
    Ok(())
}
