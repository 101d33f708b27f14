//! What commits, and time coming near an end, mean to people and programs outside. All of it is pure: sinks ask
//! these functions what there is to tell, and send it.
//!
//! Two things are told. An [`Event`] is an edit of a record under a name that does not change, for programs and
//! channels. A [`Notice`] is something one person should know, for mail and direct messages; many that wait for one
//! person become one [`Digest`]. Another kind of notice is another variant of [`About`] and its sentence.

mod about;
mod digest;
mod ending;
mod event;
mod filter;
mod kind;
mod names;
mod notice;
mod sentence;
mod text;

pub use self::{
    about::{About, Grant, Outcome},
    digest::{Digest, Line},
    ending::{LEADS, Lead, ending, tokens_ending},
    event::{Event, events},
    filter::EventFilter,
    kind::{EventKind, What},
    notice::{Notice, Recipient, notices},
};
