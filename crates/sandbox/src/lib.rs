//! The sample company for demo and tests.
