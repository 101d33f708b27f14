//! `cargo xtask simulate`: a company lives through simulated time while everything fails around it.

use std::ffi::OsStr;
use std::process::Command;

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

/// A short run as tests are built, so that nothing is built for it alone.
pub(crate) fn short<'c>(cargo: &'c mut Command, args: &[impl AsRef<OsStr>]) -> &'c mut Command {
    cargo.args(RUN).arg("--").args(args)
}
