//! The steps of `cargo xtask test`, one file each.
//!
//! To add one: a file here with a `pub(super) const STEP: Step`, and a line in [`ALL`]. What it needs of the
//! machine is a [`Part`]; a new part is a variant and how to get it, in `tools.rs`.

mod bindings_js;
mod bindings_python;
mod built;
mod clippy;
mod deny;
mod doc;
mod e2e;
mod fmt;
mod fuzz;
mod nextest;
mod simulate;
mod step;
mod tidy;
pub(crate) mod tools;

pub(crate) use step::{Outcome, Part, Run, Step};

/// In the order they run: cheap ones first, so that a slip is told early.
pub(crate) const ALL: &[Step] = &[
    tools::STEP,
    fmt::STEP,
    tidy::STEP,
    clippy::STEP,
    deny::STEP,
    nextest::STEP,
    simulate::STEP,
    fuzz::STEP,
    doc::STEP,
    e2e::STEP,
    bindings_js::STEP,
    bindings_python::STEP,
];
