//! A company lives through simulated time while everything fails around it, and the rules of the
//! house are checked after each step. `cargo xtask simulate` runs it.
//!
//! The same seed, days and people give the same run to the last byte: ids are seeded, the clock is
//! set by hand, one thread runs everything, and nothing looks at the time of day.
#![allow(
    clippy::print_stdout,
    reason = "results go to standard output, progress to standard error"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a program at the edge: its arguments, and how long a run took"
)]

mod actions;
mod checks;
mod outside;
mod plan;
mod run;
mod source;

use std::{process::ExitCode, time::Instant};

use anyhow::{Context as _, Result, bail};

use plan::{Break, Plan};

const HELP: &str = "\
Usage: cargo xtask simulate [--seed N] [--days D] [--people P] [--break WHAT]

Lets a company of P people (default 1000) live D days (default 365) in simulated time: valid and invalid
operations by anybody, expiry, crashes between any two steps, a clock that jumps, and a world outside that fails in every way.
Checks after each step that nothing acknowledged is lost, nothing is delivered twice, the order of each key
is kept, that a source outside touches only what is its own, and that the log, the tables and the world in
memory say the same. Without --seed it takes one and
prints it.

  --break WHAT  break one thing on purpose; succeeds only if the checks notice: order, dedup, loss, receipt,
                fuse

EXAMPLES:
  cargo xtask simulate
  cargo xtask simulate --seed 7 --days 30 --people 100
  cargo xtask simulate --seed 7 --days 30 --people 100 --break order";

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{HELP}");
        return Ok(());
    }
    let plan = plan(&args)?;
    let (seed, days, people) = (plan.seed, plan.days, plan.people);
    eprintln!("simulating {days} days of {people} people with seed {seed}");
    quiet_simulated_panics();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let began = Instant::now();
    let ran = runtime.block_on(run::run(plan));
    let took = began.elapsed().as_secs_f64();
    match (ran, plan.broken) {
        (Ok(report), None) => {
            println!("{report} in {took:.1} s");
            Ok(())
        }
        (Err(error), Some(broken)) => {
            println!("noticed that {broken:?} was broken: {error:#}");
            Ok(())
        }
        (Ok(_), Some(broken)) => bail!("nobody noticed that {broken:?} was broken"),
        (Err(error), None) => Err(error.context(format!(
            "failed; repeat it with: cargo xtask simulate --seed {seed} --days {days} --people {people}"
        ))),
    }
}

fn plan(args: &[String]) -> Result<Plan> {
    let mut plan = Plan {
        seed: 0,
        days: 365,
        people: 1000,
        broken: None,
    };
    let mut seeded = false;
    let mut args = args.iter();
    while let Some(flag) = args.next() {
        let value = args.next();
        let value = value.with_context(|| format!("`{flag}` needs a value; see --help"))?;
        let number = || {
            value
                .parse::<u64>()
                .with_context(|| format!("`{value}` is no number"))
        };
        match flag.as_str() {
            "--seed" => (plan.seed, seeded) = (number()?, true),
            "--days" => plan.days = u32::try_from(number()?)?,
            "--people" => plan.people = usize::try_from(number()?)?,
            "--break" => {
                let all = [
                    Break::Order,
                    Break::Dedup,
                    Break::Loss,
                    Break::Receipt,
                    Break::Fuse,
                ];
                let named = |one: &Break| format!("{one:?}").eq_ignore_ascii_case(value);
                let found = all.into_iter().find(named);
                plan.broken =
                    Some(found.with_context(|| format!("`{value}` cannot be broken; see --help"))?);
            }
            _ => bail!("there is no option `{flag}`; see --help"),
        }
    }
    if !seeded {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed()?;
        plan.seed = u64::from(since.subsec_nanos()) ^ since.as_secs();
    }
    Ok(plan)
}

/// Panics that the outside makes on purpose need no trace.
fn quiet_simulated_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let simulated = info.payload_as_str() == Some(outside::PANIC);
        if !simulated {
            usual(info);
        }
    }));
}
