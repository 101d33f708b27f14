//! Requests that wait, and what becomes of them: who decides, what granting makes, and the only ways
//! out of waiting.

use std::{borrow::Cow, collections::BTreeSet, ops::Deref};

use crate::{
    App, Change, Context, Edit, Expiry, Granted, Group, GroupKind, Id, Membership, MembershipKind,
    Refusal, RefusalCode, Request, State, Timestamp, User, Wants, World,
    name::Reason,
    request::{Resolution, WantsTarget},
};

impl Request {
    /// A new request, which waits.
    #[must_use]
    pub fn file(
        context: &Context,
        requester: Id<User>,
        wants: Wants,
        until: Expiry,
        reason: &Reason,
    ) -> Edit<Self> {
        Edit::create(Self {
            id: context.id(),
            requester,
            wants,
            reason: reason.clone(),
            until,
            created_at: context.now,
            state: State::Pending,
        })
    }
}

impl World {
    /// Until when tags would let what `request` asks for hold if it were granted at `now`: as asked, or
    /// nearer.
    #[must_use]
    pub fn most_of(&self, request: &Request, now: Timestamp) -> Expiry {
        match request.wants.place(self) {
            Some((group, kind)) if group.is_managed() => {
                self.constraints_on(&group).cap(kind, request.until, now)
            }
            _ => request.until,
        }
    }
}

/// A request that waits: the only thing that can be approved, rejected or withdrawn.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'w>(&'w Request);

impl Deref for Pending<'_> {
    type Target = Request;
    fn deref(&self) -> &Request {
        self.0
    }
}

impl World {
    /// The request `id`, which waits.
    ///
    /// # Errors
    /// [`RefusalCode::AlreadyResolved`] where it does not wait, or there is none.
    pub fn pending(&self, id: Id<Request>) -> Result<Pending<'_>, Refusal> {
        self.request(id).map(Pending).ok_or_else(|| {
            Refusal::conflict(
                RefusalCode::AlreadyResolved,
                "this request does not wait any more: somebody has decided it, or it was withdrawn",
                "load it again to see what became of it",
            )
        })
    }

    /// Every request that waits, in no order.
    pub fn all_pending(&self) -> impl Iterator<Item = Pending<'_>> {
        self.requests().map(Pending)
    }

    /// The pending requests that `user` is asked to decide, oldest first.
    #[must_use]
    pub fn waits_for(&self, user: Id<User>, now: Timestamp) -> Vec<&Request> {
        if self.requests().next().is_none() {
            return Vec::new();
        }
        let mut waiting = self.asked_of_owner(user, now);
        if self.is_admin(user, now) {
            waiting.extend(
                self.unsettled(now)
                    .filter(|(target, request)| {
                        request.requester != user
                            && self.falls_to_admins(*target, request.requester, now)
                    })
                    .map(|(_, request)| request),
            );
        }
        waiting.sort_unstable_by_key(|request| request.id);
        waiting
    }

    /// What is asked of the groups and apps that `user` owns, and of the groups of these apps that
    /// nobody else owns.
    fn asked_of_owner(&self, user: Id<User>, now: Timestamp) -> Vec<&Request> {
        let owned: BTreeSet<Id<Group>> = self.owned_by(user, now).map(|group| group.id).collect();
        let mut waiting = Vec::new();
        let others = |request: &&Request| request.requester != user;
        for id in &owned {
            waiting.extend(self.asked(WantsTarget::Group(*id)).filter(others));
            let app = self.group(*id).and_then(Group::app);
            let of_owners =
                |app: &Id<App>| self.owners_group(*app).map(|group| group.id) == Some(*id);
            let Some(app) = app.filter(of_owners) else {
                continue;
            };
            waiting.extend(self.asked(WantsTarget::App(app)).filter(others));
            for group in self
                .app_groups(app)
                .filter(|group| !owned.contains(&group.id))
            {
                let asked = self.asked(WantsTarget::Group(group.id)).filter(others);
                waiting.extend(asked.filter(|request| {
                    let (owner, asker) = (MembershipKind::Owner, Some(request.requester));
                    !self.anybody_in(group.id, owner, asker, now)
                }));
            }
        }
        waiting
    }

    /// Whether nobody owns what a request is about, nor its app, but perhaps who asks.
    fn falls_to_admins(&self, target: WantsTarget, asker: Id<User>, now: Timestamp) -> bool {
        let nobody_owns =
            |group: &Group| !self.anybody_in(group.id, MembershipKind::Owner, Some(asker), now);
        match target {
            WantsTarget::Group(group) => self.group(group).is_some_and(|group| {
                let of_app = group.app().and_then(|app| self.owners_group(app));
                nobody_owns(group) && of_app.is_none_or(nobody_owns)
            }),
            WantsTarget::App(app) => self.owners_group(app).is_some_and(nobody_owns),
            WantsTarget::Directory => true,
        }
    }
}

impl Pending<'_> {
    /// The edits that grant what was asked for: the request approved, and what that makes. Without
    /// another end, until the wanted one; tags may bring it nearer. Where no reason is given for
    /// what is granted, the requester's own counts.
    ///
    /// # Errors
    /// What was asked for, or who asked, is gone.
    pub fn approve(
        self,
        world: &World,
        context: &Context,
        until: Option<Expiry>,
        reason: &Reason,
    ) -> Result<Vec<Change>, Refusal> {
        world.require_user(self.requester)?;
        let until = until.unwrap_or(self.until);
        let why = if reason.is_empty() {
            &self.reason
        } else {
            reason
        };
        let (facts, granted, granted_until) =
            self.wants.grant(world, context, self.0, until, why)?;
        let approved = self.answered(context, granted, granted_until, reason);
        Ok(std::iter::once(approved.into()).chain(facts).collect())
    }

    /// The edit that says it is answered by something granted otherwise.
    #[must_use]
    pub fn answered(
        self,
        context: &Context,
        granted: Granted,
        granted_until: Expiry,
        reason: &Reason,
    ) -> Edit<Request> {
        self.resolved(State::Approved {
            resolution: resolution(context, reason),
            granted_until,
            granted,
        })
    }

    /// The edit that refuses it.
    #[must_use]
    pub fn reject(self, context: &Context, reason: &Reason) -> Edit<Request> {
        let resolution = resolution(context, reason);
        self.resolved(State::Rejected { resolution })
    }

    /// The edit that takes it back.
    #[must_use]
    pub fn withdraw(self, context: &Context, reason: &Reason) -> Edit<Request> {
        let resolution = resolution(context, reason);
        self.resolved(State::Withdrawn { resolution })
    }

    fn resolved(self, state: State) -> Edit<Request> {
        let after = Request {
            state,
            ..self.0.clone()
        };
        Edit::update(self.0.clone(), after)
    }
}

fn resolution(context: &Context, reason: &Reason) -> Resolution {
    Resolution {
        by: context.actor,
        at: context.now,
        reason: reason.clone(),
    }
}

impl Wants {
    /// Where granting it puts whom it is for, and as what: into a group, while that is there, or as
    /// its first owner into the new one as it would be.
    #[must_use]
    pub fn place<'w>(&self, world: &'w World) -> Option<(Cow<'w, Group>, MembershipKind)> {
        match self {
            Self::Membership { group, kind } | Self::Inclusion { group, kind, .. } => {
                Some((Cow::Borrowed(world.group(*group)?), *kind))
            }
            Self::NewGroup { .. } => {
                let new = self.new_group(Id::new(uuid::Uuid::nil()))?;
                Some((Cow::Owned(new), MembershipKind::Owner))
            }
        }
    }

    /// Whether it can be granted in this world: what it is about is there, and is ours to give.
    #[must_use]
    pub fn stands(&self, world: &World) -> bool {
        let managed = |group| world.group(group).is_some_and(Group::is_managed);
        match self {
            Self::Membership { group, .. } => managed(*group),
            Self::Inclusion { role, group, .. } => managed(*group) && world.group(*role).is_some(),
            Self::NewGroup { kind, tags, .. } => {
                let app = match kind {
                    GroupKind::App { app, .. } => world.app(*app).is_some(),
                    GroupKind::Group | GroupKind::Role => true,
                };
                app && tags.iter().all(|tag| world.tag(*tag).is_some())
            }
        }
    }

    /// Who is asked, other than `requester`: the owners of what it is about, else its app's, else
    /// admins.
    #[must_use]
    pub fn deciders<'w>(
        &self,
        world: &'w World,
        requester: Option<Id<User>>,
        now: Timestamp,
    ) -> Vec<&'w User> {
        let of_group = |group: &Group| world.deciders(group, requester, now);
        match self.target() {
            WantsTarget::Group(group) => world.group(group).map_or_else(Vec::new, of_group),
            WantsTarget::App(app) => world.owners_group(app).map_or_else(Vec::new, of_group),
            WantsTarget::Directory => world.admins(requester, now),
        }
    }

    /// The app whose owners have a say: the one that would get a group, or that the group is of.
    #[must_use]
    pub fn app(&self, world: &World) -> Option<Id<App>> {
        match self.target() {
            WantsTarget::Group(group) => world.group(group)?.app(),
            WantsTarget::App(app) => Some(app),
            WantsTarget::Directory => None,
        }
    }

    /// How it is called in sentences: `membership in Payroll`.
    #[must_use]
    pub fn label(&self, world: &World) -> String {
        let name = |group| {
            let group: Option<&Group> = world.group(group);
            group.map_or_else(
                || "a deleted group".to_owned(),
                |group| group.name.to_string(),
            )
        };
        match self {
            Self::Membership { group, kind } => format!("{} in {}", kind.noun(), name(*group)),
            Self::Inclusion { role, group, kind } => {
                format!("{} in {} for {}", kind.noun(), name(*group), name(*role))
            }
            Self::NewGroup { name, kind, .. } => format!("a new {} {name}", kind.noun()),
        }
    }

    /// Whether a membership granted to who asked gives what was asked for: itself, or a group it
    /// leads into.
    #[must_use]
    pub fn answered_by(&self, world: &World, granted: &Membership, now: Timestamp) -> bool {
        match self {
            Self::Membership { group, kind } => {
                (granted.group, granted.kind) == (*group, *kind)
                    || granted.kind == MembershipKind::Member
                        && world
                            .reach(granted.group, now)
                            .iter()
                            .any(|(reached, as_what)| (reached.id, *as_what) == (*group, *kind))
            }
            Self::Inclusion { .. } | Self::NewGroup { .. } => false,
        }
    }

    /// What granting it makes: the edits, what they grant and until when.
    fn grant(
        &self,
        world: &World,
        context: &Context,
        request: &Request,
        until: Expiry,
        reason: &Reason,
    ) -> Result<(Vec<Change>, Granted, Expiry), Refusal> {
        match self {
            Self::Membership { group, kind } => {
                let group = world.require_group(*group)?;
                let user = request.requester;
                let edit = world.grant_membership(context, user, group, *kind, until, reason);
                let Edit { before, after } = edit;
                let granted = after.ok_or_else(gone)?.answering(request.id);
                let (id, ends) = (granted.id, granted.validity.until);
                let edit = Edit {
                    before,
                    after: Some(Box::new(granted)),
                };
                Ok((vec![edit.into()], Granted::Membership(id), ends))
            }
            Self::Inclusion { role, group, kind } => {
                let (role, group) = (world.require_role(*role)?, world.require_group(*group)?);
                let edit = world.grant_inclusion(context, role.id, group, *kind, until, reason);
                let granted = edit.after.as_deref().ok_or_else(gone)?;
                let (id, ends) = (granted.id, granted.validity.until);
                Ok((vec![edit.into()], Granted::Inclusion(id), ends))
            }
            Self::NewGroup { .. } => {
                let group = self.new_group(context.id()).ok_or_else(gone)?;
                let owner = MembershipKind::Owner;
                let ends = world.constraints_on(&group).cap(owner, until, context.now);
                let owns =
                    Membership::grant(context, request.requester, group.id, owner, ends, reason);
                let granted = Granted::Group(group.id);
                let owns = Edit::create(owns.answering(request.id));
                Ok((vec![Edit::create(group).into(), owns.into()], granted, ends))
            }
        }
    }
}

/// An edit that grants has an after; this is for one that breaks its invariant.
fn gone() -> Refusal {
    Refusal::invalid("request", "what was asked for cannot be granted; ask anew")
}
