//! The rules of the house.

use anyhow::Result;

use super::{Outcome, Run, Step};

pub(super) const STEP: Step = Step {
    name: "tidy",
    about: "cargo xtask tidy: layers, absences, links, sizes",
    needs: &[],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    crate::tidy::check(&run.root)?;
    Ok(Outcome::ok())
}
