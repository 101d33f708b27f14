//! What ends along with something: what hangs on it, and the requests for it.

use portcullis_model::{Change, ChangeSet, Context, Edit, Group, Pending, World};

use crate::grants::reason;

/// Ends everything that hangs on a group, then the group.
pub(crate) fn delete_group(
    world: &World,
    context: &Context,
    group: &Group,
    change: &mut ChangeSet,
) {
    reject_requests(context, change, "the group was deleted", world, |request| {
        request.wants.groups().contains(&group.id)
    });
    for membership in world.direct_of_group(group.id) {
        change.push(membership.end());
    }
    for inclusion in world
        .targets_of(group.id)
        .chain(world.children_of(group.id))
    {
        let ended = |c: &Change| matches!(c, Change::Inclusion(e) if e.id() == Some(inclusion.id));
        if !change.changes.iter().any(ended) {
            change.push(inclusion.end());
        }
    }
    for entitlement in world.entitlements_of(group.id) {
        change.push(entitlement.end());
    }
    change.push(Edit::end(group.clone()));
}

/// Rejects pending requests whose subject goes away, those that are not rejected yet.
pub(crate) fn reject_requests(
    context: &Context,
    change: &mut ChangeSet,
    why: &str,
    world: &World,
    concerned: impl Fn(&Pending<'_>) -> bool,
) {
    for request in world.all_pending().filter(concerned) {
        let rejected = |c: &Change| matches!(c, Change::Request(e) if e.id() == Some(request.id));
        if !change.changes.iter().any(rejected) {
            change.push(request.reject(context, &reason(why)));
        }
    }
}
