//! `[policy]`: what holds for everything that is done here.

use portcullis_model::{Policy, World, context::Descriptions};

use super::{section::section, value::Sourced};
use crate::failure::{BadUsage, or_meant};

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
        }
    }

    /// The policy with the users it names as they are in `world`.
    pub(crate) fn with_people(&self, world: &World) -> Result<Policy, BadUsage> {
        let mut faults = Vec::new();
        let mut people = |logins: &Sourced<Vec<String>>, key: &str| {
            let found = logins.value.iter().filter_map(|login| {
                let user = world.find_user(login);
                if user.is_none() {
                    let known = world.users().map(|user| user.login.as_str());
                    let meant = or_meant(login, known, "create them first, or leave them out");
                    faults.push(format!(
                        "{}: `policy.{key}` names `{login}`, and there is no such user{meant}",
                        logins.source
                    ));
                }
                user.map(|user| user.id)
            });
            found.collect()
        };
        let policy = Policy {
            app_creators: people(&self.app_creators, "app_creators"),
            app_group_deleters: people(&self.app_group_deleters, "app_group_deleters"),
            ..self.without_people()
        };
        BadUsage::of(&faults).map_or(Ok(policy), Err)
    }
}
