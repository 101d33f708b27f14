//! Let the members of a role into a group.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Group, Id, Inclusion, MembershipKind, Refusal, Validity,
    World, name::Reason,
};

use crate::{Operation, parts};

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
        let role = parts::group(world, self.role)?;
        if self.groups.is_empty() {
            return Err(Refusal::invalid(
                "groups",
                "no group is named; name at least one",
            ));
        }
        let mut change = ChangeSet::new("group.attach_role");
        let mut seen = std::collections::BTreeSet::new();
        for id in self.groups.iter().filter(|id| seen.insert(**id)) {
            let group = parts::group(world, *id)?;
            let until = world
                .constraints_on(group)
                .cap(self.kind, self.until, context.now);
            let edit = match world.inclusion_of(role.id, group.id, self.kind) {
                Some(before) => {
                    let from = if before.validity.contains(context.now) {
                        before.validity.from
                    } else {
                        context.now
                    };
                    let after = Inclusion {
                        validity: Validity::new(from, until),
                        reason: self.reason.clone(),
                        granted_by: context.actor,
                        ..before.clone()
                    };
                    Edit::update(before.clone(), after)
                }
                None => Edit::create(Inclusion {
                    id: context.id(),
                    child: role.id,
                    target: group.id,
                    kind: self.kind,
                    validity: Validity::new(context.now, until),
                    reason: self.reason.clone(),
                    granted_by: context.actor,
                }),
            };
            change.push(edit);
        }
        self.settle(world, context, &mut change)?;
        Ok(change)
    }
}

impl AttachRole {
    /// Role members who asked for one of the groups have it now.
    fn settle(
        &self,
        world: &World,
        context: &Context,
        change: &mut ChangeSet,
    ) -> Result<(), Refusal> {
        if world.requests().next().is_none() {
            return Ok(());
        }
        let after = world.after(change)?;
        let members = after
            .direct_of_group(self.role)
            .filter(|m| m.kind == MembershipKind::Member && m.validity.contains(context.now));
        for member in members {
            parts::settle_requests(&after, context, member, None, change);
        }
        Ok(())
    }
}
