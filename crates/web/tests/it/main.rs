//! Tests of the HTTP face against the real app on a real port.

mod authzen;
mod pages;
