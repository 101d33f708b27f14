//! `[policy]`: what holds for everything that is done here.

use anyhow::Result;
use portcullis_model::{Policy, World, context::Descriptions};
use portcullis_store::Store;

use super::section::section;
use crate::{
    bound::{self, First, Unbound},
    failure::BadUsage,
};

section! {
    /// What holds for everything that is done here.
    PolicySettings, prefix "policy." {
        /// what the names of roles start with; empty for no rule
        role_prefix: String = Policy::default().role_prefix;
        /// what the names of apps' groups start with; empty for no rule
        app_prefix: String = Policy::default().app_prefix;
        /// what the name of an app's owners group ends with
        owners_suffix: String = Policy::default().owners_suffix;
        /// whether groups, apps and tags need a description
        require_descriptions: bool = Policy::default().descriptions == Descriptions::Required;
        /// logins that may create apps without being admins
        app_creators: Vec<String> => "nobody";
        /// logins that may delete managed app groups
        app_group_deleters: Vec<String> => "nobody";
    }
}

impl PolicySettings {
    /// The policy without the users it names.
    pub(crate) fn without_people(&self) -> Policy {
        Policy {
            role_prefix: self.role_prefix.value.clone(),
            app_prefix: self.app_prefix.value.clone(),
            owners_suffix: self.owners_suffix.value.clone(),
            descriptions: if self.require_descriptions.value {
                Descriptions::Required
            } else {
                Descriptions::Optional
            },
            app_creators: Vec::new(),
            app_group_deleters: Vec::new(),
            ..Policy::default()
        }
    }

    /// The policy with the users it names. A login that has come to somebody else since it was first
    /// seen here brings them nothing.
    pub(crate) async fn with_people(
        &self,
        place: (&Store, &World),
        first: First,
    ) -> Result<Policy> {
        let mut faults = Vec::new();
        let mut policy = self.without_people();
        for (logins, key, people) in [
            (
                &self.app_creators,
                "policy.app_creators",
                &mut policy.app_creators,
            ),
            (
                &self.app_group_deleters,
                "policy.app_group_deleters",
                &mut policy.app_group_deleters,
            ),
        ] {
            let source = &logins.source;
            for login in &logins.value {
                match bound::user(place, key, login, first).await? {
                    Ok(id) => people.push(id),
                    Err(Unbound::Unknown(meant)) => faults.push(format!(
                        "{source}: `{key}` names `{login}`, and there is no such user{meant}"
                    )),
                    Err(Unbound::Moved(why)) => faults.push(format!("{source}: `{key}`: {why}")),
                }
            }
        }
        BadUsage::of(&faults).map_or(Ok(policy), |faults| Err(faults.into()))
    }
}
