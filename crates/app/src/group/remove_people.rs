//! Remove people from a group.

use portcullis_model::{ChangeSet, Context, Edit, Group, Id, MembershipKind, Refusal, User, World};

use crate::{Operation, parts};

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
        let group = parts::group(world, self.group)?;
        if self.users.is_empty() {
            return Err(Refusal::invalid(
                "users",
                "nobody is named; name at least one user",
            ));
        }
        let mut change = ChangeSet::new("group.remove_people");
        let mut seen = std::collections::BTreeSet::new();
        for id in self.users.iter().filter(|id| seen.insert(**id)) {
            let user = parts::user(world, *id)?;
            let Some(direct) = world.direct(*id, group.id, self.kind) else {
                return Err(not_direct(world, context, user, group, self.kind));
            };
            change.push(Edit::end(direct.clone()));
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
            "not_direct",
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
            if kind == MembershipKind::Member {
                "membership"
            } else {
                "ownership"
            },
            format!("{} in {}", user.login, group.name),
        ),
    }
}
