//! The HTTP face: pages, the REST API and the decision point.

pub mod ui;
