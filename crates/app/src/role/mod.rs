//! Roles as team leads need them: made from a person, cloned, merged, split, each as one change.

mod clone;
mod from_person;
mod merge;
mod split;

pub use clone::{CloneRole, People};
pub use from_person::RoleFromPerson;
pub use merge::MergeRoles;
pub use split::SplitRole;

use portcullis_model::{
    Context, Group, GroupKind, Id, Membership, World,
    name::{Description, Name},
    record::Authority,
};

fn new_role(context: &Context, name: &Name, description: &Description) -> Group {
    Group {
        id: context.id(),
        source: None,
        name: name.clone(),
        description: description.clone(),
        kind: GroupKind::Role,
        authority: Authority::Portcullis,
        tags: Vec::new(),
    }
}

/// The direct people of a role that hold now.
fn people<'w>(
    world: &'w World,
    context: &Context,
    role: Id<Group>,
) -> impl Iterator<Item = &'w Membership> + use<'w> {
    let now = context.now;
    world
        .direct_of_group(role)
        .filter(move |m| m.validity.contains(now))
}
