//! Take a role, or a nested group, out of groups.

use portcullis_model::{ChangeSet, Context, Edit, Group, Id, MembershipKind, Refusal, World};

use crate::{Operation, parts};

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
        let role = parts::group(world, self.role)?;
        if self.groups.is_empty() {
            return Err(Refusal::invalid(
                "groups",
                "no group is named; name at least one",
            ));
        }
        let mut change = ChangeSet::new("group.detach_role");
        let mut seen = std::collections::BTreeSet::new();
        for id in self.groups.iter().filter(|id| seen.insert(**id)) {
            let group = parts::group(world, *id)?;
            let inclusion = world
                .inclusion_of(role.id, group.id, self.kind)
                .ok_or_else(|| {
                    Refusal::not_found("inclusion", format!("{} in {}", role.name, group.name))
                })?;
            change.push(Edit::end(inclusion.clone()));
        }
        Ok(change)
    }
}
