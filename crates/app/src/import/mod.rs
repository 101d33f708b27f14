//! Reading an organisation, or what decisions are made from, from a file.

mod org;
mod policy;

pub use org::{ImportOrg, Org, Person, Repo, Team};
pub use policy::{ImportPolicy, Policy, PolicyGroup, PolicyResource, PolicyRules, Subject};
