//! What the store promises, on both engines.

mod support;

mod commits;
