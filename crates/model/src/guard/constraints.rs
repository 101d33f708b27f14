//! What tags demand: time limits, reasons, no self-add; also through roles and apps.

use super::further::reaches_further;
use crate::{
    Actor, Change, ChangeSet, Constraints, Context, Edit, Group, Id, Inclusion, Membership,
    MembershipKind, Refusal, RefusalCode, SystemActor, User, World,
};

pub(super) fn check(
    before: &World,
    after: &World,
    change: &ChangeSet,
    context: &Context,
) -> Result<(), Refusal> {
    // Time only ends things.
    if context.actor == Actor::System(SystemActor::Time) {
        return Ok(());
    }
    for change in &change.changes {
        match change {
            Change::Membership(edit) if reaches_further(edit, |m| m.validity) => {
                membership(before, after, edit, context)?;
            }
            Change::Inclusion(edit) if reaches_further(edit, |i| i.validity) => {
                inclusion(before, after, edit, context)?;
            }
            Change::Membership(_)
            | Change::Inclusion(_)
            | Change::User(_)
            | Change::Group(_)
            | Change::App(_)
            | Change::Tag(_)
            | Change::Entitlement(_)
            | Change::Request(_)
            | Change::Resource(_)
            | Change::Identity(_)
            | Change::Credential(_)
            | Change::Preferences(_)
            | Change::Provider(_) => {}
        }
    }
    Ok(())
}

fn membership(
    before: &World,
    after: &World,
    edit: &Edit<Membership>,
    context: &Context,
) -> Result<(), Refusal> {
    let Some(membership) = &edit.after else {
        return Ok(());
    };
    let Some(group) = after.group(membership.group) else {
        return Ok(());
    };
    if mirrors(context, group) {
        return Ok(());
    }
    let kind = membership.kind;
    let demands = after.constraints_on(group);
    within_limit(demands, kind, membership.validity.until, group, context)?;

    let mut concerned = vec![(group, kind)];
    if kind == MembershipKind::Member {
        concerned.extend(after.reach(group.id, context.now));
    }
    let oneself = acts_for(before, context, membership.user);
    for (concerned, kind) in concerned {
        let demands = after.constraints_on(concerned);
        if demands.reason_required(kind) && membership.reason.is_empty() {
            return Err(reason_required(concerned, kind, group));
        }
        if oneself && demands.self_add_disallowed(kind) {
            return Err(self_add(concerned, kind, group));
        }
    }
    Ok(())
}

fn inclusion(
    before: &World,
    after: &World,
    edit: &Edit<Inclusion>,
    context: &Context,
) -> Result<(), Refusal> {
    let Some(inclusion) = &edit.after else {
        return Ok(());
    };
    let (Some(target), Some(role)) = (after.group(inclusion.target), after.group(inclusion.child))
    else {
        return Ok(());
    };
    if mirrors(context, target) {
        return Ok(());
    }
    let kind = inclusion.kind;
    let demands = after.constraints_on(target);
    within_limit(demands, kind, inclusion.validity.until, target, context)?;
    let mut concerned = vec![(target, kind)];
    if kind == MembershipKind::Member {
        concerned.extend(after.reach(target.id, context.now));
    }
    let oneself = context.actor.user().is_some_and(|user| {
        acts_for(before, context, user) && gets_into(after, user, role, context)
    });
    for (concerned, kind) in concerned {
        let demands = after.constraints_on(concerned);
        if demands.reason_required(kind) && inclusion.reason.is_empty() {
            return Err(reason_required(concerned, kind, role));
        }
        if oneself && demands.self_add_disallowed(kind) {
            return Err(self_add(concerned, kind, role));
        }
    }
    Ok(())
}

/// Whether what an outside system says is so in `group` is mirrored as it is: it is the authority.
fn mirrors(context: &Context, group: &Group) -> bool {
    context.actor.mirrors() && !group.is_managed()
}

/// Whether `user` is a member of `role` or will be without anybody's doing: a membership that only
/// begins tomorrow must not let somebody attach the role today.
fn gets_into(world: &World, user: Id<User>, role: &Group, context: &Context) -> bool {
    world
        .direct_of_user(user)
        .filter(|m| m.kind == MembershipKind::Member && !m.validity.until.is_past(context.now))
        .any(|m| m.group == role.id || world.leads_into(m.group, role.id, context.now))
}

/// Whether the actor acts on their own access: is that user, and not an admin.
fn acts_for(world: &World, context: &Context, user: Id<User>) -> bool {
    context.actor == Actor::User(user) && !world.is_admin(user, context.now)
}

fn within_limit(
    demands: Constraints,
    kind: MembershipKind,
    until: crate::Expiry,
    group: &Group,
    context: &Context,
) -> Result<(), Refusal> {
    let most = demands.cap(kind, until, context.now);
    if until <= most {
        return Ok(());
    }
    Err(Refusal::rule(
        RefusalCode::TimeLimit,
        format!(
            "a tag lets a {} in `{}` last until {most} at most",
            kind.noun(),
            group.name
        ),
        "choose an earlier end",
    ))
}

fn reason_required(demanding: &Group, kind: MembershipKind, entered: &Group) -> Refusal {
    let through = if demanding.id == entered.id {
        String::new()
    } else {
        format!(", which `{}` leads into", entered.name)
    };
    Refusal::rule(
        RefusalCode::ReasonRequired,
        format!(
            "a tag on `{}`{through} asks for a reason for every {}",
            demanding.name,
            kind.noun()
        ),
        "say why in the reason",
    )
}

fn self_add(demanding: &Group, kind: MembershipKind, entered: &Group) -> Refusal {
    let through = if demanding.id == entered.id {
        String::new()
    } else {
        format!(" through `{}`", entered.name)
    };
    Refusal::rule(
        RefusalCode::SelfAdd,
        format!(
            "a tag on `{}` stops you giving yourself {}{through}",
            demanding.name,
            kind.noun()
        ),
        "ask another owner",
    )
}
