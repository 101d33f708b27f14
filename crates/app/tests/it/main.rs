//! Tests of the operations and of deciding, on worlds in memory: no store, no clock, no network.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests"
)]

mod access;
mod confer;
mod equivalence;
mod imports;
mod operations;
mod order;
mod random;
mod spelling;
mod town;
