//! What decisions are made from: lists of rules that groups confer, with their cases, and the
//! registered resources they speak of.

use portcullis_app::{group::GrantEntitlement, import::Policy, resource::RegisterResource};
use portcullis_model::{Actor, Expiry, Refusal};

use super::reason;
use crate::life::Company;

/// The lists and resources, in the form in which `portcullis import policy` takes them.
const POLICY: &str = include_str!("policy.json");

impl Company {
    pub(super) fn rules(&mut self, admin: Actor) -> Result<(), Refusal> {
        let policy: Policy = serde_json::from_str(POLICY)
            .map_err(|error| Refusal::invalid("policy", error.to_string()))?;
        for wanted in &policy.groups {
            let group = self.story.group(&wanted.name)?.id;
            let mut faults = Vec::new();
            let grants = wanted.grants("", &mut faults);
            if !faults.is_empty() {
                return Err(Refusal::Invalid(faults));
            }
            for (_, grant) in grants {
                let confer = GrantEntitlement {
                    group,
                    replaces: None,
                    grant,
                    until: Expiry::NEVER,
                    reason: reason("Agreed with the people it is about"),
                };
                self.story.act(admin, &confer)?;
                self.wait(9)?;
            }
        }
        for resource in policy.resources {
            let register = RegisterResource {
                resource_type: resource.kind,
                resource_id: resource.id,
                properties: resource.properties.unwrap_or_default(),
            };
            self.story.act(admin, &register)?;
        }
        Ok(())
    }
}
