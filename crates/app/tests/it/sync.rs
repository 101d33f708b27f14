//! A source compared with the world: by hand, and at random.

mod at_random;

use std::collections::BTreeMap;

use portcullis_app::{
    group::RemovePeople,
    sync::{
        Desired, DesiredEntitlement, DesiredGroup, DesiredInclusion, DesiredKind,
        DesiredMembership, DesiredUser, DriftCode, FactKind, Groups, Kept, Limits, Plan, Said,
        Scope, UserKey, Wording, fuse, reconcile,
    },
};
use portcullis_model::{
    Actor, Change, ChangeSet, ConnectorId, Edit, Expiry, Fact, Login, MembershipKind, Name,
    OperationName, World, guard, record::Authority,
};
use uuid::Uuid;

use crate::{
    random::Random,
    town::{NEVER, NOW, Town, days, permission},
};

const MEMBER: MembershipKind = MembershipKind::Member;
const ALL: [FactKind; 4] = [
    FactKind::Membership,
    FactKind::Inclusion,
    FactKind::Entitlement,
    FactKind::Identity,
];

fn hr() -> ConnectorId {
    ConnectorId::parse("hr").unwrap()
}

fn user(login: &str, external: &str) -> DesiredUser {
    DesiredUser {
        external_id: Some(external.into()),
        login: Some(Login::parse(login).unwrap()),
        ..DesiredUser::default()
    }
}

fn group(name: &str, kept: Kept) -> DesiredGroup {
    DesiredGroup {
        at: format!("/{name}"),
        name: Name::parse(name).unwrap(),
        description: Wording::AtFirst(Default::default()),
        kind: DesiredKind::Group,
        kept,
        listed: true,
    }
}

fn member(login: &str, group: &str, until: Option<Expiry>) -> DesiredMembership {
    DesiredMembership {
        said: Said {
            until,
            ..Said::default()
        },
        user: UserKey::Login(login.into()),
        group: group.into(),
        kind: MEMBER,
    }
}

/// A source that knows everything and says who is in `Team`.
fn team(logins: &[&str]) -> Desired {
    Desired {
        scope: Scope {
            kinds: ALL.into(),
            groups: Groups::All,
            ..Scope::default()
        },
        groups: vec![group("Team", Kept::Here)],
        memberships: logins.iter().map(|l| member(l, "Team", None)).collect(),
        ..Desired::default()
    }
}

fn compared(town: &Town, desired: &Desired) -> Plan {
    let context = town.context(Actor::Connector(hr()));
    reconcile(&town.world, desired, hr(), &context)
}

/// The town after it was done, which the guard lets through.
fn done(town: &mut Town, desired: &Desired) -> Plan {
    let plan = compared(town, desired);
    let mut change = ChangeSet::new(OperationName::ImportOrg);
    change.changes = plan.edits.clone();
    let context = town.context(Actor::Connector(hr()));
    let (_, after) = guard(&town.world, change, &context).unwrap().into_parts();
    town.world = after;
    plan
}

/// What the edits are, in order: `+` made, `~` changed, `-` ended.
fn told(plan: &Plan) -> Vec<&'static str> {
    fn sign<T>(edit: &Edit<T>, signs: [&'static str; 3]) -> &'static str {
        match (&edit.before, &edit.after) {
            (None, _) => signs[0],
            (_, Some(_)) => signs[1],
            (_, None) => signs[2],
        }
    }
    let edits = plan.edits.iter().map(|change| match change {
        Change::User(edit) => sign(edit, ["+user", "~user", "-user"]),
        Change::Group(edit) => sign(edit, ["+group", "~group", "-group"]),
        Change::Identity(edit) => sign(edit, ["+identity", "~identity", "-identity"]),
        Change::Membership(edit) => sign(edit, ["+member", "~member", "-member"]),
        Change::Entitlement(edit) => sign(edit, ["+confers", "~confers", "-confers"]),
        _ => "other",
    });
    edits.collect()
}

fn codes(plan: &Plan) -> Vec<DriftCode> {
    plan.drift.iter().map(|drift| drift.code).collect()
}

#[test]
fn somebody_new_is_made_linked_and_put_where_the_source_says() {
    let mut town = Town::new();
    let mut desired = team(&["ana"]);
    desired.users = vec![user("ana", "7")];
    let plan = done(&mut town, &desired);
    assert_eq!(told(&plan), ["+user", "+group", "+identity", "+member"]);
    let ana = town.world.user_by_identity(hr(), "7").unwrap();
    assert_eq!(ana.login.as_str(), "ana");
    let fact = town.direct("ana", "Team").unwrap();
    assert_eq!(fact.granted_by, Actor::Connector(hr()));
    assert!(told(&compared(&town, &desired)).is_empty());
    let gone = done(&mut town, &team(&[]));
    assert_eq!(told(&gone), ["-identity", "-member"]);
    assert!(town.world.find_user("ana").is_some(), "people stay");
}

#[test]
fn what_others_granted_is_told_and_left() {
    let mut town = Town::new()
        .users(&["ana", "ben", "cem"])
        .groups(&["Team"])
        .kept_by(hr(), &["Team"])
        .member("ben", "Team")
        .placed("cem", "Team", MEMBER, days(9))
        .confers("Team", permission("site:read", &["staging"]));
    let mut desired = team(&["ana"]);
    desired
        .memberships
        .push(member("cem", "Team", Some(days(5))));
    desired.entitlements.push(DesiredEntitlement {
        said: Said::default(),
        group: "Team".into(),
        grant: permission("site:read", &[]),
    });
    let plan = done(&mut town, &desired);
    assert_eq!(told(&plan), ["+member"]);
    let codes = codes(&plan);
    for code in [
        DriftCode::Extra,
        DriftCode::OtherTime,
        DriftCode::OtherEntitlement,
    ] {
        assert!(codes.contains(&code), "{code:?} in {codes:?}");
    }
    assert_eq!(codes.len(), 3);
    assert!(
        plan.drift
            .iter()
            .any(|d| d.message.contains("`ben` as member of `Team`"))
    );
    assert_eq!(town.until("cem", "Team"), Some(days(9)));
}

#[test]
fn an_end_that_the_source_gives_moves_and_one_that_has_passed_ends() {
    let mut town = Town::new().users(&["ana"]).groups(&["Team"]);
    town = town.kept_by(hr(), &["Team"]);
    let mut desired = team(&[]);
    for (until, edits) in [
        (Some(days(5)), vec!["+member"]),
        (Some(days(9)), vec!["~member"]),
        (None, vec![]),
        (Some(days(9)), vec![]),
        (Some(days(-1)), vec!["-member"]),
    ] {
        desired.memberships = vec![member("ana", "Team", until)];
        assert_eq!(told(&done(&mut town, &desired)), edits, "{until:?}");
    }
}

#[test]
fn what_lapsed_is_renewed_from_now_on() {
    let mut town = Town::new()
        .users(&["ana"])
        .groups(&["Team"])
        .kept_by(hr(), &["Team"])
        .placed("ana", "Team", MEMBER, days(2));
    town.now = NOW.plus_days(3);
    assert_eq!(told(&done(&mut town, &team(&["ana"]))), ["~member"]);
    let fact = town.direct("ana", "Team").unwrap();
    assert_eq!((fact.validity.from, fact.validity.until), (town.now, NEVER));
    assert_eq!(fact.granted_by, Actor::Connector(hr()));
}

#[test]
fn a_login_that_came_to_somebody_new_brings_them_nothing() {
    let mut town = Town::new();
    let mut desired = team(&["ana"]);
    desired.users = vec![user("ana", "7")];
    done(&mut town, &desired);
    desired.users = vec![user("ana", "8")];
    for _ in 0..2 {
        let plan = done(&mut town, &desired);
        assert!(codes(&plan).contains(&DriftCode::LoginTaken));
        assert!(town.world.user_by_identity(hr(), "8").is_none());
        assert!(town.world.user_by_identity(hr(), "7").is_some());
        assert!(
            town.direct("ana", "Team").is_none(),
            "nobody is sure to be meant"
        );
    }
    assert!(compared(&town, &desired).edits.is_empty());
}

#[test]
fn an_address_or_an_id_is_nobody_s_login() {
    let mut town = Town::new();
    let root = town.world.find_user("root").unwrap();
    let (id, email) = (root.id.to_string(), root.email.clone().unwrap());
    for spelled in [email.as_str(), id.as_str()] {
        let mut desired = team(&[spelled]);
        let plan = compared(&town, &desired);
        assert!(codes(&plan).contains(&DriftCode::UnknownUser), "{spelled}");
        assert_eq!(told(&plan), ["+group"]);
        // Nobody new is called like an id: no source can describe them so.
        let Ok(login) = Login::parse(spelled) else {
            assert_eq!(spelled, id);
            continue;
        };
        let described = DesiredUser {
            login: Some(login),
            ..DesiredUser::default()
        };
        desired.users = vec![described];
        assert_eq!(
            told(&compared(&town, &desired)),
            ["+user", "+group", "+member"]
        );
    }
    assert_eq!(
        told(&done(&mut town, &team(&["ROOT"]))),
        ["+group", "+member"]
    );
}

#[test]
fn no_source_says_who_administers_portcullis() {
    let mut town = Town::new().users(&["eve"]);
    let admins = town
        .world
        .groups()
        .find(|group| town.world.is_built_in(group));
    let admins = admins.unwrap().name.to_string();
    let mut desired = team(&[]);
    desired.groups.push(group(&admins, Kept::Here));
    desired.memberships = vec![member("eve", &admins, None)];
    desired.inclusions.push(DesiredInclusion {
        said: Said::default(),
        child: "Team".into(),
        target: admins.clone().into(),
        kind: MEMBER,
    });
    let plan = done(&mut town, &desired);
    assert_eq!(told(&plan), ["+group"]);
    assert!(codes(&plan).contains(&DriftCode::ForeignGroup));
    assert!(!town.world.is_admin(town.uid("eve"), town.now));
}

#[test]
fn silence_outside_the_scope_ends_nothing() {
    let mut town = Town::new()
        .users(&["ana", "ben"])
        .groups(&["Team", "Other"])
        .kept_by(hr(), &["Team"]);
    done(&mut town, &team(&["ana", "ben"]));
    let mut partial = team(&[]);
    partial.scope.groups = Groups::Only(["Other".into()].into());
    assert!(compared(&town, &partial).edits.is_empty());
    partial.scope = Scope {
        kinds: [FactKind::Entitlement].into(),
        groups: Groups::All,
        ..Scope::default()
    };
    assert!(compared(&town, &partial).edits.is_empty());
    partial.scope = Scope::default();
    assert!(compared(&town, &partial).edits.is_empty());
    partial.scope = Scope {
        kinds: [FactKind::Membership].into(),
        groups: Groups::Only(["team".into()].into()),
        ..Scope::default()
    };
    assert_eq!(told(&compared(&town, &partial)), ["-member", "-member"]);
}

#[test]
fn a_group_of_another_source_is_left_alone() {
    let mut town = Town::new().users(&["ana"]);
    let other = ConnectorId::parse("other").unwrap();
    let mut desired = team(&["ana"]);
    desired.groups = vec![group("Team", Kept::Outside)];
    let context = town.context(Actor::Connector(other));
    let mut change = ChangeSet::new(OperationName::ImportOrg);
    change.changes = reconcile(&town.world, &desired, other, &context).edits;
    town.world = town.world.after(&change).unwrap();
    let plan = compared(&town, &team(&["ana"]));
    assert!(plan.edits.is_empty(), "it holds already");
    let ben = town.clone().users(&["ben"]);
    let plan = compared(&ben, &team(&["ben"]));
    assert!(plan.edits.is_empty());
    assert!(codes(&plan).contains(&DriftCode::ForeignGroup));
}
