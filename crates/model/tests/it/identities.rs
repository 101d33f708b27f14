//! Who users are elsewhere, and what a connector may touch.

use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Edit, Expiry, Identity, Membership, MembershipKind,
    OperationName, Reason, User, guard,
};

use crate::{
    company::Company,
    records::{NEVER, NOW, code, days, one, user},
};

fn okta() -> ConnectorId {
    ConnectorId::parse("okta").unwrap()
}

fn linked(c: &Company, login: &str, connector: ConnectorId, external_id: &str) -> Edit<Identity> {
    Identity::link(&c.as_system(), c.uid(login), connector, external_id).unwrap()
}

#[test]
fn a_user_is_found_by_what_a_system_calls_them_to_the_letter() {
    let c = Company::new().users(["ben", "eve"]);
    let c = c.does("root", linked(&c, "ben", okta(), "00uA"));
    let found = |connector, id: &str| {
        let user = c.world.user_by_identity(connector, id);
        user.map(|user| user.login.to_string())
    };
    assert_eq!(found(okta(), "00uA").as_deref(), Some("ben"));
    for (connector, id) in [
        (okta(), "00ua"),
        (okta(), "00uA "),
        (okta(), "ben"),
        (ConnectorId::EMAIL, "00uA"),
    ] {
        assert_eq!(found(connector, id), None, "{connector} {id}");
    }
    let twice = linked(&c, "eve", okta(), "00uA");
    assert!(c.world.after(&one(twice)).is_err(), "one id, one user");
    assert_eq!(c.world.identities_of(c.uid("ben")).count(), 1);
    assert_eq!(c.world.identities_of(c.uid("eve")).count(), 0);
}

#[test]
fn identities_end_with_their_user_and_do_not_come_back_with_another() {
    let c = Company::new().users(["ben", "eve"]);
    let c = c.does("root", linked(&c, "ben", okta(), "00uA"));
    let ben = c.world.user(c.uid("ben")).unwrap().clone();
    let alone = ChangeSet::new(OperationName::UserDelete).with(Edit::end(ben.clone()));
    assert_eq!(c.tries("root", alone), "in_use");
    let identity = c.world.identities_of(ben.id).next().unwrap().clone();
    let both = ChangeSet::new(OperationName::UserDelete)
        .with(Edit::end(identity))
        .with(Edit::end(ben));
    let c = c.does("root", both);
    assert!(c.world.user_by_identity(okta(), "00uA").is_none());
}

#[test]
fn a_connector_says_who_people_are_in_its_own_system_only() {
    let c = Company::new().user("eve").has(Edit::create(User {
        source: Some(okta()),
        ..user("ben")
    }));
    let tries = |connector, edit: Edit<Identity>| {
        let by = c.as_actor(Actor::Connector(connector));
        code(&guard(&c.world, one(edit), &by))
    };
    assert_eq!(tries(okta(), linked(&c, "ben", okta(), "1")), "ok");
    // Whoever it calls so could act for somebody whom it did not make.
    assert_eq!(
        tries(okta(), linked(&c, "eve", okta(), "1")),
        "foreign_fact"
    );
    assert_eq!(
        tries(
            okta(),
            linked(&c, "ben", ConnectorId::EMAIL, "b@example.com")
        ),
        "foreign_fact"
    );
    assert_eq!(
        c.tries("ben", linked(&c, "ben", okta(), "1")),
        "not_allowed"
    );
}

#[test]
fn a_connector_touches_only_what_it_granted_or_is_the_authority_over() {
    let c = Company::new()
        .users(["ben", "eve"])
        .group("Team")
        .kept_by(ConnectorId::IMPORT, &["Team"])
        .mirrored_group("Mirror");
    let grant = |by: Actor, login: &str, group: &str, until: Expiry| {
        let (kind, why) = (MembershipKind::Member, Reason::default());
        Membership::grant(
            &c.as_actor(by),
            c.uid(login),
            c.gid(group),
            kind,
            until,
            &why,
        )
    };
    let person = Actor::User(c.uid("root"));
    let tries = |connector, held: Membership| {
        let world = c.has(Edit::create(held.clone())).world;
        let by = c.as_actor(Actor::Connector(connector));
        let longer = held.extend(&by, days(90), &Reason::default());
        let end = code(&guard(&world, one(held.end()), &by));
        (
            end,
            code(&guard(&world, one(Edit::update(held, longer)), &by)),
        )
    };
    let (import, external) = (ConnectorId::IMPORT, ConnectorId::EXTERNAL);
    let own = grant(Actor::Connector(import), "ben", "Team", NEVER);
    assert_eq!(tries(import, own.clone()), ("ok", "ok"));
    assert_eq!(tries(okta(), own), ("foreign_fact", "foreign_fact"));
    let granted = grant(person, "ben", "Team", NEVER);
    assert_eq!(tries(import, granted), ("foreign_fact", "foreign_fact"));
    let mirrored = grant(person, "ben", "Mirror", NEVER);
    assert_eq!(tries(external, mirrored.clone()), ("ok", "ok"));
    assert_eq!(tries(import, mirrored), ("foreign_fact", "foreign_fact"));
    let lapsed = grant(person, "ben", "Team", Expiry::at(NOW)).ending(Expiry::at(NOW));
    assert_eq!(tries(import, lapsed), ("ok", "ok"), "it only takes up room");
}

#[test]
fn a_connector_puts_nobody_into_what_another_is_the_authority_over() {
    let c = Company::new().users(["ben"]).mirrored_group("Mirror");
    let there = c.world.group(c.gid("Mirror")).unwrap().clone();
    let mut of_okta = there.clone();
    of_okta.authority = portcullis_model::record::Authority::External(okta());
    let c = c.has(Edit::update(there, of_okta));
    let tries = |connector: ConnectorId| {
        let by = c.as_actor(Actor::Connector(connector));
        let (kind, why) = (MembershipKind::Member, Reason::default());
        let group = c.gid("Mirror");
        let new = Membership::grant(&by, c.uid("ben"), group, kind, NEVER, &why);
        let there = c.world.group(group).unwrap().clone();
        let mut taken = there.clone();
        taken.authority = portcullis_model::record::Authority::External(connector);
        taken.description = portcullis_model::Description::parse("mine").unwrap();
        (
            code(&guard(&c.world, one(Edit::create(new)), &by)),
            code(&guard(&c.world, one(Edit::update(there, taken)), &by)),
        )
    };
    assert_eq!(tries(okta()), ("ok", "ok"));
    assert_eq!(tries(ConnectorId::IMPORT), ("foreign_fact", "foreign_fact"));
}
