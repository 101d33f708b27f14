//! Take a role, or a nested group, out of groups.

use portcullis_model::{
    ChangeSet, Context, Group, Id, MembershipKind, Noun, OperationName, Refusal, World,
};

use crate::Operation;

/// Ends that a role's members are members or owners of groups, now.
#[derive(Clone, Debug)]
pub struct DetachRole {
    /// Whose members.
    pub role: Id<Group>,
    /// From which groups.
    pub groups: Vec<Id<Group>>,
    /// As what they are in it.
    pub kind: MembershipKind,
}

impl Operation for DetachRole {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let role = world.require_group(self.role)?;
        if self.groups.is_empty() {
            return Err(Refusal::invalid(
                "groups",
                "no group is named; name at least one",
            ));
        }
        let mut change = ChangeSet::new(OperationName::GroupDetachRole);
        let mut seen = std::collections::BTreeSet::new();
        for id in self.groups.iter().filter(|id| seen.insert(**id)) {
            let group = world.require_group(*id)?;
            let inclusion = world
                .inclusion_of(role.id, group.id, self.kind)
                .ok_or_else(|| {
                    Refusal::not_found(Noun::Inclusion, format!("{} in {}", role.name, group.name))
                })?;
            change.push(inclusion.end());
        }
        Ok(change)
    }
}
