//! Split a role in two.

use portcullis_model::{
    ChangeSet, Context, Edit, Group, Id, Membership, OperationName, Refusal, World,
    name::{Description, Name, Reason},
};

use super::{new_role, people};
use crate::Operation;

/// Moves some of a role's groups into a new role with the same people, so that nobody gains or
/// loses anything and the two can go their own ways.
#[derive(Clone, Debug)]
pub struct SplitRole {
    /// Which role.
    pub role: Id<Group>,
    /// The new role's name.
    pub name: Name,
    /// What the new role is for.
    pub description: Description,
    /// Which groups move.
    pub groups: Vec<Id<Group>>,
    /// Why.
    pub reason: Reason,
}

impl Operation for SplitRole {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let old = world.require_role(self.role)?;
        let mut role = new_role(context, &self.name, &self.description);
        role.tags.clone_from(&old.tags);
        let mut change = ChangeSet::new(OperationName::RoleSplit).with(Edit::create(role.clone()));
        let moving: Vec<_> = world
            .targets_of(old.id)
            .filter(|i| self.groups.contains(&i.target))
            .collect();
        for group in &self.groups {
            let named = world.require_group(*group)?;
            if !moving.iter().any(|inclusion| inclusion.target == *group) {
                return Err(Refusal::invalid(
                    "groups",
                    format!("`{}` does not lead into `{}`", old.name, named.name),
                ));
            }
        }
        if moving.is_empty() {
            return Err(Refusal::invalid(
                "groups",
                "name at least one group that moves to the new role",
            ));
        }
        if moving.len() == world.targets_of(old.id).count() {
            return Err(Refusal::invalid(
                "groups",
                "all groups would move; rename the role instead",
            ));
        }
        for inclusion in moving {
            let target = world.require_group(inclusion.target)?;
            change.push(inclusion.end());
            let (kind, until) = (inclusion.kind, inclusion.validity.until);
            change.push(world.grant_inclusion(context, role.id, target, kind, until, &self.reason));
        }
        for m in people(world, context, old.id) {
            change.push(Edit::create(Membership::grant(
                context,
                m.user,
                role.id,
                m.kind,
                m.validity.until,
                &self.reason,
            )));
        }
        Ok(change)
    }
}
