//! What ends together is put on record bit by bit, so that others write in between.

use std::collections::BTreeMap;

use portcullis_app::tasks::ExpireFacts;
use portcullis_model::{
    Actor, ChangeSet, Edit, Membership, MembershipKind, OperationName, Reason, SystemActor, User,
    UserKind,
};

use crate::town::{NOW, Town, days, parse};

#[test]
fn many_ends_at_once_make_several_changes_of_bounded_size() {
    let mut town = Town::new().groups(&["Team"]);
    let (team, context) = (
        town.gid("Team"),
        town.context(Actor::System(SystemActor::Demo)),
    );
    let mut change = ChangeSet::new(OperationName::ImportOrg);
    for n in 0..1_000 {
        let user = User {
            id: context.id(),
            source: None,
            login: parse!(Login, &format!("u{n}")),
            name: parse!(Name, &format!("u{n}")),
            email: None,
            kind: UserKind::Person,
            manager: None,
            attributes: BTreeMap::new(),
        };
        let (member, why) = (MembershipKind::Member, Reason::default());
        let place = Membership::grant(&context, user.id, team, member, days(10), &why);
        change.push(Edit::create(user));
        change.push(Edit::create(place));
    }
    town.world = town.world.after(&change).unwrap();
    town.now = NOW.plus_days(11);
    let mut ended = Vec::new();
    while town.world.lapsed(town.now) {
        let time = Actor::System(SystemActor::Time);
        let change = town.as_actor(time, &ExpireFacts).unwrap();
        assert!(!change.is_empty());
        ended.push(change.changes.len());
    }
    assert!(ended.iter().all(|edits| *edits <= 500), "{ended:?}");
    assert_eq!(ended.iter().sum::<usize>(), 1_000);
}
