//! What changes where a list of rules is saved: what is refused, and what a preview tells.

use portcullis_app::{
    Operation,
    decide::rules_diff,
    group::{AddPeople, AttachRole, DetachRole, GrantEntitlement, RemovePeople, RevokeEntitlement},
    import::Policy,
    sync::SyncSource,
};
use portcullis_model::{Actor, ConnectorId, Grant, MembershipKind, Refusal, entitlement::Rules};
use serde_json::json;

use crate::town::{NEVER, NOW, Town, list, permission};

fn doc(access: &str, action: &str, conditions: &serde_json::Value) -> serde_json::Value {
    json!({ "access": access, "where": { "rsrc_type": "doc", "action": action, "rsrc_match": conditions } })
}

fn town() -> Town {
    Town::new()
        .users(&["ana", "ben", "eve"])
        .groups(&["Writers"])
        .member("ana", "Writers")
        .member("ben", "Writers")
        .confers(
            "Writers",
            list(
                "docs",
                0,
                &json!([doc("allow", "write", &json!([["@status", "=", "draft"]]))]),
            ),
        )
}

fn save(town: &Town, grant: Grant) -> GrantEntitlement {
    GrantEntitlement {
        group: town.gid("Writers"),
        replaces: None,
        grant,
        until: NEVER,
        reason: Default::default(),
    }
}

#[test]
fn a_list_is_saved_only_if_its_cases_come_out() {
    let mut town = town();
    let Grant::Rules(rules) = list("docs", 0, &json!([doc("deny", "*", &json!([]))])) else {
        unreachable!("a list")
    };
    let with = |expect: &str| Rules {
        cases: vec![
            json!({ "name": "writing", "action": "write", "type": "doc", "expect": expect }),
        ],
        ..rules.clone()
    };
    let wrong = save(&town, Grant::Rules(with("allow")));
    let Err(Refusal::Invalid(faults)) = town.tries("root", &wrong) else {
        panic!("it is refused")
    };
    assert_eq!(faults[0].field, "cases");
    assert_eq!(
        faults[0].message,
        "writing: expected allow, got deny by rule 0"
    );
    let right = save(&town, Grant::Rules(with("deny")));
    town.does("root", &right);
}

#[test]
fn an_imported_list_must_come_out_too() {
    let mut town = town().kept_by(ConnectorId::IMPORT, &["Writers"]);
    let policy = |expect: &str| {
        let case = json!({ "name": "writing", "action": "write", "type": "doc", "expect": expect });
        let list =
            json!({ "list": "imported", "rules": [doc("deny", "*", &json!([]))], "cases": [case] });
        let policy = json!({ "groups": [{ "name": "Writers", "rules": [list] }] });
        SyncSource::<Policy>::new(serde_json::from_value(policy).unwrap())
    };
    let by = Actor::Connector(ConnectorId::IMPORT);
    let Err(Refusal::Invalid(faults)) = town.as_actor(by, &policy("allow")) else {
        panic!("it is refused")
    };
    assert_eq!(faults[0].field, "/groups/0/rules/0/cases");
    town.as_actor(by, &policy("deny")).unwrap();
}

#[test]
fn only_admins_change_what_groups_confer() {
    let mut town = town();
    let confer = save(&town, permission("p", &[]));
    let refused = town.tries("ana", &confer).unwrap_err();
    assert_eq!(refused.code(), "not_allowed");
}

#[test]
fn a_preview_tells_who_may_now_do_what_and_who_no_longer() {
    let town = town();
    let wider = list(
        "docs",
        0,
        &json!([doc(
            "allow",
            "write",
            &json!([["@status", "=", "archived"]])
        )]),
    );
    let operation = save(&town, wider);
    let context = town.context(Actor::User(town.uid("root")));
    let change = operation.plan(&town.world, &context).unwrap();
    let after = town.world.after(&change).unwrap();
    let diff = rules_diff(&town.world, &after, &change, NOW).expect("rules are touched");
    assert_eq!(
        (diff.people, diff.not_compared, diff.shifts.len()),
        (2, 0, 1)
    );
    let shift = &diff.shifts[0];
    assert!(shift.exhaustive);
    let told: Vec<_> = shift
        .turns
        .iter()
        .map(|turn| {
            (
                turn.allowed,
                turn.people,
                turn.attributes["status"].to_string(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (false, 2, "\"draft\"".to_owned()),
            (true, 2, "\"archived\"".to_owned())
        ]
    );
}

#[test]
fn withholding_a_list_is_previewed_the_same_way() {
    let town = town();
    let entitlement = town.conferred("Writers", "docs").unwrap().id;
    let context = town.context(Actor::User(town.uid("root")));
    let change = RevokeEntitlement { entitlement }
        .plan(&town.world, &context)
        .unwrap();
    let after = town.world.after(&change).unwrap();
    let diff = rules_diff(&town.world, &after, &change, NOW).expect("rules are touched");
    assert_eq!(diff.people, 2);
    assert!(diff.shifts[0].turns.iter().all(|turn| !turn.allowed));
}

#[test]
fn a_preview_says_for_how_many_a_condition_on_the_subject_is_so() {
    let town = town();
    let only_ana = list(
        "docs",
        0,
        &json!([
            doc("allow", "write", &json!([["@status", "=", "draft"]])),
            doc("allow", "sign", &json!([["@subject.login", "=", "ana"]])),
            doc("allow", "burn", &json!([["@subject.team", "=", "fire"]])),
        ]),
    );
    let context = town.context(Actor::User(town.uid("root")));
    let change = save(&town, only_ana).plan(&town.world, &context).unwrap();
    let after = town.world.after(&change).unwrap();
    let diff = rules_diff(&town.world, &after, &change, NOW).expect("rules are touched");
    let told: Vec<_> = diff.shifts[0]
        .turns
        .iter()
        .map(|turn| (&*turn.action, turn.people))
        .collect();
    assert_eq!(told, [("sign", 1), ("burn", 0)]);
}

/// What an operation of `root` does by rules: each turn of each set of people.
fn turns(town: &Town, operation: &impl Operation) -> Option<Vec<(String, bool, usize)>> {
    let context = town.context(Actor::User(town.uid("root")));
    let change = operation.plan(&town.world, &context).unwrap();
    let after = town.world.after(&change).unwrap();
    let diff = rules_diff(&town.world, &after, &change, NOW)?;
    let turns = diff.shifts.iter().flat_map(|shift| &shift.turns);
    let told = turns.map(|turn| (turn.action.to_string(), turn.allowed, turn.people));
    Some(told.collect())
}

#[test]
fn people_and_roles_who_come_and_go_are_told_of_by_rules_too() {
    let town = town()
        .users(&["kim", "lou"])
        .roles(&["Role-Press"])
        .groups(&["Plain"]);
    let town = town.member("kim", "Role-Press").member("lou", "Role-Press");
    let (writers, press) = (town.gid("Writers"), town.gid("Role-Press"));
    let one = vec![town.uid("eve")];
    let add = |group, kind| AddPeople {
        group,
        kind,
        users: one.clone(),
        until: NEVER,
        reason: Default::default(),
    };
    let gains = |people| Some(vec![("write".to_owned(), true, people)]);
    let loses = |people| Some(vec![("write".to_owned(), false, people)]);
    assert_eq!(
        turns(&town, &add(writers, MembershipKind::Member)),
        gains(1)
    );
    assert_eq!(
        turns(&town, &add(writers, MembershipKind::Owner)),
        None,
        "owners are not judged by it"
    );
    assert_eq!(
        turns(&town, &add(town.gid("Plain"), MembershipKind::Member)),
        None
    );
    let remove = RemovePeople {
        group: writers,
        kind: MembershipKind::Member,
        users: vec![town.uid("ana"), town.uid("ben")],
    };
    assert_eq!(turns(&town, &remove), loses(2));

    let attach = AttachRole {
        role: press,
        groups: vec![writers],
        kind: MembershipKind::Member,
        until: NEVER,
        reason: Default::default(),
    };
    assert_eq!(turns(&town, &attach), gains(2));
    // Who is in it already by another way gains nothing.
    let town = town
        .member("kim", "Writers")
        .leads("Role-Press", "Writers", NEVER);
    assert_eq!(turns(&town, &attach), Some(vec![]));
    let detach = DetachRole {
        role: press,
        groups: vec![writers],
        kind: MembershipKind::Member,
    };
    assert_eq!(turns(&town, &detach), loses(1));
    assert_eq!(
        turns(&town, &add(press, MembershipKind::Member)),
        gains(1),
        "through the role"
    );
}

#[test]
fn permissions_alone_are_no_change_of_rules() {
    let town = town();
    let context = town.context(Actor::User(town.uid("root")));
    let change = save(&town, permission("p", &[]))
        .plan(&town.world, &context)
        .unwrap();
    let after = town.world.after(&change).unwrap();
    assert!(rules_diff(&town.world, &after, &change, NOW).is_none());
}

#[test]
fn a_permission_is_written_the_same_in_all_groups() {
    let mut town = town()
        .groups(&["Readers"])
        .confers("Readers", permission("mail:read", &[]));
    let again = save(&town, permission("Mail:READ", &[]));
    town.does("root", &again);
    assert!(town.conferred("Writers", "mail:read").is_some());
}

#[test]
fn people_whose_other_rules_differ_are_told_of_together() {
    let town = town()
        .groups(&["Other"])
        .member("ana", "Other")
        .confers("Other", permission("p", &[]))
        .confers(
            "Other",
            list("keys", 5, &json!([{ "access": "deny", "where": { "rsrc_type": "key", "action": "*", "rsrc_match": [] } }])),
        );
    let none = save(&town, list("docs", 0, &json!([])));
    let context = town.context(Actor::User(town.uid("root")));
    let change = none.plan(&town.world, &context).unwrap();
    let after = town.world.after(&change).unwrap();
    let diff = rules_diff(&town.world, &after, &change, NOW).expect("rules are touched");
    assert_eq!((diff.people, diff.shifts.len()), (2, 1));
    assert_eq!(diff.shifts[0].turns[0].people, 2);
}

#[test]
fn what_is_ones_own_is_told_with_each_persons_own_name() {
    let town = town();
    let own = list(
        "docs",
        0,
        &json!([
            doc("allow", "write", &json!([["@status", "=", "draft"]])),
            doc("deny", "delete", &json!([["@sealed", "=", true]])),
            doc("allow", "delete", &json!([["@owner", "=", "@subject.id"]])),
        ]),
    );
    let context = town.context(Actor::User(town.uid("root")));
    let change = save(&town, own).plan(&town.world, &context).unwrap();
    let after = town.world.after(&change).unwrap();
    let diff = rules_diff(&town.world, &after, &change, NOW).expect("rules are touched");
    let turn = &diff.shifts[0].turns[0];
    assert_eq!((&*turn.action, turn.people), ("delete", 2));
    assert_eq!(turn.linked.len(), 1, "{turn:?}");
    assert_eq!(turn.linked["owner"], "subject.id".into());
}
