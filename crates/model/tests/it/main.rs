//! Tests of the model, without a database, a clock or a network.

mod access;
mod attacks;
mod company;
mod constraints;
mod defects;
mod matrix;
mod naive;
mod properties;
mod requests;
mod rules;
mod search;
mod shapes;
mod worlds;
