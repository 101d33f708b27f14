//! Tests of the HTTP face against the real app on a real port.

mod api;
mod authzen;
mod pages;
