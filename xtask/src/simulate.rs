//! `cargo xtask simulate`: a company lives through simulated time while everything fails around it.

use anyhow::Result;

use crate::process;

/// How the simulator is built and started; its arguments follow.
const RUN: &[&str] = &[
    "run",
    "--quiet",
    "--package",
    "portcullis-testkit",
    "--features",
    "simulate",
    "--bin",
    "simulate",
];

/// Entry point of the command: built to be fast, because a year is long.
pub(crate) fn main(args: &[String]) -> Result<()> {
    let mut cargo = process::cargo();
    cargo.args(RUN).args(["--release", "--"]);
    process::run(cargo.args(args))
}
