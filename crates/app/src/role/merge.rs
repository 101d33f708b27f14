//! Merge one role into another.

use portcullis_model::{
    ChangeSet, Context, Edit, Group, Id, Inclusion, Membership, Refusal, World, name::Reason,
};

use super::{attach, join, people};
use crate::{Operation, parts};

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
            parts::role(world, self.into)?,
            parts::role(world, self.from)?,
        );
        if into.id == from.id {
            return Err(Refusal::invalid(
                "from",
                "a role cannot be merged into itself; name another",
            ));
        }
        let mut change = ChangeSet::new("role.merge");
        for inclusion in world.targets_of(from.id) {
            if inclusion.validity.until.is_past(context.now) {
                continue;
            }
            let target = parts::group(world, inclusion.target)?;
            match world.inclusion_of(into.id, target.id, inclusion.kind) {
                Some(there) if there.validity.until >= inclusion.validity.until => {}
                Some(there) => {
                    let mut validity = there.validity;
                    validity.until = world.constraints_on(target).cap(
                        inclusion.kind,
                        inclusion.validity.until,
                        context.now,
                    );
                    let after = Inclusion {
                        validity,
                        ..there.clone()
                    };
                    change.push(Edit::update(there.clone(), after));
                }
                None => {
                    let (kind, until) = (inclusion.kind, inclusion.validity.until);
                    change.push(attach(
                        world,
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
                Some(there) => {
                    let mut validity = there.validity;
                    validity.until = until;
                    change.push(Edit::update(
                        there.clone(),
                        Membership {
                            validity,
                            ..there.clone()
                        },
                    ));
                }
                None => change.push(join(context, into.id, m.user, m.kind, until, &self.reason)),
            }
        }
        parts::delete_group(world, context, from, &mut change);
        Ok(change)
    }
}
