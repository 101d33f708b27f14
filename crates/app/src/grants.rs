//! What a grant brings along: requests that it answers, and ends that tags cut.

use std::collections::HashMap;

use portcullis_model::{
    Action, Actor, Change, ChangeSet, Context, Edit, Granted, Group, Id, Membership,
    MembershipKind, Pending, Reason, Refusal, Request, Target, World, may,
};

/// A reason in our own words; the texts used here are short and plain.
pub(crate) fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap_or_default()
}

/// Settles the pending requests that `granted` answers: of the person's `own` the one for that group,
/// and those for groups that it leads into. What the actor may not decide goes on waiting: whoever may put
/// people into a role need not own what it opens.
fn settle_requests(
    world: &World,
    context: &Context,
    granted: &Membership,
    own: &[Pending<'_>],
    except: Option<Id<Request>>,
    change: &mut ChangeSet,
) {
    let answered = own.iter().filter(|request| {
        Some(request.id) != except && request.wants.answered_by(world, granted, context.now)
    });
    for request in answered {
        let edit = if context.actor == Actor::User(request.requester) {
            request.withdraw(context, &granted.reason)
        } else {
            let target = Target::Request(request);
            if may(world, context, Action::ApproveRequest, target).is_err() {
                continue;
            }
            let fact = Granted::Membership(granted.id);
            request.answered(context, fact, granted.validity.until, &granted.reason)
        };
        let settled =
            |change: &Change| matches!(change, Change::Request(e) if e.id() == Some(request.id));
        if !change.changes.iter().any(settled) {
            change.push(edit);
        }
    }
}

/// Settles what the grants in `change` answer, on the world it leaves: for who is put into a group,
/// and for all who are in one that is put into another. `except` is the request being decided.
pub(crate) fn settle_granted(
    world: &World,
    context: &Context,
    except: Option<Id<Request>>,
    change: &mut ChangeSet,
) -> Result<(), Refusal> {
    if world.requests().next().is_none() {
        return Ok(());
    }
    let after = world.after(change)?;
    let mut granted: Vec<Membership> = Vec::new();
    for edit in &change.changes {
        match edit {
            Change::Membership(edit) => granted.extend(edit.after.as_deref().cloned()),
            Change::Inclusion(edit) => {
                let role = edit.after.as_deref().map(|inclusion| inclusion.child);
                let members = role
                    .into_iter()
                    .flat_map(|role| after.direct_of_group(role));
                let members = members.filter(|m| {
                    m.kind == MembershipKind::Member && m.validity.contains(context.now)
                });
                granted.extend(members.cloned());
            }
            Change::User(_)
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
    let mut pending: HashMap<_, Vec<_>> = HashMap::new();
    for request in after.all_pending() {
        pending.entry(request.requester).or_default().push(request);
    }
    for granted in &granted {
        if let Some(own) = pending.get(&granted.user) {
            settle_requests(&after, context, granted, own, except, change);
        }
    }
    Ok(())
}

/// Cuts what lasts longer than the tags on `groups` allow, as they are in `world`. Never extends.
pub(crate) fn shrink<'w>(
    world: &'w World,
    context: &Context,
    groups: impl Iterator<Item = &'w Group>,
    change: &mut ChangeSet,
) {
    for group in groups.filter(|group| group.is_managed()) {
        let constraints = world.constraints_on(group);
        for m in world.direct_of_group(group.id) {
            let until = constraints.cap(m.kind, m.validity.until, context.now);
            if until < m.validity.until {
                change.push(Edit::update(m.clone(), m.ending(until)));
            }
        }
        for i in world.children_of(group.id) {
            let until = constraints.cap(i.kind, i.validity.until, context.now);
            if until < i.validity.until {
                change.push(Edit::update(i.clone(), i.ending(until)));
            }
        }
    }
}

/// Adds to `change`, which has changed tags, the cuts that follow for `groups`.
pub(crate) fn shrink_after(
    world: &World,
    context: &Context,
    groups: &[Id<Group>],
    change: &mut ChangeSet,
) -> Result<(), Refusal> {
    let after = world.after(change)?;
    let groups = groups.iter().filter_map(|id| after.group(*id));
    shrink(&after, context, groups, change);
    Ok(())
}
