//! The real binary, from outside: what it prints, how it ends, what survives it.

mod config;
mod demo;
mod help;
mod import;
mod org_rust;
mod run;
