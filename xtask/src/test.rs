//! `cargo xtask test`: the whole run, step by step, with one summary at the end.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::repo;
use crate::steps::{self, Part, Run, Step};

const HELP: &str = "\
Usage: cargo xtask test [--only STEP[,STEP]] [--without PART[,PART]] [--list]

Installs what is missing where it may, then runs every check and test of the project, all of them even
when one fails, and ends with a summary. This is what CI runs.

  --only STEP,…     run only these steps (and `tools`, for what they need)
  --without PART,…  leave out what needs a part this machine lacks: postgres, browser, bindings, fuzz.
                    The summary says what was not run. Not allowed on CI (when the variable CI is set).
  --list            list the steps

Environment:
  PORTCULLIS_FUZZ_SECONDS  how long each fuzz target runs; 60 on CI and 10 elsewhere unless set

Exit status: 0 when everything that ran succeeded, 1 otherwise.";

/// Entry point of the command.
pub(crate) fn main(args: &[String]) -> Result<()> {
    if crate::args::wants_help(args) {
        eprintln!("{HELP}\n");
        list();
        return Ok(());
    }
    let Some(options) = Options::parse(args, repo::on_ci())? else {
        list();
        return Ok(());
    };
    let run = Run::new(repo::root(), repo::on_ci(), options.without);
    let reports = run_all(&run, &options.steps);
    summarize(&run, &reports)
}

fn list() {
    for step in steps::ALL {
        println!("{:<15} {}", step.name, step.about);
    }
}

/// What was asked for on the command line.
struct Options {
    steps: Vec<&'static Step>,
    without: Vec<Part>,
}

impl Options {
    /// `None` when only the list of steps is wanted.
    fn parse(args: &[String], on_ci: bool) -> Result<Option<Self>> {
        let mut only = Vec::new();
        let mut without = Vec::new();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let (flag, value) = match arg.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (arg.as_str(), None),
            };
            let mut value = || {
                value
                    .clone()
                    .or_else(|| args.next().cloned())
                    .with_context(|| {
                        format!("`{flag}` needs a value; see `cargo xtask test --help`")
                    })
            };
            match flag {
                "--list" => return Ok(None),
                "--only" => only.extend(
                    value()?
                        .split(',')
                        .map(find_step)
                        .collect::<Result<Vec<_>>>()?,
                ),
                "--without" => {
                    without.extend(
                        value()?
                            .split(',')
                            .map(Part::parse)
                            .collect::<Result<Vec<_>>>()?,
                    );
                }
                _ => bail!("there is no option `{arg}`; see `cargo xtask test --help`"),
            }
        }
        if on_ci && !without.is_empty() {
            bail!("`--without` is not allowed on CI: what is missing there is a failure");
        }
        let steps = steps::ALL
            .iter()
            .filter(|step| {
                only.is_empty() || only.contains(&step.name) || step.name == steps::tools::STEP.name
            })
            .collect();
        Ok(Some(Self { steps, without }))
    }
}

fn find_step(name: &str) -> Result<&'static str> {
    steps::ALL
        .iter()
        .find(|step| step.name == name)
        .map(|step| step.name)
        .with_context(|| {
            let names: Vec<_> = steps::ALL.iter().map(|step| step.name).collect();
            format!(
                "there is no step `{name}`; the steps are {}",
                names.join(", ")
            )
        })
}

/// How one step ended.
struct Report {
    name: &'static str,
    result: Result<steps::Outcome>,
    took: Duration,
}

fn run_all(run: &Run, steps: &[&'static Step]) -> Vec<Report> {
    let selected: Vec<Part> = steps.iter().flat_map(|step| step.needs).copied().collect();
    run.select(&selected);
    steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            eprintln!(
                "\n==> [{}/{}] {}: {}",
                index + 1,
                steps.len(),
                step.name,
                step.about
            );
            let start = Instant::now();
            let result = (step.run)(run);
            let took = start.elapsed();
            let verdict = match &result {
                Ok(outcome) if outcome.ran => "ok".to_owned(),
                Ok(_) => "NOT RUN".to_owned(),
                Err(error) => format!("FAILED: {error:#}"),
            };
            eprintln!("<== {}: {verdict} ({:.1} s)", step.name, took.as_secs_f64());
            Report {
                name: step.name,
                result,
                took,
            }
        })
        .collect()
}

/// Prints the table, then what did not run, then the test runners' own last words.
fn summarize(run: &Run, reports: &[Report]) -> Result<()> {
    let total: Duration = reports.iter().map(|report| report.took).sum();
    eprintln!("\n{:<15} {:<8} {:>8}", "step", "result", "seconds");
    for report in reports {
        let (verdict, note) = match &report.result {
            Ok(outcome) if outcome.ran => ("ok", outcome.note.clone()),
            Ok(outcome) => ("NOT RUN", outcome.note.clone()),
            Err(error) => ("FAILED", format!("{error:#}")),
        };
        // A note is one line here; the whole of it stands where the step ended.
        let note = note.lines().next().unwrap_or_default();
        eprintln!(
            "{:<15} {verdict:<8} {:>8.1}  {note}",
            report.name,
            report.took.as_secs_f64()
        );
    }
    eprintln!("{:<15} {:<8} {:>8.1}", "all", "", total.as_secs_f64());

    let left_out = run.left_out();
    if !left_out.is_empty() {
        eprintln!("\n!!! THIS RUN IS NOT COMPLETE. Not run:");
        for what in left_out {
            eprintln!("!!!   {what}");
        }
    }
    eprintln!();
    for line in run.told() {
        eprintln!("{line}");
    }

    let failed: Vec<&str> = reports
        .iter()
        .filter(|report| report.result.is_err())
        .map(|report| report.name)
        .collect();
    if !failed.is_empty() {
        bail!(
            "{} failed; run one alone with `cargo xtask test --only {}`",
            failed.join(", "),
            failed[0]
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str, on_ci: bool) -> Result<Option<Options>> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&args, on_ci)
    }

    fn names(options: &Options) -> Vec<&'static str> {
        options.steps.iter().map(|step| step.name).collect()
    }

    #[test]
    fn without_options_every_step_runs() {
        let options = parse("", true).expect("valid").expect("a run");
        assert_eq!(options.steps.len(), steps::ALL.len());
    }

    #[test]
    fn only_keeps_the_order_of_the_table_and_brings_the_tools() {
        let options = parse("--only tidy --only=fmt", false)
            .expect("valid")
            .expect("a run");
        assert_eq!(names(&options), ["tools", "fmt", "tidy"]);
    }

    #[test]
    fn parts_may_be_left_out_by_a_developer_but_not_on_ci() {
        let options = parse("--without postgres,browser", false)
            .expect("valid")
            .expect("a run");
        assert_eq!(options.without, [Part::Postgres, Part::Browser]);
        let error = parse("--without postgres", true).err().expect("refused");
        assert!(error.to_string().contains("not allowed on CI"), "{error}");
    }

    #[test]
    fn a_misspelt_step_is_told_with_the_right_ones() {
        let error = parse("--only clipy", false)
            .err()
            .expect("refused")
            .to_string();
        assert!(
            error.contains("`clipy`") && error.contains("clippy"),
            "{error}"
        );
    }

    #[test]
    fn step_names_are_unique() {
        let mut names: Vec<_> = steps::ALL.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), steps::ALL.len());
    }
}
