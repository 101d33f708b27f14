//! Whom a change reaches by rules: who is judged by lists that it touches.

use std::collections::{BTreeSet, HashMap};

use portcullis_model::{
    Change, ChangeSet, Group, Id, MembershipKind, Timestamp, User, UserKind, World,
};

/// Whom a change reaches by rules.
pub(super) struct Reached<'w> {
    worlds: (&'w World, &'w World),
    now: Timestamp,
    /// Whether members of a group are judged by rules that it confers or leads to.
    confers: HashMap<Id<Group>, bool>,
}

impl<'w> Reached<'w> {
    pub(super) fn new(worlds: (&'w World, &'w World), now: Timestamp) -> Self {
        Self {
            worlds,
            now,
            confers: HashMap::new(),
        }
    }

    /// Nothing where the change touches no list and nobody's way to one.
    pub(super) fn people(mut self, change: &ChangeSet) -> Option<BTreeSet<Id<User>>> {
        let (mut people, mut any) = (BTreeSet::new(), false);
        let mut whose: BTreeSet<Id<Group>> = BTreeSet::new();
        for change in &change.changes {
            match change {
                Change::Entitlement(edit) => {
                    let mut sides = [&edit.before, &edit.after].into_iter().flatten();
                    if let Some(list) = sides.find(|e| !e.grant.rules().0.is_empty()) {
                        any = true;
                        let _ = whose.insert(list.group);
                    }
                }
                Change::Membership(edit) => {
                    let place = edit
                        .subject()
                        .filter(|place| place.kind == MembershipKind::Member);
                    if let Some(place) = place.filter(|place| self.leads_to_rules(place.group)) {
                        any = true;
                        let _ = people.insert(place.user);
                    }
                }
                Change::User(edit) => {
                    let acts_for = |user: &Option<Box<User>>| {
                        let user = user.as_deref()?;
                        (user.kind == UserKind::Agent).then_some(user.manager)
                    };
                    if acts_for(&edit.before) != acts_for(&edit.after) {
                        any = true;
                        people.extend(edit.id());
                    }
                }
                Change::Inclusion(edit) => {
                    let way = edit
                        .subject()
                        .filter(|way| way.kind == MembershipKind::Member);
                    if let Some(way) = way.filter(|way| self.leads_to_rules(way.target)) {
                        any = true;
                        let _ = whose.insert(way.child);
                    }
                }
                _ => {}
            }
        }
        for group in whose {
            for world in [self.worlds.0, self.worlds.1] {
                let members = world
                    .holders(group, MembershipKind::Member, self.now)
                    .into_iter();
                people.extend(members.map(|member| member.user.id));
            }
        }
        // Whom an agent acts for is denied things that reach it too.
        for world in [self.worlds.0, self.worlds.1] {
            let agents = people.iter().flat_map(|person| world.agents_of(*person));
            let agents: Vec<_> = agents.map(|agent| agent.id).collect();
            people.extend(agents);
        }
        any.then_some(people)
    }

    fn leads_to_rules(&mut self, group: Id<Group>) -> bool {
        if let Some(known) = self.confers.get(&group) {
            return *known;
        }
        let confers = [self.worlds.0, self.worlds.1].into_iter().any(|world| {
            let onwards = world.reach(group, self.now).into_iter();
            let onwards = onwards.filter(|(_, kind)| *kind == MembershipKind::Member);
            let mut groups = onwards.map(|(group, _)| group.id).chain([group]);
            groups.any(|group| {
                let mut all = world.entitlements_of(group);
                all.any(|entitlement| !entitlement.grant.rules().0.is_empty())
            })
        });
        let _ = self.confers.insert(group, confers);
        confers
    }
}
