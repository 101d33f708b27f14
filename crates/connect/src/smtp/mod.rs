//! E-mail: one message to each person of what waits for them, as text and as HTML.

mod config;
mod send;
mod wire;

pub use self::{
    config::{Security, Smtp},
    send::SmtpSink,
};
