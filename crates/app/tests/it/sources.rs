//! A name is not enough: what people and other sources made, and what a source then does about it.

use portcullis_app::{
    group::{CreateGroup, EditGroup},
    import::Policy,
    log::Undo,
    sync::{
        Desired, DesiredGroup, DesiredKind, DesiredMembership, DesiredUser, DriftCode, FactKind,
        Groups, Kept, Limits, Plan, Said, Scope, SyncSource, UserKey, Wording, fuse, reconcile,
    },
    tag::CreateTag,
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Constraints, Edit, Expiry, GroupKind, Login, MembershipKind,
    Name, OperationName, Refusal, Sourced as _, UserKind, guard, tag::Limit,
};
use serde_json::json;

use crate::town::{NEVER, NOW, Town, days, parse};

fn hr() -> ConnectorId {
    ConnectorId::parse("hr").unwrap()
}

/// What the source says of who is in groups it describes.
fn says(groups: &[(&str, Kept)], members: &[(&str, &str)], until: Option<Expiry>) -> Desired {
    let group = |(name, kept): &(&str, Kept)| DesiredGroup {
        at: format!("/{name}"),
        name: Name::parse(name).unwrap(),
        description: Wording::Unsaid,
        kind: DesiredKind::Group,
        kept: *kept,
        listed: true,
    };
    let member = |(login, group): &(&str, &str)| DesiredMembership {
        said: Said {
            until,
            ..Said::default()
        },
        user: UserKey::Login((*login).into()),
        group: (*group).into(),
        kind: MembershipKind::Member,
    };
    Desired {
        scope: Scope {
            kinds: [FactKind::Membership, FactKind::Identity].into(),
            groups: Groups::All,
            ..Scope::default()
        },
        groups: groups.iter().map(group).collect(),
        memberships: members.iter().map(member).collect(),
        ..Desired::default()
    }
}

fn compared(town: &Town, desired: &Desired) -> Plan {
    let context = town.context(Actor::Connector(hr()));
    reconcile(&town.world, desired, hr(), &context)
}

fn done(town: &mut Town, desired: &Desired) -> Plan {
    let plan = compared(town, desired);
    let mut change = ChangeSet::new(OperationName::ImportOrg);
    change.changes = plan.edits.clone();
    let context = town.context(Actor::Connector(hr()));
    let (_, after) = guard(&town.world, change, &context).unwrap().into_parts();
    town.world = after;
    plan
}

fn codes(plan: &Plan) -> Vec<DriftCode> {
    plan.drift.iter().map(|drift| drift.code).collect()
}

#[test]
fn a_group_renamed_to_what_a_file_will_bring_gets_nothing_and_stops_it() {
    let mut town = Town::new().users(&["olga", "eve"]);
    let create = CreateGroup {
        kind: GroupKind::Group,
        name: parse!(Name, "plain"),
        description: Default::default(),
        tags: Vec::new(),
        owners: vec![town.uid("olga")],
    };
    town.does("root", &create);
    let mut town = town.member("eve", "plain");
    let rename = EditGroup {
        group: Some(town.gid("plain")),
        name: Some(parse!(Name, "record-editors")),
        ..EditGroup::default()
    };
    town.does("olga", &rename);
    let file = json!({ "groups": [
        { "name": "readers" },
        { "name": "record-editors", "permissions": ["records:write"] },
    ] });
    let file: Policy = serde_json::from_value(file).unwrap();
    let by = Actor::Connector(ConnectorId::POLICY);
    let Err(Refusal::Invalid(faults)) = town.as_actor(by, &SyncSource::new(file.clone())) else {
        panic!("it is refused")
    };
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].field, "/groups/1/name");
    assert!(faults[0].message.contains("`--adopt record-editors`"));
    // On purpose it is taken over, by the operator and before anything else.
    let (source, context) = (SyncSource::new(file), town.context(by));
    let adopted = ["record-editors".to_owned()];
    let outlook = source.outlook(&town.world, &context, &adopted).unwrap();
    assert!(
        town.as_actor(by, &outlook.adopt).is_err(),
        "not by the source"
    );
    let operator = Actor::System(portcullis_model::SystemActor::Operator);
    let entry = town.as_actor(operator, &outlook.adopt).unwrap();
    town.as_actor(by, &source).unwrap();
    assert!(town.conferred("record-editors", "records:write").is_some());
    // And given back by undoing it.
    let undo = Undo {
        position: town.world.position(),
        change: entry,
    };
    town.does("root", &undo);
    assert!(town.as_actor(by, &source).is_err());
}

#[test]
fn what_a_group_of_another_source_confers_may_be_said_and_of_people_s_not() {
    let file = |kept_by: &str| -> SyncSource<Policy> {
        let group = json!({ "name": "core", "kept_by": kept_by, "permissions": ["coffee:make"] });
        SyncSource::new(serde_json::from_value(json!({ "groups": [group] })).unwrap())
    };
    let by = Actor::Connector(ConnectorId::POLICY);
    // Its owner may have called it so.
    let mut town = Town::new().groups(&["core"]);
    let Err(Refusal::Invalid(faults)) = town.as_actor(by, &file("hr")) else {
        panic!("it is refused")
    };
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(
        faults[0].message,
        "the group `core` is not kept by the source `hr`; correct who keeps it, or leave the group out"
    );
    let mut town = town.kept_by(hr(), &["core"]);
    assert!(town.as_actor(by, &file("other")).is_err());
    town.as_actor(by, &file("hr")).unwrap();
    assert!(town.conferred("core", "coffee:make").is_some());
    // What an outside system mirrors is its own altogether.
    let group = town.world.find_group("core").unwrap().clone();
    let mut mirror = group.clone();
    mirror.authority = portcullis_model::record::Authority::External(hr());
    let change = ChangeSet::new(OperationName::GroupEdit).with(Edit::update(group, mirror));
    town.world = town.world.after(&change).unwrap();
    assert!(town.as_actor(by, &file("hr")).is_err());
}

#[test]
fn nobody_is_bound_to_a_source_by_a_login() {
    let mut town = Town::new().users(&["ana"]);
    let mut desired = says(&[("Team", Kept::Here)], &[("ana", "Team")], None);
    desired.users = vec![DesiredUser {
        external_id: Some("7".into()),
        login: Some(Login::parse("ana").unwrap()),
        ..DesiredUser::default()
    }];
    assert_eq!(codes(&done(&mut town, &desired)), [DriftCode::ForeignUser]);
    assert!(town.world.user_by_identity(hr(), "7").is_none());
    assert!(town.direct("ana", "Team").is_none());
    // Whom an admin links is found by that, and stays as others have them.
    let context = town.context(Actor::User(town.uid("root")));
    let link = portcullis_model::Identity::link(&context, town.uid("ana"), hr(), "7").unwrap();
    let link = ChangeSet::new(OperationName::UserEdit).with(link);
    town.world = guard(&town.world, link, &context).unwrap().into_parts().1;
    desired.users[0].name = Some(parse!(Name, "Somebody"));
    assert_eq!(codes(&done(&mut town, &desired)), [DriftCode::OtherUser]);
    assert!(town.direct("ana", "Team").is_some());
    assert_eq!(town.world.find_user("ana").unwrap().name.as_str(), "ana");
    assert!(compared(&town, &desired).edits.is_empty());
}

#[test]
fn a_tag_brings_the_end_nearer_once_where_portcullis_is_the_authority() {
    let mut town = Town::new().users(&["ana"]);
    let both = [("Team", Kept::Here), ("Mirror", Kept::Outside)];
    done(&mut town, &says(&both, &[], None));
    let limit = CreateTag {
        name: parse!(Name, "Week"),
        description: Default::default(),
        enabled: true,
        constraints: Constraints {
            member_time_limit: Some(Limit::try_from(7 * 86_400).unwrap()),
            ..Constraints::default()
        },
    };
    town.does("root", &limit);
    let tag = town.world.find_tag("Week").unwrap().id;
    for name in ["Team", "Mirror"] {
        let before = town.world.find_group(name).unwrap().clone();
        let mut after = before.clone();
        after.tags = vec![tag];
        let change = ChangeSet::new(OperationName::GroupEdit).with(Edit::update(before, after));
        town.world = town.world.after(&change).unwrap();
    }
    for until in [None, Some(days(30)), Some(NEVER)] {
        let mut town = town.clone();
        let wanted = says(&both, &[("ana", "Team"), ("ana", "Mirror")], until);
        done(&mut town, &wanted);
        assert_eq!(town.until("ana", "Team"), Some(days(7)), "{until:?}");
        assert_eq!(town.until("ana", "Mirror"), Some(until.unwrap_or(NEVER)));
        town.now = NOW.plus_days(2);
        assert!(compared(&town, &wanted).edits.is_empty(), "{until:?}");
        town.now = NOW.plus_days(8);
        done(&mut town, &wanted);
        assert_eq!(
            town.until("ana", "Team"),
            Some(days(15)),
            "it is granted anew"
        );
    }
}

#[test]
fn ends_brought_nearer_count_as_what_ends() {
    let logins: Vec<_> = (0..30).map(|n| format!("u{n}")).collect();
    let logins: Vec<&str> = logins.iter().map(String::as_str).collect();
    let mut town = Town::new().users(&logins);
    let members: Vec<_> = logins.iter().map(|login| (*login, "Team")).collect();
    let team = [("Team", Kept::Here)];
    done(&mut town, &says(&team, &members, None));
    let nearer = compared(&town, &says(&team, &members, Some(days(1))));
    assert_eq!(nearer.edits.len(), 30);
    let tripped = fuse(&nearer, &Limits::default()).unwrap_err();
    assert_eq!(
        tripped.to_string(),
        "the source would bring the end nearer of 30 of its 30 memberships"
    );
    // Twenty may always.
    let few: Vec<_> = members[..20].to_vec();
    let mut some = says(&team, &few, Some(days(1)));
    some.memberships
        .extend(says(&team, &members[20..], None).memberships);
    assert!(fuse(&compared(&town, &some), &Limits::default()).is_ok());
    assert!(
        fuse(
            &nearer,
            &Limits {
                allowed: 30,
                ..Limits::default()
            }
        )
        .is_ok()
    );
    assert!(
        fuse(
            &nearer,
            &Limits {
                allowed: 29,
                ..Limits::default()
            }
        )
        .is_err()
    );
}

#[test]
fn what_was_logged_before_sources_were_kept_can_be_undone() {
    let mut town = Town::new().groups(&["Team"]);
    let rename = EditGroup {
        group: Some(town.gid("Team")),
        name: Some(parse!(Name, "Crew")),
        ..EditGroup::default()
    };
    let entry = town.does("root", &rename);
    let position = town.world.position();
    // The migration says who keeps it; the entry does not.
    let mut town = town.kept_by(hr(), &["Crew"]);
    let undo = Undo {
        position,
        change: entry,
    };
    town.does("root", &undo);
    let team = town.world.find_group("Team").unwrap();
    assert_eq!(team.source(), Some(hr()));
}

#[test]
fn an_agent_is_put_by_a_source_only_where_its_sponsor_is_and_stops_nothing() {
    let mut town = Town::new().users(&["ana", "bot", "ben"]);
    let before = town.world.find_user("bot").unwrap().clone();
    let mut agent = before.clone();
    agent.kind = UserKind::Agent;
    agent.manager = Some(town.uid("ana"));
    let change = ChangeSet::new(OperationName::UserEdit).with(Edit::update(before, agent));
    town.world = town.world.after(&change).unwrap();
    let team = [("Team", Kept::Here)];
    let is_in = |town: &Town, login: &str| {
        let group = town.world.find_group("Team").unwrap().id;
        let user = town.uid(login);
        town.world.holds(user, group, MembershipKind::Member, NOW)
    };
    // The agent stands before its sponsor in the list, and gets what they get.
    let both = says(
        &team,
        &[("bot", "Team"), ("ana", "Team"), ("ben", "Team")],
        None,
    );
    assert_eq!(codes(&done(&mut town, &both)), []);
    assert_eq!(
        (is_in(&town, "ana"), is_in(&town, "bot")),
        (Some(NEVER), Some(NEVER))
    );
    assert!(compared(&town, &both).edits.is_empty(), "twice is once");
    // Without its sponsor it is told, and all else is done; so every time.
    let without = says(&team, &[("bot", "Team")], None);
    assert_eq!(
        codes(&done(&mut town, &without)),
        [DriftCode::BeyondSponsor]
    );
    for login in ["ana", "bot", "ben"] {
        assert_eq!(is_in(&town, login), None, "{login}");
    }
    let again = done(&mut town, &without);
    assert_eq!(
        (codes(&again), again.edits.len()),
        (vec![DriftCode::BeyondSponsor], 0)
    );
    assert_eq!(codes(&done(&mut town, &both)), []);
    assert_eq!(is_in(&town, "bot"), Some(NEVER));
}
