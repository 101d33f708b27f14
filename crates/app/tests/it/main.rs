//! Tests of the operations and of deciding, on worlds in memory, without store, clock or
//! network; and of delivering, on both databases.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests"
)]

mod access;
mod confer;
mod deliver;
mod equivalence;
mod expire;
mod fuse;
mod imports;
mod kinds;
mod names;
mod notices;
mod operations;
mod order;
mod plainly;
mod random;
mod remind;
mod sign_in;
mod sources;
mod spelling;
mod sync;
mod town;
mod why;
