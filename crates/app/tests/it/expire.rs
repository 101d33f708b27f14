//! What ends together is put on record bit by bit, so that others write in between.

use std::collections::BTreeMap;

use portcullis_app::tasks::ExpireFacts;
use portcullis_model::{
    Actor, ChangeSet, Edit, Membership, MembershipKind, OperationName, Reason, SystemActor, User,
    UserKind,
};

use crate::town::{NOW, Town, days, parse};

const TIME: Actor = Actor::System(SystemActor::Time);

/// Lets as many people as said into each group, until the day said.
fn people_in(town: &mut Town, places: &[(&str, usize, i64)]) {
    let context = town.context(Actor::System(SystemActor::Demo));
    let mut change = ChangeSet::new(OperationName::ImportOrg);
    for (group, many, until) in places {
        let group = town.gid(group);
        for n in 0..*many {
            let user = User {
                id: context.id(),
                source: None,
                login: parse!(Login, &format!("u{}", context.id::<User>())),
                name: parse!(Name, &format!("u{n}")),
                email: None,
                kind: UserKind::Person,
                manager: None,
                attributes: BTreeMap::new(),
            };
            let (member, why) = (MembershipKind::Member, Reason::default());
            let place = Membership::grant(&context, user.id, group, member, days(*until), &why);
            change.push(Edit::create(user));
            change.push(Edit::create(place));
        }
    }
    town.world = town.world.after(&change).unwrap();
}

#[test]
fn many_ends_at_once_make_several_changes_of_bounded_size() {
    let mut town = Town::new().groups(&["Team"]);
    people_in(&mut town, &[("Team", 1_000, 10)]);
    town.now = NOW.plus_days(11);
    let mut ended = Vec::new();
    while town.world.lapsed(town.now) {
        let change = town.as_actor(TIME, &ExpireFacts).unwrap();
        assert!(!change.is_empty());
        ended.push(change.changes.len());
    }
    assert!(ended.iter().all(|edits| *edits <= 500), "{ended:?}");
    assert_eq!(ended.iter().sum::<usize>(), 1_000);
}

/// Ends what may be ended, and says how many it was and what the rest waits for.
fn expire(town: &mut Town) -> (usize, Option<String>) {
    let mut ended = 0;
    while town.world.lapsed(town.now) {
        match town.as_actor(TIME, &ExpireFacts) {
            Ok(change) => ended += change.changes.len(),
            Err(refusal) => return (ended, Some(refusal.to_string())),
        }
    }
    (ended, None)
}

#[test]
fn a_group_that_lets_very_many_go_holds_up_no_other() {
    let mut town = Town::new().groups(&["Crowd", "Team"]);
    people_in(&mut town, &[("Crowd", 1_001, 10), ("Team", 20, 10)]);
    town.now = NOW.plus_days(11);
    let (ended, waits) = expire(&mut town);
    assert_eq!(ended, 20);
    let waits = waits.unwrap();
    assert!(waits.contains("1001 of them in `Crowd`"), "{waits}");
    assert!(
        waits.contains("the ends of 1001 are not recorded"),
        "{waits}"
    );
    // And again: what ends later elsewhere goes on being recorded.
    people_in(&mut town, &[("Team", 5, 12)]);
    town.now = NOW.plus_days(13);
    assert_eq!(expire(&mut town).0, 5);
}

#[test]
fn much_that_ends_everywhere_waits_whole_as_when_a_clock_is_wrong() {
    let names: Vec<String> = (0..60).map(|n| format!("Team {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut town = Town::new().groups(&names);
    let places: Vec<_> = names.iter().map(|name| (*name, 20, 10)).collect();
    people_in(&mut town, &places);
    town.now = NOW.plus_days(11);
    let (ended, waits) = expire(&mut town);
    assert_eq!(ended, 0);
    let waits = waits.unwrap();
    assert!(
        waits.contains("the ends of 1200 are not recorded"),
        "{waits}"
    );
}
