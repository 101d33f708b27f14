//! Reading an organisation from a file.

mod org;

pub use org::{ImportOrg, Org, Person, Repo, Team};
