//! Add people to a group, or move the end of those who are in it.

use portcullis_model::{
    ChangeSet, Context, Expiry, Group, Id, MembershipKind, OperationName, Refusal, User, World,
    name::Reason,
};

use crate::{Operation, grants};

/// Adds users to a group as members or owners until an end, which tags may bring nearer. Those who
/// are in it directly get the new end instead, earlier or later.
#[derive(Clone, Debug)]
pub struct AddPeople {
    /// To which group.
    pub group: Id<Group>,
    /// As what.
    pub kind: MembershipKind,
    /// Whom.
    pub users: Vec<Id<User>>,
    /// Until when.
    pub until: Expiry,
    /// Why.
    pub reason: Reason,
}

impl Operation for AddPeople {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = world.require_group(self.group)?;
        if self.users.is_empty() {
            return Err(Refusal::invalid(
                "users",
                "nobody is named; name at least one user",
            ));
        }
        let mut change = ChangeSet::new(OperationName::GroupAddPeople);
        let mut seen = std::collections::BTreeSet::new();
        for id in self.users.iter().filter(|id| seen.insert(**id)) {
            world.require_user(*id)?;
            let edit =
                world.grant_membership(context, *id, group, self.kind, self.until, &self.reason);
            change.push(edit);
        }
        grants::settle_granted(world, context, None, &mut change)?;
        Ok(change)
    }
}
