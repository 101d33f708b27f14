//! Lints: every warning is a failure.

use anyhow::Result;

use super::{Outcome, Run, Step};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "clippy",
    about: "cargo clippy --workspace --all-targets --all-features -- -D warnings",
    needs: &[],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    process::run(run.cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))?;
    Ok(Outcome::ok())
}
