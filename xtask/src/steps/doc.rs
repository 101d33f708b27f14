//! The examples in doc comments, which nextest does not run.

use anyhow::Result;

use super::{Outcome, Run, Step};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "doc",
    about: "cargo test --workspace --doc",
    needs: &[],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    process::run(
        run.cargo()
            .args(["test", "--workspace", "--doc", "--quiet"]),
    )?;
    Ok(Outcome::ok())
}
