//! Tests of the model, without a database, a clock or a network.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests"
)]

mod access;
mod agents;
mod attacks;
mod company;
mod constraints;
mod defects;
mod identities;
mod lists;
mod matrix;
mod naive;
mod names;
mod properties;
mod records;
mod requests;
mod rules;
mod search;
mod shapes;
mod sources;
mod worlds;
