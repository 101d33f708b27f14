//! Change what membership of a group confers.

use portcullis_model::{
    ChangeSet, Context, Edit, Entitlement, Expiry, Grant, Group, Id, Noun, OperationName, Refusal,
    World, name::Reason,
};
use portcullis_rules::Budget;

use crate::{Operation, Prepare, rules};

/// Lets a group confer something until an end; what it confers under that name already is replaced.
#[derive(Clone, Debug)]
pub struct GrantEntitlement {
    /// Which group.
    pub group: Id<Group>,
    /// What.
    pub grant: Grant,
    /// What it takes the place of, which may have another name; nothing for whatever the group
    /// confers under the same name.
    pub replaces: Option<Id<Entitlement>>,
    /// Until when.
    pub until: Expiry,
    /// Why.
    pub reason: Reason,
}

impl Operation for GrantEntitlement {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = world.require_group(self.group)?;
        if !self.grant.kind().takes_rules() {
            self.sound(&Budget::unlimited())?;
        }
        let (grant, until, reason) = (self.grant.clone(), self.until, &self.reason);
        let edit = match self.replaces {
            Some(id) => {
                let there = self.replaced(world, id)?;
                let after = there.extend(context, grant, until, reason);
                Edit::update(there.clone(), after)
            }
            None => world.grant_entitlement(context, group.id, grant, until, reason),
        };
        Ok(ChangeSet::new(OperationName::GroupGrantEntitlement).with(edit))
    }

    fn prepare(&self) -> Option<Prepare> {
        let wish = self.grant.kind().takes_rules().then(|| self.clone())?;
        Some(Box::new(move |budget| wish.sound(budget)))
    }
}

impl GrantEntitlement {
    fn sound(&self, budget: &Budget) -> Result<(), Refusal> {
        let faults = rules::faults(&self.grant, budget);
        if faults.is_empty() {
            return Ok(());
        }
        Err(Refusal::Invalid(faults))
    }

    fn replaced<'w>(
        &self,
        world: &'w World,
        id: Id<Entitlement>,
    ) -> Result<&'w Entitlement, Refusal> {
        let there = world.entitlement(id).filter(|e| e.group == self.group);
        let there = there.ok_or_else(|| Refusal::not_found(Noun::Entitlement, id))?;
        let (was, is) = (there.grant.kind(), self.grant.kind());
        if was == is {
            return Ok(there);
        }
        Err(Refusal::invalid(
            is.as_str(),
            format!(
                "`{}` is of the kind {was} and stays so; revoke it and grant the other",
                there.grant.label()
            ),
        ))
    }
}

/// Ends something a group confers, now.
#[derive(Clone, Copy, Debug)]
pub struct RevokeEntitlement {
    /// What.
    pub entitlement: Id<Entitlement>,
}

impl Operation for RevokeEntitlement {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let entitlement = world
            .entitlement(self.entitlement)
            .ok_or_else(|| Refusal::not_found(Noun::Entitlement, self.entitlement))?;
        Ok(ChangeSet::new(OperationName::GroupRevokeEntitlement).with(entitlement.end()))
    }
}
