//! Create a role from what a person has.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Group, Id, Membership, MembershipKind, OperationName,
    Refusal, User, World,
    name::{Description, Name, Reason},
};

use super::new_role;
use crate::Operation;

/// Makes a role that leads into the groups a person is in, and puts the person into it. Their own
/// places stay; remove them afterwards if the role is to be the only way.
#[derive(Clone, Debug)]
pub struct RoleFromPerson {
    /// Whose access is taken as the pattern.
    pub user: Id<User>,
    /// The role's name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Which of the person's groups; all managed groups that are no roles, if not given.
    pub groups: Option<Vec<Id<Group>>>,
    /// Why.
    pub reason: Reason,
}

impl Operation for RoleFromPerson {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        world.require_user(self.user)?;
        let role = new_role(context, &self.name, &self.description);
        let mut change =
            ChangeSet::new(OperationName::RoleFromPerson).with(Edit::create(role.clone()));
        let access = world.access_of(self.user, context.now);
        let mut targets: Vec<_> = access
            .iter()
            .filter(|a| {
                a.kind == MembershipKind::Member && a.group.is_managed() && !a.group.is_role()
            })
            .map(|a| a.group)
            .collect();
        if let Some(chosen) = &self.groups {
            for id in chosen {
                let group = world.require_group(*id)?;
                if !targets.iter().any(|target| target.id == *id) {
                    return Err(Refusal::invalid(
                        "groups",
                        format!(
                            "`{}` is not among the groups a role could take over from this person",
                            group.name
                        ),
                    ));
                }
            }
            targets.retain(|target| chosen.contains(&target.id));
        }
        if targets.is_empty() {
            return Err(Refusal::invalid(
                "groups",
                "a role needs at least one group to lead into",
            ));
        }
        for target in targets {
            change.push(world.grant_inclusion(
                context,
                role.id,
                target,
                MembershipKind::Member,
                Expiry::NEVER,
                &self.reason,
            ));
        }
        change.push(Edit::create(Membership::grant(
            context,
            self.user,
            role.id,
            MembershipKind::Member,
            Expiry::NEVER,
            &self.reason,
        )));
        Ok(change)
    }
}
