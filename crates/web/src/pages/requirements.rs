//! What tags demand, told before somebody fills in a form: limits, reasons, no self-add. The guard
//! decides; here it is only explained.

use portcullis_model::{Group, MembershipKind, Tag, Timestamp, World};

use super::constraints::length;

/// What stands in the way of giving somebody a kind of place, and the tags to blame.
#[derive(Default)]
pub(crate) struct Requirements<'w> {
    /// The shortest limit in seconds.
    pub limit: Option<(i64, &'w Tag)>,
    /// Where a reason is demanded.
    pub reason: Option<(&'w Group, &'w Tag)>,
    /// Where nobody may add themself.
    pub no_self: Option<(&'w Group, &'w Tag)>,
}

impl<'w> Requirements<'w> {
    /// Of a place in `group`, also by what that place leads to.
    pub(crate) fn of_place(
        world: &'w World,
        group: &'w Group,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Self {
        let mut all = Self::of_inclusion(world, group, kind);
        if kind == MembershipKind::Member {
            for (reached, kind) in world.reach(group.id, now) {
                all.note(world, reached, kind);
            }
        }
        all
    }

    /// Of letting a role's members into `target`.
    pub(crate) fn of_inclusion(world: &'w World, target: &'w Group, kind: MembershipKind) -> Self {
        let mut all = Self::default();
        if target.is_managed() {
            all.limit = world
                .tags_on(target)
                .filter(|tag| tag.enabled)
                .filter_map(|tag| Some((tag.constraints.limit(kind)?.seconds(), tag)))
                .min_by_key(|(seconds, _)| *seconds);
            all.note(world, target, kind);
        }
        all
    }

    fn note(&mut self, world: &'w World, group: &'w Group, kind: MembershipKind) {
        for tag in world.tags_on(group).filter(|tag| tag.enabled) {
            if tag.constraints.reason_required(kind) {
                self.reason.get_or_insert((group, tag));
            }
            if tag.constraints.self_add_disallowed(kind) {
                self.no_self.get_or_insert((group, tag));
            }
        }
    }
}

/// What a tag demands, in a few words.
pub(crate) fn in_words(tag: &Tag) -> String {
    let c = &tag.constraints;
    let mut all = Vec::new();
    if !tag.enabled {
        all.push("switched off".to_owned());
    }
    if let Some(limit) = c.member_time_limit {
        all.push(format!("members at most {}", length(limit.seconds())));
    }
    if let Some(limit) = c.owner_time_limit {
        all.push(format!("owners at most {}", length(limit.seconds())));
    }
    let who = |member, owner| match (member, owner) {
        (true, true) => Some("members and owners"),
        (true, false) => Some("members"),
        (false, true) => Some("owners"),
        (false, false) => None,
    };
    if let Some(who) = who(c.require_member_reason, c.require_owner_reason) {
        all.push(format!("a reason for {who}"));
    }
    if let Some(who) = who(
        c.disallow_self_add_membership,
        c.disallow_self_add_ownership,
    ) {
        all.push(format!("owners cannot add themselves to the {who}"));
    }
    if all.is_empty() {
        return "no constraints".into();
    }
    all.join(", ")
}
