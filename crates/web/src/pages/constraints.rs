//! What tags demand of those who give access, in words.

use portcullis_model::{App, Constraints, Group, MembershipKind, Tag, World};

/// A tag on something, and the app it comes from if it is inherited.
pub(crate) type TagLine<'w> = (&'w Tag, Option<&'w App>);

/// The tags in force on a group, its own first.
pub(crate) fn tags_of<'w>(world: &'w World, group: &'w Group) -> Vec<TagLine<'w>> {
    let app = group.app().and_then(|app| world.app(app));
    world
        .tags_on(group)
        .map(|tag| {
            let own = group.tags.contains(&tag.id);
            (tag, app.filter(|_| !own))
        })
        .collect()
}

/// What constraints demand, a sentence each.
pub(crate) fn demands(constraints: &Constraints) -> Vec<String> {
    let mut all = Vec::new();
    for (kind, who) in [
        (MembershipKind::Member, "members"),
        (MembershipKind::Owner, "owners"),
    ] {
        if let Some(limit) = constraints.limit(kind) {
            let most = length(limit.seconds());
            all.push(format!("{who} stay at most {most} at a time"));
        }
        if constraints.reason_required(kind) {
            all.push(format!("adding {who} needs a reason"));
        }
        if constraints.self_add_disallowed(kind) {
            all.push(format!("owners cannot add themselves to the {who}"));
        }
    }
    all
}

/// A length of time in its largest whole unit.
pub(crate) fn length(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (size, unit) = units
        .into_iter()
        .find(|(size, _)| seconds % size == 0)
        .unwrap_or((1, "second"));
    let count = seconds / size;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_their_largest_whole_unit() {
        let table = [
            (86_400, "1 day"),
            (30 * 86_400, "30 days"),
            (5_400, "90 minutes"),
            (7_200, "2 hours"),
            (61, "61 seconds"),
        ];
        for (seconds, text) in table {
            assert_eq!(length(seconds), text);
        }
    }

    #[test]
    fn constraints_are_told_for_members_before_owners() {
        let constraints = Constraints {
            member_time_limit: 2_592_000.try_into().ok(),
            require_owner_reason: true,
            disallow_self_add_membership: true,
            ..Constraints::default()
        };
        assert_eq!(
            demands(&constraints),
            [
                "members stay at most 30 days at a time",
                "owners cannot add themselves to the members",
                "adding owners needs a reason",
            ]
        );
        assert!(demands(&Constraints::default()).is_empty());
    }
}
