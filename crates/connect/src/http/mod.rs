//! The one HTTP client. Everything here that speaks HTTP goes through it, so that what must hold for all of it is
//! said once: deadlines, how much of an answer is read, how often an origin is asked, where a URL may lead, and that
//! no error and no log has more of a URL than its origin.

mod address;
mod call;
mod client;
mod error;
mod origin;
mod own;
mod pace;
mod reply;

pub use self::{
    address::is_public,
    call::{Call, Reach},
    client::{Http, Settings},
    error::HttpError,
    origin::origin,
    own::ask_own,
    reply::Reply,
};
pub use reqwest::{Method, Url, header};
