//! Facts that grant access are made here and nowhere else: granted anew, extended, ended.
//!
//! Extending a fact that holds keeps its beginning. One that lapsed or has not begun yet holds from
//! now on, and never for the time between. What tags allow at most is seen to by [`World`]'s
//! `grant_…` functions, which know the tags.

use crate::{
    Actor, ConnectorId, Context, Credential, Digest, Edit, Entitlement, Expiry, Grant, Group, Id,
    Identity, Inclusion, Membership, MembershipKind, Purpose, Reason, Record, Refusal, Request,
    Timestamp, User, Validity, World, record::Authority,
};

/// A fact that grants access: who granted it, when it holds, and whose members it is about.
pub trait Fact: Record {
    /// Who granted it.
    fn granted_by(&self) -> Actor;
    /// When it holds.
    fn validity(&self) -> Validity;
    /// The group that it lets somebody into, or that confers it.
    fn group(&self) -> Id<Group>;
}

macro_rules! fact {
    ($($Name:ident in $group:ident),*) => {$(
        impl Fact for $Name {
            fn granted_by(&self) -> Actor {
                self.granted_by
            }
            fn validity(&self) -> Validity {
                self.validity
            }
            fn group(&self) -> Id<Group> {
                self.$group
            }
        }
    )*};
}
fact!(Membership in group, Inclusion in target, Entitlement in group);

/// When a fact holds that held `before` and is granted again.
fn renewed(before: Validity, context: &Context, until: Expiry) -> Validity {
    let from = if before.contains(context.now) {
        before.from
    } else {
        context.now
    };
    Validity::new(from, until)
}

impl Membership {
    /// `user` in `group` from now on, by whoever acts.
    #[must_use]
    pub fn grant(
        context: &Context,
        user: Id<User>,
        group: Id<Group>,
        kind: MembershipKind,
        until: Expiry,
        reason: &Reason,
    ) -> Self {
        Self {
            id: context.id(),
            user,
            group,
            kind,
            validity: Validity::new(context.now, until),
            reason: reason.clone(),
            granted_by: context.actor,
            request: None,
        }
    }

    /// The same fact granted again, until another end.
    #[must_use]
    pub fn extend(&self, context: &Context, until: Expiry, reason: &Reason) -> Self {
        Self {
            validity: renewed(self.validity, context, until),
            reason: reason.clone(),
            granted_by: context.actor,
            request: None,
            ..self.clone()
        }
    }

    /// The same grant with another end.
    #[must_use]
    pub fn ending(&self, until: Expiry) -> Self {
        Self {
            validity: Validity::new(self.validity.from, until),
            ..self.clone()
        }
    }

    /// The same grant as the answer to a request.
    #[must_use]
    pub fn answering(self, request: Id<Request>) -> Self {
        Self {
            request: Some(request),
            ..self
        }
    }

    /// The edit that ends it.
    #[must_use]
    pub fn end(&self) -> Edit<Self> {
        Edit::end(self.clone())
    }
}

impl Inclusion {
    /// The members of `child` in `target` from now on, by whoever acts.
    #[must_use]
    pub fn grant(
        context: &Context,
        child: Id<Group>,
        target: Id<Group>,
        kind: MembershipKind,
        until: Expiry,
        reason: &Reason,
    ) -> Self {
        Self {
            id: context.id(),
            child,
            target,
            kind,
            validity: Validity::new(context.now, until),
            reason: reason.clone(),
            granted_by: context.actor,
        }
    }

    /// The same fact granted again, until another end.
    #[must_use]
    pub fn extend(&self, context: &Context, until: Expiry, reason: &Reason) -> Self {
        Self {
            validity: renewed(self.validity, context, until),
            reason: reason.clone(),
            granted_by: context.actor,
            ..self.clone()
        }
    }

    /// The same grant with another end.
    #[must_use]
    pub fn ending(&self, until: Expiry) -> Self {
        Self {
            validity: Validity::new(self.validity.from, until),
            ..self.clone()
        }
    }

    /// The edit that ends it.
    #[must_use]
    pub fn end(&self) -> Edit<Self> {
        Edit::end(self.clone())
    }
}

impl Entitlement {
    /// `group` confers `grant` from now on, by whoever acts.
    #[must_use]
    pub fn grant(
        context: &Context,
        group: Id<Group>,
        grant: Grant,
        until: Expiry,
        reason: &Reason,
    ) -> Self {
        Self {
            id: context.id(),
            group,
            grant,
            validity: Validity::new(context.now, until),
            reason: reason.clone(),
            granted_by: context.actor,
        }
    }

    /// The same fact granted again as `grant`, until another end.
    #[must_use]
    pub fn extend(&self, context: &Context, grant: Grant, until: Expiry, reason: &Reason) -> Self {
        Self {
            grant,
            validity: renewed(self.validity, context, until),
            reason: reason.clone(),
            granted_by: context.actor,
            ..self.clone()
        }
    }

    /// The edit that ends it.
    #[must_use]
    pub fn end(&self) -> Edit<Self> {
        Edit::end(self.clone())
    }
}

impl Credential {
    /// A secret of `user`, from now until `until`.
    #[must_use]
    pub fn issue(
        context: &Context,
        user: Id<User>,
        digest: Digest,
        purpose: Purpose,
        until: Expiry,
    ) -> Self {
        Self {
            id: context.id(),
            user,
            digest,
            purpose,
            validity: Validity::new(context.now, until),
            made_by: context.actor,
        }
    }

    /// The edit that ends it.
    #[must_use]
    pub fn end(&self) -> Edit<Self> {
        Edit::end(self.clone())
    }

    /// The edit that lets it end at `until` at the latest.
    #[must_use]
    pub fn end_by(&self, until: Timestamp) -> Edit<Self> {
        let until = self.validity.until.min(Expiry::at(until));
        let after = Self {
            validity: Validity::new(self.validity.from, until),
            ..self.clone()
        };
        Edit::update(self.clone(), after)
    }
}

/// More letters than this identify nobody in another system.
const MOST_OF_AN_ID: usize = 255;

impl Identity {
    /// The edit that says who a user is elsewhere.
    ///
    /// # Errors
    /// The external id is empty or too long.
    pub fn link(
        context: &Context,
        user: Id<User>,
        connector: ConnectorId,
        external_id: &str,
    ) -> Result<Edit<Self>, Refusal> {
        if external_id.is_empty() || external_id.chars().count() > MOST_OF_AN_ID {
            let wrong = format!("an id in another system has 1 to {MOST_OF_AN_ID} characters");
            return Err(Refusal::invalid("external_id", wrong));
        }
        Ok(Edit::create(Self {
            id: context.id(),
            user,
            connector,
            external_id: external_id.into(),
        }))
    }
}

/// Why a group is closed to a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Its members administer Portcullis.
    BuiltIn,
    /// That outside system is the authority over it.
    Outside(ConnectorId),
    /// People or another source keep it.
    Kept,
}

impl World {
    /// Whether `fact` is `source`'s to change and end: it granted it, or is the authority over the
    /// group.
    #[must_use]
    pub fn belongs_to(&self, source: ConnectorId, fact: &impl Fact) -> bool {
        let authority = || self.group(fact.group()).map(|group| group.authority);
        fact.granted_by() == Actor::Connector(source)
            || authority() == Some(Authority::External(source))
    }

    /// Why `group` is not `source`'s to fill or change, if it is not.
    #[must_use]
    pub fn closed_to(&self, source: ConnectorId, group: &Group) -> Option<Closed> {
        let kept_by_another = group.source != Some(source);
        match group.authority {
            _ if self.is_built_in(group) => Some(Closed::BuiltIn),
            Authority::Portcullis => kept_by_another.then_some(Closed::Kept),
            // Earlier versions did not say which outside system it is.
            Authority::External(ConnectorId::EXTERNAL) => (group.source.is_some()
                && kept_by_another)
                .then_some(Closed::Outside(ConnectorId::EXTERNAL)),
            Authority::External(other) => (other != source).then_some(Closed::Outside(other)),
        }
    }

    /// Whether a source may say what `group` confers though another keeps it. Only one that a source
    /// keeps: people cannot give another of theirs its name and get what is said of it.
    #[must_use]
    pub fn is_open_to_grants(&self, group: &Group) -> bool {
        group.source.is_some() && group.is_managed() && !self.is_built_in(group)
    }

    /// The edit that puts `user` into `group`, or moves the end of who is in it directly. Tags on
    /// the group may bring the end nearer, and so does the end of an agent's sponsor there.
    #[must_use]
    pub fn grant_membership(
        &self,
        context: &Context,
        user: Id<User>,
        group: &Group,
        kind: MembershipKind,
        wanted: Expiry,
        reason: &Reason,
    ) -> Edit<Membership> {
        let until = self.constraints_on(group).cap(kind, wanted, context.now);
        let sponsor = self.sponsor_of(user);
        let cover = sponsor.and_then(|it| self.holds(it.id, group.id, kind, context.now));
        let until = cover.map_or(until, |cover| until.min(cover));
        self.mirror_membership(context, user, group.id, kind, until, reason)
    }

    /// The same until just that end, whatever tags say: for what is so already, here or outside.
    #[must_use]
    pub fn mirror_membership(
        &self,
        context: &Context,
        user: Id<User>,
        group: Id<Group>,
        kind: MembershipKind,
        until: Expiry,
        reason: &Reason,
    ) -> Edit<Membership> {
        match self.direct(user, group, kind) {
            Some(there) => Edit::update(there.clone(), there.extend(context, until, reason)),
            None => Edit::create(Membership::grant(context, user, group, kind, until, reason)),
        }
    }

    /// The edit that lets the members of `child` into `target`, or moves the end of that. Tags on
    /// the target may bring the end nearer.
    #[must_use]
    pub fn grant_inclusion(
        &self,
        context: &Context,
        child: Id<Group>,
        target: &Group,
        kind: MembershipKind,
        wanted: Expiry,
        reason: &Reason,
    ) -> Edit<Inclusion> {
        let until = self.constraints_on(target).cap(kind, wanted, context.now);
        self.mirror_inclusion(context, child, target.id, kind, until, reason)
    }

    /// The same until just that end, whatever tags say.
    #[must_use]
    pub fn mirror_inclusion(
        &self,
        context: &Context,
        child: Id<Group>,
        target: Id<Group>,
        kind: MembershipKind,
        until: Expiry,
        reason: &Reason,
    ) -> Edit<Inclusion> {
        match self.inclusion_of(child, target, kind) {
            Some(there) => Edit::update(there.clone(), there.extend(context, until, reason)),
            None => Edit::create(Inclusion::grant(
                context, child, target, kind, until, reason,
            )),
        }
    }

    /// The edit that makes `group` confer `grant`, in place of what it confers under that name.
    #[must_use]
    pub fn grant_entitlement(
        &self,
        context: &Context,
        group: Id<Group>,
        grant: Grant,
        until: Expiry,
        reason: &Reason,
    ) -> Edit<Entitlement> {
        match self.conferred(group, &grant) {
            Some(there) => {
                let after = there.extend(context, grant, until, reason);
                Edit::update(there.clone(), after)
            }
            None => Edit::create(Entitlement::grant(context, group, grant, until, reason)),
        }
    }

    /// What `group` confers under the name of `grant`.
    #[must_use]
    pub fn conferred(&self, group: Id<Group>, grant: &Grant) -> Option<&Entitlement> {
        let (kind, key) = (grant.kind(), grant.key());
        self.entitlements_of(group)
            .find(|there| there.grant.kind() == kind && there.grant.key() == key)
    }
}
