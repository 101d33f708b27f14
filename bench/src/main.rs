//! Measures the Portcullis rule engine and the engines one could use instead, on the same questions.
//!
//! `rules-bench [--runs N] [--engine NAME]… [--size N]… [--workload NAME]…` prints Markdown tables.

mod clock;
mod engine;
mod ours;
mod peers;
mod published;
mod table;
mod workload;

use std::process::ExitCode;

use engine::Engine;
use table::Results;
use workload::{SIZES, WORKLOADS};

struct Wanted {
    runs: usize,
    engines: Vec<String>,
    sizes: Vec<usize>,
    workloads: Vec<String>,
}

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let engines: Vec<Engine> = ours::engines()
        .into_iter()
        .chain(peers::engines())
        .collect();
    let chosen = |name: &str| wanted.engines.is_empty() || wanted.engines.iter().any(|e| e == name);
    let mut results = Results::default();
    for run in 0..wanted.runs {
        for engine in engines.iter().filter(|e| chosen(e.name)) {
            eprintln!("run {} of {}: {}", run + 1, wanted.runs, engine.name);
            for &name in WORKLOADS
                .iter()
                .filter(|w| wanted.workloads.is_empty() || wanted.workloads.iter().any(|x| x == *w))
            {
                let sizes = if wanted.sizes.is_empty() {
                    &SIZES[..]
                } else {
                    &wanted.sizes
                };
                for &size in sizes.iter().filter(|&&n| n <= engine.largest) {
                    let workload = workload::Workload::new(name, size);
                    (engine.run)(&workload, &mut |check| {
                        // A wrong answer has no speed.
                        let right = check() == workload.expected;
                        let time = right.then(|| clock::nanoseconds_each(check));
                        results.add(engine.name, name, size, time);
                    });
                }
            }
        }
    }
    print!("{}", results.markdown(&engines));
    if chosen("portcullis") {
        print!("{}", ours::varied());
        print!("{}", ours::once());
    }
    if wanted.engines.is_empty() {
        print!("{}", published::markdown());
    }
    if results.any_wrong() {
        eprintln!("some answers were wrong");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn wanted(mut args: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        runs: 3,
        engines: Vec::new(),
        sizes: Vec::new(),
        workloads: Vec::new(),
    };
    while let Some(option) = args.next() {
        let value = args.next().ok_or(format!("`{option}` needs a value"))?;
        let number = || {
            value
                .parse()
                .map_err(|_| format!("`{value}` is not a number"))
        };
        match option.as_str() {
            "--runs" => wanted.runs = number()?,
            "--size" => wanted.sizes.push(number()?),
            "--engine" => wanted.engines.push(value),
            "--workload" => wanted.workloads.push(value),
            _ => {
                return Err(format!(
                    "`{option}` is unknown; use --runs, --engine, --size or --workload"
                ));
            }
        }
    }
    Ok(wanted)
}
