//! Clone a role.

use portcullis_model::{
    ChangeSet, Context, Edit, Group, Id, Membership, OperationName, Refusal, World,
    name::{Description, Name, Reason},
};

use super::{new_role, people};
use crate::Operation;

/// Who is in the copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// Nobody.
    #[default]
    Nobody,
    /// The same people, until the same ends.
    Same,
}

/// Makes a role that leads where another leads.
#[derive(Clone, Debug)]
pub struct CloneRole {
    /// Which role is the pattern.
    pub role: Id<Group>,
    /// The copy's name.
    pub name: Name,
    /// What the copy is for; as the pattern says, if not given.
    pub description: Option<Description>,
    /// Who is in it.
    pub people: People,
    /// Why.
    pub reason: Reason,
}

impl Operation for CloneRole {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let pattern = world.require_role(self.role)?;
        let description = self.description.as_ref().unwrap_or(&pattern.description);
        let mut role = new_role(context, &self.name, description);
        role.tags.clone_from(&pattern.tags);
        let mut change = ChangeSet::new(OperationName::RoleClone).with(Edit::create(role.clone()));
        for inclusion in world.targets_of(pattern.id) {
            if inclusion.validity.until.is_past(context.now) {
                continue;
            }
            let target = world.require_group(inclusion.target)?;
            let (kind, until) = (inclusion.kind, inclusion.validity.until);
            change.push(world.grant_inclusion(context, role.id, target, kind, until, &self.reason));
        }
        if self.people == People::Same {
            for m in people(world, context, pattern.id) {
                let until = m.validity.until;
                change.push(Edit::create(Membership::grant(
                    context,
                    m.user,
                    role.id,
                    m.kind,
                    until,
                    &self.reason,
                )));
            }
        }
        Ok(change)
    }
}
