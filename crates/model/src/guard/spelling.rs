//! One permission has one spelling, whoever writes it: names are compared without regard to case,
//! but rules look at letters, and one name must be one thing to them.

use std::collections::{HashMap, HashSet};

use crate::{Change, ChangeSet, Entitlement, Id, World, name::PermissionName};

/// Writes the permissions that `change` confers as the world writes them already, or, where the
/// change is about all that confer one, as the first in the change does. An edit that then changes
/// nothing is left out.
pub(super) fn join(world: &World, change: &mut ChangeSet) {
    let touched: HashSet<Id<Entitlement>> = change
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Entitlement(edit) => edit.id(),
            _ => None,
        })
        .collect();
    let mut spelled: HashMap<String, PermissionName> = HashMap::new();
    change.changes.retain_mut(|change| {
        let Change::Entitlement(edit) = change else {
            return true;
        };
        let after = edit.after.as_mut();
        let Some(permission) = after.and_then(|after| after.grant.named_mut()) else {
            return true;
        };
        let name = spelled.entry(permission.name.key()).or_insert_with(|| {
            let mut written = world.naming(&permission.name);
            let kept = written.find(|(entitlement, _)| !touched.contains(&entitlement.id));
            kept.map_or(&permission.name, |(_, written)| &written.name)
                .clone()
        });
        if permission.name == *name {
            return true;
        }
        permission.name.clone_from(name);
        edit.before != edit.after
    });
}
