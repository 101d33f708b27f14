//! Counts of many groups and people, one after another, which share the memory they count in.

use super::{Ix, World};
use crate::{Group, Id, MembershipKind, Timestamp, User};

/// Counts who is in what at one time, each once.
pub(super) struct Counter<'w> {
    world: &'w World,
    now: Timestamp,
    /// By the number of what is counted, and as what: the turn in which it was counted last. Empty
    /// until it is needed.
    seen: Vec<u32>,
    turn: u32,
    todo: Vec<(Ix, MembershipKind)>,
}

impl World {
    pub(super) fn counter(&self, now: Timestamp) -> Counter<'_> {
        Counter {
            world: self,
            now,
            seen: Vec::new(),
            turn: 0,
            todo: Vec::new(),
        }
    }
}

impl Counter<'_> {
    /// Whether it is counted in this turn for the first time.
    fn is_new(&mut self, ix: Ix, kind: MembershipKind) -> bool {
        if self.seen.is_empty() {
            let most = self.world.users.len().max(self.world.groups.len());
            self.seen = vec![0; 2 * most];
        }
        let place = 2 * ix as usize + usize::from(kind == MembershipKind::Owner);
        let seen = self.seen.get_mut(place);
        seen.is_some_and(|seen| std::mem::replace(seen, self.turn) != self.turn)
    }

    /// How many groups `user` is in, one twice where they are both member and owner.
    pub(super) fn groups_of(&mut self, user: Id<User>) -> usize {
        let (world, now) = (self.world, self.now);
        self.turn += 1;
        let mut count = 0;
        let direct = world.live_facts_of(user, now);
        self.todo
            .extend(direct.map(|(_, edge)| (edge.group, edge.kind)));
        while let Some((ix, kind)) = self.todo.pop() {
            if !self.is_new(ix, kind) {
                continue;
            }
            count += 1;
            if kind == MembershipKind::Member
                && let Some(node) = world.group_at(ix)
            {
                let links = node.targets.iter();
                let live = links.filter(|link| link.inclusion.validity.contains(now));
                self.todo
                    .extend(live.map(|link| (link.ix, link.inclusion.kind)));
            }
        }
        count
    }

    /// How many are in `group` as `kind`.
    pub(super) fn held(&mut self, group: Id<Group>, kind: MembershipKind) -> usize {
        let (world, now) = (self.world, self.now);
        let Some(&ix) = world.group_ix.get(&group.uuid()) else {
            return 0;
        };
        let ways = world.ways_into(ix, kind, now);
        if let [_] = *ways {
            // Nobody is twice in one group as one kind.
            return world.direct_ends(ix, kind, now).count();
        }
        self.turn += 1;
        let mut count = 0;
        for (group, kind, _) in ways {
            for (user, _) in world.direct_ends(group, kind, now) {
                count += usize::from(self.is_new(user, MembershipKind::Member));
            }
        }
        count
    }
}
