//! Signed tokens that prove who somebody is, whoever signed them: one verifier for ID tokens, logout tokens, access
//! tokens and the assertions of Cloudflare Access. What a token must say is decided in `claims.rs`, which signature
//! counts in `keys.rs`, both without I/O; `source.rs` fetches the keys. Nothing a token names is ever called.

mod address;
mod cached;
mod claims;
mod fault;
mod keys;
mod proved;
mod source;
mod token;

pub(crate) use self::{
    address::is_endpoint,
    cached::Cached,
    claims::{Claims, Expected, Kind, OneOrMore, SKEW, if_as_meant},
    source::{KeySource, fetch as fetch_keys, get_json, in_time},
    token::Token,
};
pub use self::{address::is_loopback, fault::Fault, proved::Proved};
