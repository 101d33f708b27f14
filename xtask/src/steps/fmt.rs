//! Formatting.

use anyhow::Result;

use super::{Outcome, Run, Step};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "fmt",
    about: "cargo fmt --all --check",
    needs: &[],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    process::run(run.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::ok())
}
