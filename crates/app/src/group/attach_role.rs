//! Let the members of a role into a group.

use portcullis_model::{
    ChangeSet, Context, Expiry, Group, Id, MembershipKind, OperationName, Refusal, World,
    name::Reason,
};

use crate::{Operation, grants};

/// Makes a role's members members or owners of groups until an end, which tags on each group may
/// bring nearer. Where the role is attached already, the end moves.
#[derive(Clone, Debug)]
pub struct AttachRole {
    /// Whose members.
    pub role: Id<Group>,
    /// Into which groups.
    pub groups: Vec<Id<Group>>,
    /// As what.
    pub kind: MembershipKind,
    /// Until when.
    pub until: Expiry,
    /// Why.
    pub reason: Reason,
}

impl Operation for AttachRole {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let role = world.require_group(self.role)?;
        if self.groups.is_empty() {
            return Err(Refusal::invalid(
                "groups",
                "no group is named; name at least one",
            ));
        }
        let mut change = ChangeSet::new(OperationName::GroupAttachRole);
        let mut seen = std::collections::BTreeSet::new();
        for id in self.groups.iter().filter(|id| seen.insert(**id)) {
            let group = world.require_group(*id)?;
            let (kind, reason) = (self.kind, &self.reason);
            let edit = world.grant_inclusion(context, role.id, group, kind, self.until, reason);
            change.push(edit);
        }
        grants::settle_granted(world, context, None, &mut change)?;
        Ok(change)
    }
}
