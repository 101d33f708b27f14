//! Create a role from what a person has.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Group, Id, MembershipKind, Refusal, User, World,
    name::{Description, Name, Reason},
};

use super::{attach, join, new_role};
use crate::{Operation, parts};

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
        parts::user(world, self.user)?;
        let role = new_role(context, &self.name, &self.description);
        let mut change = ChangeSet::new("role.from_person").with(Edit::create(role.clone()));
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
                let group = parts::group(world, *id)?;
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
            change.push(attach(
                world,
                context,
                role.id,
                target,
                MembershipKind::Member,
                Expiry::NEVER,
                &self.reason,
            ));
        }
        change.push(join(
            context,
            role.id,
            self.user,
            MembershipKind::Member,
            Expiry::NEVER,
            &self.reason,
        ));
        Ok(change)
    }
}
