//! The examples in doc comments, which nextest does not run.

use anyhow::Result;

use super::{Outcome, Run, Step, built};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "doc",
    about: "cargo test --workspace --all-features --doc",
    needs: &[],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    process::run(
        run.cargo()
            .arg("test")
            .args(built::WHOLE)
            .args(["--doc", "--quiet"]),
    )?;
    Ok(Outcome::ok())
}
