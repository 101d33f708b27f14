//! Change what membership of a group confers.

use portcullis_model::{
    ChangeSet, Context, Edit, Entitlement, Expiry, Grant, Group, Id, Refusal, Validity, World,
    name::Reason,
};

use crate::{Operation, parts, rules};

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
        let group = parts::group(world, self.group)?;
        if let Some(list) = self.grant.rules() {
            let faults = rules::faults(list);
            if !faults.is_empty() {
                return Err(Refusal::Invalid(faults));
            }
        }
        let there = match self.replaces {
            Some(id) => Some(self.replaced(world, id)?),
            None => parts::conferred(world, group.id, &self.grant),
        };
        let edit = match there {
            Some(before) => Edit::update(
                before.clone(),
                Entitlement {
                    grant: self.grant.clone(),
                    validity: Validity::new(before.validity.from.min(context.now), self.until),
                    reason: self.reason.clone(),
                    granted_by: context.actor,
                    ..before.clone()
                },
            ),
            None => Edit::create(Entitlement {
                id: context.id(),
                group: group.id,
                grant: self.grant.clone(),
                validity: Validity::new(context.now, self.until),
                reason: self.reason.clone(),
                granted_by: context.actor,
            }),
        };
        Ok(ChangeSet::new("group.confer").with(edit))
    }
}

impl GrantEntitlement {
    fn replaced<'w>(
        &self,
        world: &'w World,
        id: Id<Entitlement>,
    ) -> Result<&'w Entitlement, Refusal> {
        let there = world.entitlement(id).filter(|e| e.group == self.group);
        let there = there.ok_or_else(|| Refusal::not_found("entitlement", id))?;
        let (was, is) = (there.grant.kind(), self.grant.kind());
        if was == is {
            return Ok(there);
        }
        Err(Refusal::invalid(
            is,
            format!(
                "`{}` is of the kind {was} and stays so; withhold it and confer the other",
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
            .ok_or_else(|| Refusal::not_found("entitlement", self.entitlement))?;
        Ok(ChangeSet::new("group.withhold").with(Edit::end(entitlement.clone())))
    }
}
