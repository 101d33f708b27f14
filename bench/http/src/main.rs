//! Asks decision points and a bare axum JSON echo the same question over kept-alive connections, in
//! turn, in the same run, and prints throughput, latency and processor time of each.

mod client;
mod server;

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, ensure};
use clap::Parser;
use serde_json::{Value, json};

use client::{Load, Run};
use server::Server;

/// Measures the decision point over HTTP beside a bare JSON echo, and beside Cerbos if it is given.
#[derive(Parser)]
struct Options {
    /// The program to measure.
    #[arg(long, default_value = "../../target/release/portcullis")]
    portcullis: PathBuf,
    /// Cerbos, from the npm package `@cerbos/cerbos-linux-x64`.
    #[arg(long)]
    cerbos: Option<PathBuf>,
    /// How many rules the subject has; the last one decides.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 1000])]
    rules: Vec<usize>,
    /// Connections, each asking for the next decision when it has the last.
    #[arg(long, default_value_t = 16)]
    connections: u32,
    /// How long each server is asked in each round.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds; the table shows the medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Be the echo, at this address.
    #[arg(long, hide = true)]
    echo: Option<String>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(address) = &options.echo {
        return server::echo(address);
    }
    for &rules in &options.rules {
        measure(&options, rules, Resource::Stored)?;
        measure(&options, rules, Resource::Described)?;
    }
    Ok(())
}

/// Who knows what the rules look at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resource {
    /// The decision point: the question holds nothing but ids. Cerbos has no store.
    Stored,
    /// The question.
    Described,
}

fn measure(options: &Options, rules: usize, resource: Resource) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut servers = vec![
        Server::start_echo(folder.path())?,
        Server::start_portcullis(&options.portcullis, folder.path(), rules)?,
    ];
    if let Some(cerbos) = &options.cerbos
        && resource == Resource::Described
    {
        servers.push(Server::start_cerbos(cerbos, folder.path(), rules)?);
    }
    let question = question(rules, resource);
    for server in &servers[1..] {
        let answer = client::ask(&server.address, &question)?;
        ensure!(
            answer["decision"] == true,
            "{} answers {answer}",
            server.name
        );
    }

    let full = Load {
        connections: options.connections,
        time: Duration::from_secs(options.seconds),
        per_second: None,
    };
    let mut runs: Vec<Vec<Run>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..options.rounds {
        for (server, runs) in servers.iter().zip(&mut runs) {
            runs.push(client::run(server, &question, &full)?);
        }
    }
    let known_by = match resource {
        Resource::Stored => "the store",
        Resource::Described => "the question",
    };
    println!(
        "\n{rules} rules, resource known by {known_by}, {} connections\n",
        options.connections
    );
    println!("| | requests/s | p50 | p99 | server CPU per request |\n|---|---|---|---|---|");
    let mut medians = Vec::new();
    for (server, runs) in servers.iter().zip(runs) {
        let run = median(runs)?;
        println!("{}", row(server.name, &run));
        medians.push(run);
    }
    let half = Load {
        per_second: Some(medians[1].per_second / 2.0),
        ..full
    };
    let halves = (0..options.rounds).map(|_| client::run(&servers[1], &question, &half));
    let half = median(halves.collect::<Result<_>>()?)?;
    println!("{}", row("portcullis at half its load", &half));
    println!(
        "\nportcullis / echo: {:.0} %",
        100.0 * medians[1].per_second / medians[0].per_second
    );
    Ok(())
}

/// What is asked: something that the last of the rules allows. The member for Cerbos is where it
/// looks for roles; to us it is a property like any other.
fn question(rules: usize, resource: Resource) -> Value {
    let mut question = json!({
        "subject": { "type": "user", "id": "alice" },
        "action": { "name": "read" },
        "resource": { "type": "record", "id": "record-1" },
    });
    if resource == Resource::Described {
        question["subject"]["properties"] = json!({ "cerbos.roles": ["reader"] });
        question["resource"]["properties"] = server::properties(rules);
    }
    question
}

fn row(name: &str, run: &Run) -> String {
    let Run {
        per_second,
        p50,
        p99,
        cpu,
    } = run;
    format!("| {name} | {per_second:.0} | {p50:.0?} | {p99:.0?} | {cpu:.1?} |")
}

/// Each figure's own median.
fn median(runs: Vec<Run>) -> Result<Run> {
    ensure!(!runs.is_empty(), "no rounds");
    let middle = runs.len() / 2;
    let of = |figure: fn(&Run) -> Duration| {
        let mut all: Vec<_> = runs.iter().map(figure).collect();
        all.sort_unstable();
        all[middle]
    };
    let mut rates: Vec<_> = runs.iter().map(|run| run.per_second).collect();
    rates.sort_by(f64::total_cmp);
    Ok(Run {
        per_second: rates[middle],
        p50: of(|run| run.p50),
        p99: of(|run| run.p99),
        cpu: of(|run| run.cpu),
    })
}
