//! Remove people from a group.

use portcullis_model::{
    ChangeSet, Context, Group, Id, MembershipKind, Noun, OperationName, Refusal, RefusalCode, User,
    World,
};

use crate::Operation;

/// Ends users' direct membership or ownership of a group, now.
#[derive(Clone, Debug)]
pub struct RemovePeople {
    /// From which group.
    pub group: Id<Group>,
    /// As what they are in it.
    pub kind: MembershipKind,
    /// Whom.
    pub users: Vec<Id<User>>,
}

impl Operation for RemovePeople {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = world.require_group(self.group)?;
        if self.users.is_empty() {
            return Err(Refusal::invalid(
                "users",
                "nobody is named; name at least one user",
            ));
        }
        let mut change = ChangeSet::new(OperationName::GroupRemovePeople);
        let mut seen = std::collections::BTreeSet::new();
        for id in self.users.iter().filter(|id| seen.insert(**id)) {
            let user = world.require_user(*id)?;
            let Some(direct) = world.direct(*id, group.id, self.kind) else {
                return Err(not_direct(world, context, user, group, self.kind));
            };
            change.push(direct.end());
        }
        Ok(change)
    }
}

/// Why somebody who has no direct place cannot be taken out, and what would.
fn not_direct(
    world: &World,
    context: &Context,
    user: &User,
    group: &Group,
    kind: MembershipKind,
) -> Refusal {
    let paths = world.paths(user.id, group.id, kind, context.now);
    let through = paths
        .first()
        .and_then(|path| world.group(path.direct.group));
    match through {
        Some(through) => Refusal::rule(
            RefusalCode::NotDirect,
            format!(
                "`{}` has {} in `{}` through `{}`",
                user.login,
                kind.noun(),
                group.name,
                through.name
            ),
            format!(
                "remove them from `{}`, or detach it from this group",
                through.name
            ),
        ),
        None => Refusal::not_found(
            Noun::from(kind),
            format!("{} in {}", user.login, group.name),
        ),
    }
}
