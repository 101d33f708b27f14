//! All Rust tests, store tests on both engines.

use anyhow::Result;

use super::{Outcome, Part, Run, Step, built, tools};
use crate::pg_cluster;
use crate::process::{self, Listen};

pub(super) const STEP: Step = Step {
    name: "nextest",
    about: "cargo nextest run --workspace --all-features, on SQLite and PostgreSQL",
    needs: &[Part::Nextest, Part::Postgres],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    let mut cargo = run.cargo();
    cargo.args(["nextest", "run"]).args(built::WHOLE);
    if run.on_ci {
        cargo.args(["--profile", "ci"]);
    }
    if run.is_without(Part::Postgres) {
        cargo
            .env(pg_cluster::OFF_VARIABLE, "1")
            .env_remove(pg_cluster::URL_VARIABLE);
        run.leave_out("every test on PostgreSQL (--without postgres)");
    }
    compilers(run);
    let told = process::run_listening(&mut cargo, Listen::Stderr, is_summary)?;
    run.tell(&told.lines);
    told.result?;
    Ok(Outcome::ok().note(
        told.lines
            .last()
            .map(|line| counts(line))
            .unwrap_or_default(),
    ))
}

/// What compiles the packages that `crates/code` makes. Its tests leave out a language whose compiler is missing.
fn compilers(run: &Run) {
    // TypeScript is locked beside the rule engine's own types.
    if let Err(error) = tools::npm_ci(&run.root.join("bindings/js")) {
        run.leave_out(&format!("the types of generated npm packages ({error:#})"));
    }
    if process::which("go").is_none() {
        run.leave_out("compiling generated Go packages (there is no `go` here)");
    }
}

fn is_summary(line: &str) -> bool {
    line.trim_start().starts_with("Summary [")
}

/// `Summary [ 1.2s] 34 tests run: 34 passed` without the first part.
fn counts(summary: &str) -> &str {
    summary
        .split_once(']')
        .map_or(summary, |(_, counts)| counts.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_line_is_known_and_shortened() {
        let line = "     Summary [   3.210s] 34 tests run: 34 passed, 0 skipped";
        assert!(is_summary(line));
        assert_eq!(counts(line), "34 tests run: 34 passed, 0 skipped");
        assert!(!is_summary(
            "        PASS [   0.010s] portcullis-rules summary"
        ));
    }
}
