//! The groups that a provider claims somebody is in.

use super::*;

#[test]
fn groups_of_a_provider_are_its_own_roles_and_fill_nothing_of_others() {
    let mut town = town().groups(&["eng"]).roles(&["Role-okta-taken"]);
    let source = Actor::Connector(groups_source(okta()).unwrap());
    let set = |town: &Town, login: &str, groups: &[&str]| SetGroups {
        user: town.uid(login),
        provider: okta(),
        groups: groups.iter().map(|it| (*it).to_owned()).collect(),
        seconds: 7 * 86_400,
    };
    let has = |town: &Town, login: &str| {
        let all = town.world.direct_of_user(town.uid(login));
        let mut all: Vec<_> = all
            .map(|it| town.world.group(it.group).unwrap().name.to_string())
            .collect();
        all.sort();
        all
    };
    // A name that is somebody else's, and one that is none, are no groups here.
    let claims = ["eng", "taken", "ops", "a\u{0}b", "Role-okta-eng"];
    town.as_actor(source, &set(&town.clone(), "ana", &claims))
        .unwrap();
    let own = ["Role-okta-Role-okta-eng", "Role-okta-eng", "Role-okta-ops"];
    assert_eq!(has(&town, "ana"), own);
    town.as_actor(source, &set(&town.clone(), "ben", &["eng"]))
        .unwrap();
    assert_eq!(has(&town, "ben"), ["Role-okta-eng"]);
    // Where the provider tells them apart, the one who has the other gets no role of it.
    let mut other = town.clone();
    other
        .as_actor(source, &set(&town, "root", &["ENG"]))
        .unwrap();
    let of_root = has(&other, "root");
    assert!(
        !of_root.iter().any(|name| name.contains("eng")),
        "{of_root:?}"
    );
    // Twice in a row it is nothing, and what is no longer said ends, of that person only.
    let again = town
        .as_actor(source, &set(&town.clone(), "ana", &claims))
        .unwrap();
    assert!(again.is_empty(), "{again:?}");
    town.as_actor(source, &set(&town.clone(), "ana", &["ops"]))
        .unwrap();
    assert_eq!(has(&town, "ana"), ["Role-okta-ops"]);
    assert_eq!(has(&town, "ben"), ["Role-okta-eng"]);
    town.as_actor(source, &set(&town.clone(), "ana", &[]))
        .unwrap();
    assert_eq!(has(&town, "ana"), [""; 0]);
    // What people granted stays, and what another source says that is called as the provider is.
    let file = Actor::Connector(okta());
    assert!(
        town.clone()
            .as_actor(file, &set(&town, "ben", &[]))
            .unwrap()
            .is_empty()
    );
    assert_eq!(has(&town, "ben"), ["Role-okta-eng"]);
    let admins = "App-Portcullis-Owners";
    assert!(town.world.find_group(admins).is_some());
    town.as_actor(source, &set(&town.clone(), "ben", &[admins, "eng"]))
        .unwrap();
    assert!(!town.world.is_admin(town.uid("ben"), town.now));
    assert!(
        town.clone()
            .tries("root", &set(&town, "ana", &["ops"]))
            .is_err()
    );
}

#[test]
fn a_claimed_group_ends_for_who_does_not_come_any_more() {
    let mut town = town();
    let source = Actor::Connector(groups_source(okta()).unwrap());
    let set = SetGroups {
        user: town.uid("ana"),
        provider: okta(),
        groups: ["eng".to_owned()].into(),
        seconds: 7 * 86_400,
    };
    let until = |town: &Town| {
        let place = town.world.direct_of_user(town.uid("ana")).next().unwrap();
        (place.id, place.validity.until)
    };
    let begun = town.now;
    town.as_actor(source, &set).unwrap();
    let (id, first) = until(&town);
    assert_eq!(first, Expiry::at(begun.plus_days(14)));
    // Within the first week nothing is written; in the second it is said anew, of the same fact.
    town.now = begun.plus_days(6);
    assert!(town.as_actor(source, &set).unwrap().is_empty());
    town.now = begun.plus_days(8);
    town.as_actor(source, &set).unwrap();
    assert_eq!(until(&town), (id, Expiry::at(begun.plus_days(22))));
    let group = town.world.find_group("Role-okta-eng").unwrap().id;
    let holds = |at| {
        let member = MembershipKind::Member;
        town.world
            .holds(town.uid("ana"), group, member, at)
            .is_some()
    };
    assert!(holds(begun.plus_days(21)) && !holds(begun.plus_days(22)));
}

#[test]
fn a_claimed_group_that_cannot_be_called_so_keeps_nobody_in_another() {
    let source = Actor::Connector(groups_source(okta()).unwrap());
    let set = |town: &Town, groups: &[&str]| SetGroups {
        user: town.uid("ana"),
        provider: okta(),
        groups: groups.iter().map(|it| (*it).to_owned()).collect(),
        seconds: 7 * 86_400,
    };
    let has = |town: &Town| {
        let all = town.world.direct_of_user(town.uid("ana"));
        let mut all: Vec<_> = all
            .map(|it| town.world.group(it.group).unwrap().name.to_string())
            .collect();
        all.sort();
        all
    };
    // The same but for case, and one that looks like another.
    for claims in [&["eng", "dev", "Dev"][..], &["eng", "еng"]] {
        let mut town = town();
        let before = set(&town, &["eng", "ops"]);
        town.as_actor(source, &before).unwrap();
        let after = set(&town, claims);
        town.as_actor(source, &after).unwrap();
        let has = has(&town);
        assert!(
            !has.contains(&"Role-okta-ops".to_owned()),
            "{claims:?}: {has:?}"
        );
        assert!(
            has.contains(&"Role-okta-eng".to_owned()),
            "{claims:?}: {has:?}"
        );
    }
}
