//! Change what membership of a group confers.

use portcullis_model::{
    ChangeSet, Context, Edit, Ends, Entitlement, Grant, Group, Id, Refusal, Validity, World,
    name::Reason,
};

use crate::{Operation, parts};

/// Lets a group confer something until an end; what it confers under that name already is replaced.
#[derive(Clone, Debug)]
pub struct Confer {
    /// Which group.
    pub group: Id<Group>,
    /// What.
    pub grant: Grant,
    /// Until when.
    pub until: Ends,
    /// Why.
    pub reason: Reason,
}

impl Operation for Confer {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = parts::group(world, self.group)?;
        let (kind, key) = (self.grant.kind(), self.grant.key());
        let there = world
            .entitlements_of(group.id)
            .find(|e| e.grant.kind() == kind && e.grant.key() == key);
        let validity = Validity::new(context.now, self.until);
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
                validity,
                reason: self.reason.clone(),
                granted_by: context.actor,
            }),
        };
        Ok(ChangeSet::new("group.confer").with(edit))
    }
}

/// Ends something a group confers, now.
#[derive(Clone, Copy, Debug)]
pub struct Withhold {
    /// What.
    pub entitlement: Id<Entitlement>,
}

impl Operation for Withhold {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let entitlement = world
            .entitlement(self.entitlement)
            .ok_or_else(|| Refusal::not_found("entitlement", self.entitlement))?;
        Ok(ChangeSet::new("group.withhold").with(Edit::end(entitlement.clone())))
    }
}
