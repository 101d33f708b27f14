//! Pieces that several operations are made of: finding what was named, ending what hangs on a
//! thing, cutting ends to what tags allow, settling requests that a grant answers.

use portcullis_model::{
    Action, Actor, App, Change, ChangeSet, Context, Edit, Entitlement, Expiry, Grant, Group, Id,
    Membership, MembershipKind, Refusal, Request, State, Tag, Target, User, Validity, World, may,
    name::Reason, request::Resolution,
};

pub(crate) fn user(world: &World, id: Id<User>) -> Result<&User, Refusal> {
    world.user(id).ok_or_else(|| Refusal::not_found("user", id))
}

pub(crate) fn group(world: &World, id: Id<Group>) -> Result<&Group, Refusal> {
    world
        .group(id)
        .ok_or_else(|| Refusal::not_found("group", id))
}

pub(crate) fn role(world: &World, id: Id<Group>) -> Result<&Group, Refusal> {
    world
        .group(id)
        .filter(|group| group.is_role())
        .ok_or_else(|| Refusal::not_found("role", id))
}

pub(crate) fn app(world: &World, id: Id<App>) -> Result<&App, Refusal> {
    world.app(id).ok_or_else(|| Refusal::not_found("app", id))
}

pub(crate) fn tag(world: &World, id: Id<Tag>) -> Result<&Tag, Refusal> {
    world.tag(id).ok_or_else(|| Refusal::not_found("tag", id))
}

/// What `group` confers under the name of `grant`.
pub(crate) fn conferred<'w>(
    world: &'w World,
    group: Id<Group>,
    grant: &Grant,
) -> Option<&'w Entitlement> {
    let (kind, key) = (grant.kind(), grant.key());
    world
        .entitlements_of(group)
        .find(|there| there.grant.kind() == kind && there.grant.key() == key)
}

/// A reason in our own words; the texts used here are short and plain.
pub(crate) fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap_or_default()
}

/// The edit that gives `user` a direct place in `group`, new or moved to another end.
pub(crate) fn place(
    world: &World,
    context: &Context,
    user: Id<User>,
    group: &Group,
    kind: MembershipKind,
    wanted: Expiry,
    reason: &Reason,
) -> Edit<Membership> {
    let until = world.constraints_on(group).cap(kind, wanted, context.now);
    match world.direct(user, group.id, kind) {
        Some(before) if before.validity.contains(context.now) => {
            let after = Membership {
                validity: Validity::new(before.validity.from, until),
                reason: reason.clone(),
                granted_by: context.actor,
                request: None,
                ..before.clone()
            };
            Edit::update(before.clone(), after)
        }
        // One that lapsed or has not begun is replaced: the new one holds from now on.
        Some(before) => {
            let validity = Validity::new(context.now, until);
            let after = Membership {
                validity,
                reason: reason.clone(),
                granted_by: context.actor,
                request: None,
                ..before.clone()
            };
            Edit::update(before.clone(), after)
        }
        None => Edit::create(Membership {
            id: context.id(),
            user,
            group: group.id,
            kind,
            validity: Validity::new(context.now, until),
            reason: reason.clone(),
            granted_by: context.actor,
            request: None,
        }),
    }
}

/// Settles the pending requests that `granted` answers: the person's own for that place, and those
/// for groups that the place leads into. What the actor may not decide goes on waiting: whoever
/// may put people into a role need not own what it opens.
pub(crate) fn settle_requests(
    world: &World,
    context: &Context,
    granted: &Membership,
    except: Option<Id<Request>>,
    change: &mut ChangeSet,
) {
    let mut reached = vec![(granted.group, granted.kind)];
    if granted.kind == MembershipKind::Member {
        reached.extend(
            world
                .reach(granted.group, context.now)
                .iter()
                .map(|(g, k)| (g.id, *k)),
        );
    }
    let answered = world.requests().filter(|request| {
        request.requester == granted.user
            && Some(request.id) != except
            && reached.contains(&(request.wants.group(), request.wants.kind()))
    });
    for request in answered {
        let resolution = Resolution {
            by: context.actor,
            at: context.now,
            reason: granted.reason.clone(),
        };
        let state = if context.actor == Actor::User(request.requester) {
            State::Withdrawn { resolution }
        } else {
            let target = Target::Request(request);
            if may(world, context, Action::ApproveRequest, target).is_err() {
                continue;
            }
            State::Approved {
                resolution,
                granted_until: granted.validity.until,
                membership: granted.id,
            }
        };
        if !change
            .changes
            .iter()
            .any(|c| matches!(c, Change::Request(e) if e.id() == Some(request.id)))
        {
            change.push(Edit::update(
                request.clone(),
                Request {
                    state,
                    ..request.clone()
                },
            ));
        }
    }
}

/// Ends everything that hangs on a group, then the group.
pub(crate) fn delete_group(
    world: &World,
    context: &Context,
    group: &Group,
    change: &mut ChangeSet,
) {
    reject_requests(context, change, "the group was deleted", world, |request| {
        request.wants.group() == group.id
    });
    for membership in world.direct_of_group(group.id) {
        change.push(Edit::end(membership.clone()));
    }
    for inclusion in world
        .targets_of(group.id)
        .chain(world.children_of(group.id))
    {
        let ended = |c: &Change| matches!(c, Change::Inclusion(e) if e.id() == Some(inclusion.id));
        if !change.changes.iter().any(ended) {
            change.push(Edit::end(inclusion.clone()));
        }
    }
    for entitlement in world.entitlements_of(group.id) {
        change.push(Edit::end(entitlement.clone()));
    }
    change.push(Edit::end(group.clone()));
}

/// Rejects pending requests whose subject goes away.
pub(crate) fn reject_requests(
    context: &Context,
    change: &mut ChangeSet,
    why: &str,
    world: &World,
    concerned: impl Fn(&Request) -> bool,
) {
    for request in world.requests().filter(|request| concerned(request)) {
        let resolution = Resolution {
            by: context.actor,
            at: context.now,
            reason: reason(why),
        };
        let state = State::Rejected { resolution };
        change.push(Edit::update(
            request.clone(),
            Request {
                state,
                ..request.clone()
            },
        ));
    }
}

/// Cuts what lasts longer than the tags on `groups` allow, as they are in `world`. Never extends.
pub(crate) fn shrink<'w>(
    world: &'w World,
    context: &Context,
    groups: impl Iterator<Item = &'w Group>,
    change: &mut ChangeSet,
) {
    for group in groups.filter(|group| group.is_managed()) {
        let demands = world.constraints_on(group);
        for membership in world.direct_of_group(group.id) {
            let until = demands.cap(membership.kind, membership.validity.until, context.now);
            if until < membership.validity.until {
                let validity = Validity {
                    until,
                    ..membership.validity
                };
                let after = Membership {
                    validity,
                    ..membership.clone()
                };
                change.push(Edit::update(membership.clone(), after));
            }
        }
        for inclusion in world.children_of(group.id) {
            let until = demands.cap(inclusion.kind, inclusion.validity.until, context.now);
            if until < inclusion.validity.until {
                let validity = Validity {
                    until,
                    ..inclusion.validity
                };
                let after = portcullis_model::Inclusion {
                    validity,
                    ..inclusion.clone()
                };
                change.push(Edit::update(inclusion.clone(), after));
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
