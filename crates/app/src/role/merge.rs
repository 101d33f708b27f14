//! Merge one role into another.

use portcullis_model::{
    ChangeSet, Context, Edit, Group, Id, Membership, OperationName, Refusal, World, name::Reason,
};

use super::people;
use crate::{Operation, endings};

/// Moves the people and groups of one role into another and deletes it. Where both have somebody
/// or something, the later end stays.
#[derive(Clone, Debug)]
pub struct MergeRoles {
    /// Which role stays.
    pub into: Id<Group>,
    /// Which role goes.
    pub from: Id<Group>,
    /// Why.
    pub reason: Reason,
}

impl Operation for MergeRoles {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let (into, from) = (
            world.require_role(self.into)?,
            world.require_role(self.from)?,
        );
        if into.id == from.id {
            return Err(Refusal::invalid(
                "from",
                "a role cannot be merged into itself; name another",
            ));
        }
        let mut change = ChangeSet::new(OperationName::RoleMerge);
        for inclusion in world.targets_of(from.id) {
            if inclusion.validity.until.is_past(context.now) {
                continue;
            }
            let target = world.require_group(inclusion.target)?;
            match world.inclusion_of(into.id, target.id, inclusion.kind) {
                Some(there) if there.validity.until >= inclusion.validity.until => {}
                Some(there) => {
                    let wanted = inclusion.validity.until;
                    let constraints = world.constraints_on(target);
                    let until = constraints.cap(inclusion.kind, wanted, context.now);
                    change.push(Edit::update(there.clone(), there.ending(until)));
                }
                None => {
                    let (kind, until) = (inclusion.kind, inclusion.validity.until);
                    change.push(world.grant_inclusion(
                        context,
                        into.id,
                        target,
                        kind,
                        until,
                        &self.reason,
                    ));
                }
            }
        }
        let demands = world.constraints_on(into);
        for m in people(world, context, from.id) {
            let until = demands.cap(m.kind, m.validity.until, context.now);
            match world.direct(m.user, into.id, m.kind) {
                Some(there) if there.validity.until >= until => {}
                Some(there) => change.push(Edit::update(there.clone(), there.ending(until))),
                None => change.push(Edit::create(Membership::grant(
                    context,
                    m.user,
                    into.id,
                    m.kind,
                    until,
                    &self.reason,
                ))),
            }
        }
        endings::delete_group(world, context, from, &mut change);
        Ok(change)
    }
}
