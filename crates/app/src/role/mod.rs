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
    Context, Edit, Expiry, Group, GroupKind, Id, Inclusion, Membership, MembershipKind, User,
    Validity, World,
    name::{Description, Name, Reason},
    record::Authority,
};

fn new_role(context: &Context, name: &Name, description: &Description) -> Group {
    Group {
        id: context.id(),
        name: name.clone(),
        description: description.clone(),
        kind: GroupKind::Role,
        authority: Authority::Managed,
        tags: Vec::new(),
    }
}

fn attach(
    world: &World,
    context: &Context,
    role: Id<Group>,
    target: &Group,
    kind: MembershipKind,
    until: Expiry,
    reason: &Reason,
) -> Edit<Inclusion> {
    let until = world.constraints_on(target).cap(kind, until, context.now);
    Edit::create(Inclusion {
        id: context.id(),
        child: role,
        target: target.id,
        kind,
        validity: Validity::new(context.now, until),
        reason: reason.clone(),
        granted_by: context.actor,
    })
}

fn join(
    context: &Context,
    role: Id<Group>,
    user: Id<User>,
    kind: MembershipKind,
    until: Expiry,
    reason: &Reason,
) -> Edit<Membership> {
    Edit::create(Membership {
        id: context.id(),
        user,
        group: role,
        kind,
        validity: Validity::new(context.now, until),
        reason: reason.clone(),
        granted_by: context.actor,
        request: None,
    })
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
