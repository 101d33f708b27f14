//! Who is in what and what it confers: granted, renewed, moved, ended, or told as drift.

use std::collections::{HashMap, HashSet};

use portcullis_model::{Change, Edit, Expiry, Grant, Group, Id, MembershipKind, Timestamp, User};

use super::Reconcile;
use crate::sync::{Count, Desired, DriftCode, FactKind, Said, drift::Told};

/// Whose, where, and as what.
type Place = (Id<User>, Id<Group>, MembershipKind);

impl Reconcile<'_> {
    fn covers(&self, kind: FactKind, group: Id<Group>) -> bool {
        let inside = |only: &HashSet<_>| only.contains(&group);
        self.kinds.contains(&kind) && self.only.as_ref().is_none_or(inside)
    }

    /// Whether what is said of `group` is to be granted, or granted again: not where it holds as
    /// said, whoever granted it, and not where what holds instead is somebody else's. `most` is
    /// until when tags let it hold.
    fn grants<F: Told>(
        &mut self,
        said: &Said,
        group: Id<Group>,
        most: Expiry,
        there: Option<&F>,
        same: impl Fn(&F) -> bool,
    ) -> bool {
        let now = self.context.now;
        let there = there.filter(|there| !there.validity().until.is_past(now));
        let as_said = |there: &F| {
            let holds = there.validity();
            // Where a tag brings the end nearer, reading the source again does not move it on.
            let ends = |until| until == holds.until || most < until && holds.until < until;
            holds.contains(now) && said.until.is_none_or(ends)
        };
        let open = F::COUNTED == FactKind::Entitlement && self.confers.contains(&group);
        if there.is_some_and(|there| as_said(there) && same(there))
            || !open && self.is_closed(group, said)
        {
            return false;
        }
        let Some(there) = there else {
            return true;
        };
        let (holds, same) = (there.validity(), same(there));
        if self.world.belongs_to(self.source, there) {
            return true;
        }
        let told = there.told(self.world);
        let (code, message) = if same {
            let message = format!(
                "{told} was not granted by this source, and holds from {} until {}",
                holds.from, holds.until
            );
            (DriftCode::OtherTime, message)
        } else {
            let message = format!(
                "the group confers another {told}, which this source did not grant; rename this one, or remove that one first"
            );
            (DriftCode::OtherEntitlement, message)
        };
        self.drift(code, &said.at, message);
        false
    }

    /// Ends what the source no longer says, and tells who else is where it lists who is in.
    fn ends<'f, F: Told + 'f>(
        &mut self,
        facts: impl Iterator<Item = &'f F>,
        groups: impl Iterator<Item = Id<Group>>,
        said: impl Fn(&F) -> bool,
    ) where
        Change: From<Edit<F>>,
    {
        let said_here = groups
            .filter(|group| self.covers(F::COUNTED, *group))
            .count();
        let mut count = Count {
            said: said_here,
            ..Count::default()
        };
        for fact in facts {
            if !self.covers(F::COUNTED, fact.group()) {
                continue;
            }
            let holds = usize::from(!fact.validity().until.is_past(self.context.now));
            if self.world.belongs_to(self.source, fact) {
                count.held += holds;
                let silent = |what| self.unsaid.contains(&(fact.group(), what));
                if !said(fact) && !fact.part().is_some_and(silent) {
                    count.ended += holds;
                    self.plan.edits.push(Edit::end(fact.clone()).into());
                }
            } else if holds > 0
                && F::COUNTED != FactKind::Entitlement
                && self.listed.contains(&fact.group())
                && !said(fact)
            {
                let told = fact.told(self.world);
                let message = format!("{told} was granted here, and the source does not say so");
                self.drift(DriftCode::Extra, "", message);
            }
        }
        self.plan.counts.insert(F::COUNTED, count);
    }

    /// Whether the source may not fill `group`, which is told.
    fn is_closed(&mut self, group: Id<Group>, said: &Said) -> bool {
        let there = self.world.group(group);
        let closed = there.and_then(|group| self.world.closed_to(self.source, group));
        if let (Some(there), Some(why)) = (there, closed) {
            self.foreign(there, Some(why), &said.at);
        }
        closed.is_some()
    }

    /// Until when tags let a fact hold in `group`; in one that is the source's mirror it holds as
    /// said.
    fn capped(&self, group: Id<Group>, kind: MembershipKind, until: Expiry) -> Expiry {
        let group = self.world.group(group).or_else(|| self.made.get(&group));
        group
            .filter(|group| group.is_managed())
            .map_or(until, |group| {
                let demands = self.world.constraints_on(group);
                demands.cap(kind, until, self.context.now)
            })
    }

    pub(super) fn memberships(&mut self, desired: &Desired) {
        let (world, context) = (self.world, self.context);
        let (mut said, mut of_agents) = (HashMap::new(), Vec::new());
        for wanted in &desired.memberships {
            let how = &wanted.said;
            let user = self.user_of(&wanted.user, &how.at);
            let group = self.group_of(&wanted.group, &how.at);
            let (Some(user), Some(group), Some(until)) = (user, group, how.end(context.now)) else {
                continue;
            };
            let place = (user, group, wanted.kind);
            if world.is_agent(user) {
                of_agents.push((how, place, until));
            } else {
                self.place(&mut said, how, place, until);
            }
        }
        for (how, place, until) in of_agents {
            match self.covered(place, until, &said) {
                Some(until) => self.place(&mut said, how, place, until),
                None => {
                    let message = "an agent is a member only where its sponsor is";
                    self.drift(DriftCode::BeyondSponsor, &how.at, message.to_owned());
                }
            }
        }
        let groups = said.keys().map(|(_, group, _)| *group);
        self.ends(world.memberships(), groups, |m| {
            said.contains_key(&(m.user, m.group, m.kind))
        });
    }

    fn place(
        &mut self,
        said: &mut HashMap<Place, Expiry>,
        how: &Said,
        (user, group, kind): Place,
        until: Expiry,
    ) {
        let (world, context) = (self.world, self.context);
        let until = self.capped(group, kind, until);
        let new = said.insert((user, group, kind), until).is_none();
        let there = world.direct(user, group, kind);
        if new && self.grants(how, group, until, there, |_| true) {
            let edit = world.mirror_membership(context, user, group, kind, until, &how.reason);
            self.plan.edits.push(edit.into());
        }
    }

    /// Until when an agent may be in a place: no longer than its sponsor, by what the source says of them,
    /// else by what is not the source's.
    fn covered(
        &self,
        (agent, group, kind): Place,
        until: Expiry,
        said: &HashMap<Place, Expiry>,
    ) -> Option<Expiry> {
        let world = self.world;
        let sponsor = world.sponsor_of(agent)?.id;
        if kind == MembershipKind::Owner {
            return None;
        }
        let others = || {
            let own = world.direct(sponsor, group, kind);
            let ends = own.is_some_and(|fact| world.belongs_to(self.source, fact));
            let held = world.holds(sponsor, group, kind, self.context.now);
            held.filter(|_| !ends)
        };
        let cover = said.get(&(sponsor, group, kind)).copied().or_else(others)?;
        Some(until.min(cover))
    }

    pub(super) fn inclusions(&mut self, desired: &Desired) {
        let (world, context) = (self.world, self.context);
        let mut said = HashSet::new();
        for wanted in &desired.inclusions {
            let (how, kind) = (&wanted.said, wanted.kind);
            let child = self.group_of(&wanted.child, &how.at);
            let group = self.group_of(&wanted.target, &how.at);
            let (Some(child), Some(group), Some(until)) = (child, group, how.end(context.now))
            else {
                continue;
            };
            let there = world.inclusion_of(child, group, kind);
            let until = self.capped(group, kind, until);
            if said.insert((child, group, kind))
                && self.grants(how, group, until, there, |_| true)
                // By a name alone nobody's people get into what the source fills.
                && !self.is_closed(child, how)
            {
                let edit = world.mirror_inclusion(context, child, group, kind, until, &how.reason);
                self.plan.edits.push(edit.into());
            }
        }
        let groups = said.iter().map(|(_, group, _)| *group);
        self.ends(world.inclusions(), groups, |i| {
            said.contains(&(i.child, i.target, i.kind))
        });
    }

    pub(super) fn entitlements(&mut self, desired: &Desired) {
        let (world, context) = (self.world, self.context);
        let mut said: HashMap<_, &Grant> = HashMap::new();
        for wanted in &desired.entitlements {
            let (how, grant) = (&wanted.said, &wanted.grant);
            let group = self.group_of(&wanted.group, &how.at);
            let (Some(group), Some(until)) = (group, how.end(context.now)) else {
                continue;
            };
            let key = (group, grant.kind(), grant.key());
            if let Some(before) = said.insert(key, grant) {
                if !grant.says_the_same(before) {
                    let message = format!("`{}` stands here twice", grant.label());
                    self.drift(DriftCode::SaidTwice, &how.at, message);
                }
                continue;
            }
            let there = world.conferred(group, grant);
            if self.grants(how, group, until, there, |e| grant.says_the_same(&e.grant)) {
                let edit =
                    world.grant_entitlement(context, group, grant.clone(), until, &how.reason);
                self.plan.edits.push(edit.into());
            }
        }
        let groups = said.keys().map(|(group, ..)| *group);
        self.ends(world.entitlements(), groups, |e| {
            said.contains_key(&(e.group, e.grant.kind(), e.grant.key()))
        });
    }
}

impl Said {
    /// Until when it is granted; `None` where it has ended already, as if it were not said.
    fn end(&self, now: Timestamp) -> Option<Expiry> {
        let until = self.until.unwrap_or(Expiry::NEVER);
        (!until.is_past(now)).then_some(until)
    }
}
