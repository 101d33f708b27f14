//! A few simulated days with fixed seeds and a new one, and that the simulator's checks notice what is broken.

use std::process::Command;

use anyhow::Result;

use super::{Outcome, Run, Step, built};
use crate::process;

pub(super) const STEP: Step = Step {
    name: "simulate",
    about: "simulated days with failures: fixed seeds, a new one, and broken ones that must be noticed",
    needs: &[],
    run,
};

const SIZE: [&str; 4] = ["--days", "10", "--people", "60"];
/// What is broken may take longer to show; the run ends when it does.
const BROKEN: [&str; 4] = ["--days", "60", "--people", "60"];

fn run(run: &Run) -> Result<Outcome> {
    let fixed = [&["--seed", "7"][..], &["--seed", "11"]];
    // Without a seed the simulator takes one and says which.
    let new = [&[][..]];
    let broken = ["order", "dedup", "loss", "receipt", "fuse"];
    let broken = broken.map(|what| ["--seed", "7", "--break", what]);
    let whole = fixed
        .into_iter()
        .chain(new)
        .map(|args| [args, &SIZE].concat());
    let broken = broken.iter().map(|args| [args, &BROKEN[..]].concat());
    let simulate = built::program(run, "simulate")?;
    for args in whole.chain(broken) {
        process::run(Command::new(&simulate).args(&args).current_dir(&run.root))?;
    }
    Ok(Outcome::ok())
}
