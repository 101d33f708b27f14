//! What may be asked, and what may become of it.

use portcullis_model::{
    Actor, Change, ChangeSet, Description, Edit, Granted, GroupKind, MembershipKind, Name,
    OperationName, Position, Reason, Request, State, Wants, guard, record::AppPart,
};

use crate::company::Company;
use crate::records::{NEVER, NOW, code, days, id, one, reason};

fn company() -> Company {
    Company::new()
        .users(["ben", "olga", "omar"])
        .group("Team")
        .owner("olga", "Team")
        .owner("omar", "Team")
}

fn waiting() -> Company {
    company().asked("ben", "Team", MembershipKind::Member, days(5))
}

#[test]
fn nobody_asks_for_a_past_end() {
    let c = company();
    let request = c.request("ben", "Team", MembershipKind::Member, days(-1));
    assert_eq!(c.tries("ben", Edit::create(request)), "invalid");
}

#[test]
fn nobody_asks_for_what_they_have_but_one_may_ask_for_longer() {
    let c = company().member_between("ben", "Team", -1, days(10));
    let ask = |until| {
        c.tries(
            "ben",
            Edit::create(c.request("ben", "Team", MembershipKind::Member, until)),
        )
    };
    assert_eq!(ask(days(10)), "already_in_group");
    assert_eq!(ask(days(11)), "ok");
    let owner = c.request("ben", "Team", MembershipKind::Owner, days(5));
    assert_eq!(c.tries("ben", Edit::create(owner)), "ok");
}

#[test]
fn nobody_asks_twice() {
    let c = waiting();
    let again = c.request("ben", "Team", MembershipKind::Member, NEVER);
    assert_eq!(c.tries("ben", Edit::create(again)), "already_asked");
}

#[test]
fn unknown_groups_and_people_are_not_asked_for() {
    let c = company();
    let request = c.request("ben", "Nothing", MembershipKind::Member, NEVER);
    assert_eq!(c.tries("ben", Edit::create(request)), "not_found");
    let request = c.request("nobody", "Team", MembershipKind::Member, NEVER);
    assert_eq!(c.tries("nobody", Edit::create(request)), "not_found");
}

#[test]
fn two_owners_cannot_both_decide() {
    let c = waiting();
    let late = c.approval("omar", "ben", days(5));
    let c = c.does("olga", c.rejection("olga", "ben"));
    assert_eq!(c.tries("omar", late), "already_resolved");
    assert!(
        c.world
            .direct(c.uid("ben"), c.gid("Team"), MembershipKind::Member)
            .is_none()
    );
}

#[test]
fn a_decided_request_is_decided() {
    let c = waiting();
    let approval = c.approval("olga", "ben", days(5));
    let Some(Change::Request(edit)) = approval.changes.last().cloned() else {
        panic!("it ends with the request")
    };
    let pending = *edit.before.unwrap();
    let approved = *edit.after.unwrap();
    let c = c.does("olga", approval);
    let longer = Request {
        state: State::Approved {
            resolution: c.resolution("olga"),
            granted_until: NEVER,
            granted: Granted::Membership(id("another")),
        },
        ..approved.clone()
    };
    let again = Edit::update(approved.clone(), longer);
    assert_eq!(c.tries("olga", again), "already_resolved");
    let reopened = Edit::update(approved.clone(), pending);
    assert_eq!(
        c.tries("olga", reopened),
        "already_resolved",
        "only undo reopens"
    );
    assert_eq!(
        c.tries("ben", Edit::end(approved)),
        "already_resolved",
        "history stays"
    );
}

#[test]
fn an_approval_that_grants_nothing_is_none() {
    let c = waiting();
    let approval = c.approval("olga", "ben", days(5));
    let mut empty = approval.clone();
    empty.changes.remove(0);
    assert_eq!(c.tries("olga", empty), "approval_without_grant");
    let mut longer = approval.clone();
    let Change::Membership(edit) = &mut longer.changes[0] else {
        panic!("it begins with the membership")
    };
    edit.after.as_mut().unwrap().validity.until = NEVER;
    assert_eq!(c.tries("olga", longer), "approval_without_grant");
    let mut elsewhere = approval.clone();
    let Change::Membership(edit) = &mut elsewhere.changes[0] else {
        panic!("it begins with the membership")
    };
    edit.after.as_mut().unwrap().user = c.uid("omar");
    assert_eq!(c.tries("olga", elsewhere), "approval_without_grant");
    assert_eq!(c.tries("olga", approval), "ok");
}

#[test]
fn nobody_decides_in_another_name() {
    let c = waiting();
    assert_eq!(
        c.tries("olga", c.approval("omar", "ben", days(5))),
        "invalid"
    );
    assert_eq!(c.tries("olga", c.rejection("root", "ben")), "invalid");
}

#[test]
fn what_was_asked_is_not_rewritten_by_who_decides() {
    let c = waiting();
    for rewrite in [
        |request: &mut Request| request.until = NEVER,
        |request: &mut Request| request.reason = reason("I insist"),
        |request: &mut Request| request.requester = id("user omar"),
    ] {
        let before = c.the_request("ben");
        let mut after = Request {
            state: State::Rejected {
                resolution: c.resolution("olga"),
            },
            ..before.clone()
        };
        rewrite(&mut after);
        assert_eq!(c.tries("olga", Edit::update(before, after)), "invalid");
    }
}

#[test]
fn a_request_is_not_filed_as_decided() {
    let c = company();
    let filed = Request {
        state: State::Rejected {
            resolution: c.resolution("olga"),
        },
        ..c.request("ben", "Team", MembershipKind::Member, NEVER)
    };
    assert_eq!(c.tries("ben", Edit::create(filed)), "invalid");
}

#[test]
fn undo_of_an_approval_opens_the_request_again() {
    let c = waiting();
    let approval = c.approval("olga", "ben", days(5));
    let before = c.world.clone();
    let c = c.does("olga", approval.clone());
    let undo = approval.inverse(Position(7));
    assert_eq!(c.tries("ben", undo.clone()), "not_allowed");
    let c = c.does("omar", undo.clone());
    assert!(before.diff(&c.world, NOW).is_empty());
    assert!(c.the_request("ben").is_pending());
    // And done again by undoing the undo, in the name of who decided.
    assert_eq!(c.tries("root", undo.inverse(Position(8))), "ok");
}

#[test]
fn a_limit_that_came_after_the_request_binds_the_approval() {
    let c = company().tag(
        "Short",
        portcullis_model::Constraints {
            member_time_limit: crate::records::limit_of_days(2),
            disallow_self_add_membership: true,
            ..Default::default()
        },
    );
    let c = c
        .asked("ben", "Team", MembershipKind::Member, days(5))
        .tagged("Team", "Short");
    assert_eq!(
        c.tries("olga", c.approval("olga", "ben", days(5))),
        "time_limit"
    );
    assert_eq!(c.tries("olga", c.approval("olga", "ben", days(2))), "ok");
}

#[test]
fn the_owners_are_asked_then_the_apps_then_the_admins() {
    let c = Company::new()
        .users(["abe", "gus", "ben"])
        .app("Pay", "abe")
        .app_group("Pay", "Users")
        .owner("gus", "App-Pay-Users");
    let asked = |c: &Company, who: &str| {
        let group = c.the_group("App-Pay-Users");
        let all = c.world.deciders(&group, Some(c.uid(who)), NOW);
        all.iter()
            .map(|user| user.login.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&c, "ben"), ["gus"]);
    assert_eq!(
        asked(&c, "gus"),
        ["abe"],
        "nobody is asked about their own request"
    );
    let c = c.does(
        "gus",
        Edit::end(c.the_fact("gus", "App-Pay-Users", MembershipKind::Owner)),
    );
    assert_eq!(asked(&c, "abe"), ["root"]);
}

#[test]
fn the_system_may_approve_as_its_rules_say() {
    let c = waiting();
    let mut approval = c.approval("olga", "ben", days(5));
    let Some(Change::Request(edit)) = approval.changes.last_mut() else {
        panic!("it ends with the request")
    };
    let Some(State::Approved { resolution, .. }) = edit.after.as_mut().map(|r| &mut r.state) else {
        panic!("it is approved")
    };
    resolution.by = Actor::System(portcullis_model::SystemActor::Operator);
    assert_eq!(code(&guard(&c.world, approval, &c.as_system())), "ok");
}

#[test]
fn withdrawing_is_for_the_requester_and_an_undo_of_it_too() {
    let c = waiting();
    let before = c.the_request("ben");
    let withdrawn = Request {
        state: State::Withdrawn {
            resolution: c.resolution("ben"),
        },
        ..before.clone()
    };
    let withdraw = one(Edit::update(before, withdrawn));
    assert_eq!(c.tries("olga", withdraw.clone()), "not_allowed");
    let c = c.does("ben", withdraw.clone());
    let undo = withdraw.inverse(Position(3));
    assert_eq!(c.tries("olga", undo.clone()), "not_allowed");
    assert_eq!(c.tries("ben", undo), "ok");
}

#[test]
fn an_approval_of_an_earlier_version_reads() {
    let text = r#"{"id":"00000000-0000-0000-0000-000000000001","requester":"00000000-0000-0000-0000-000000000002","wants":"membership","group":"00000000-0000-0000-0000-000000000003","kind":"member","until":null,"created_at":"2026-03-02T09:00:00Z","status":"approved","resolution":{"by":{"system":"time"},"at":"2026-03-02T09:00:00Z"},"granted_until":null,"membership":"00000000-0000-0000-0000-000000000004"}"#;
    let request: Request = serde_json::from_str(text).unwrap();
    let granted = Granted::Membership(portcullis_model::Id::new(uuid::Uuid::from_u128(4)));
    assert!(matches!(request.state, State::Approved { granted: g, .. } if g == granted));
}

/// Asks, lets somebody approve, and gives what is there afterwards.
fn life(c: &Company, asks: &str, decides: &str, wants: &Wants) -> Company {
    let by = c.as_user(asks);
    let filed = Request::file(
        &by,
        c.uid(asks),
        wants.clone(),
        days(30),
        &reason("to work"),
    );
    let id = filed.id().unwrap();
    let c = c.does(asks, filed);
    let pending = c.world.pending(id).unwrap();
    let mut change = ChangeSet::new(OperationName::RequestApprove);
    let why = Reason::default();
    change.changes = pending
        .approve(&c.world, &c.as_user(decides), None, &why)
        .unwrap();
    let own = c.tries(asks, change.clone());
    assert_eq!(own, "not_allowed", "nobody approves their own");
    let after = c.does(decides, change);
    assert_eq!(code(&after.world.pending(id)), "already_resolved");
    after
}

fn deciders(c: &Company, wants: &Wants, requester: &str) -> Vec<String> {
    let all = wants.deciders(&c.world, Some(c.uid(requester)), NOW);
    all.iter().map(|user| user.login.to_string()).collect()
}

#[test]
fn a_role_is_asked_for_by_its_owners_and_let_in_by_the_groups() {
    let c = company()
        .role("Role-Ops")
        .owner("ben", "Role-Ops")
        .member("omar", "Role-Ops");
    let wants = Wants::Inclusion {
        role: c.gid("Role-Ops"),
        group: c.gid("Team"),
        kind: MembershipKind::Member,
    };
    assert_eq!(wants.label(&c.world), "membership in Team for Role-Ops");
    assert_eq!(deciders(&c, &wants, "ben"), ["olga", "omar"]);
    let filed = |login: &str| {
        Request::file(
            &c.as_user(login),
            c.uid(login),
            wants.clone(),
            days(30),
            &reason("x"),
        )
    };
    assert_eq!(
        c.tries("omar", filed("omar")),
        "not_allowed",
        "no owner of the role"
    );
    let after = life(&c, "ben", "olga", &wants);
    let fact = after.the_inclusion("Role-Ops", "Team");
    assert_eq!(fact.validity.until, days(30));
    assert!(
        after
            .world
            .holds(
                after.uid("omar"),
                after.gid("Team"),
                MembershipKind::Member,
                NOW
            )
            .is_some()
    );
    let again = Request::file(
        &after.as_user("ben"),
        after.uid("ben"),
        wants,
        days(9),
        &reason("x"),
    );
    assert_eq!(after.tries("ben", again), "already_included");
}

#[test]
fn a_new_group_is_owned_by_who_asked_for_it() {
    let c = company();
    let wants = |name: &str, kind| Wants::NewGroup {
        name: Name::parse(name).unwrap(),
        description: Description::default(),
        kind,
        tags: Vec::new(),
    };
    let plain = wants("Choir", GroupKind::Group);
    assert_eq!(plain.label(&c.world), "a new group Choir");
    assert_eq!(deciders(&c, &plain, "ben"), ["root"]);
    let file = |c: &Company, wants: Wants| {
        Request::file(
            &c.as_user("ben"),
            c.uid("ben"),
            wants,
            days(30),
            &reason("x"),
        )
    };
    assert_eq!(
        c.tries("ben", file(&c, wants("team", GroupKind::Group))),
        "name_taken"
    );
    assert_eq!(
        c.tries("ben", file(&c, wants("Ops", GroupKind::Role))),
        "invalid",
        "its prefix"
    );
    let after = life(&c, "ben", "root", &plain);
    assert!(
        after
            .world
            .owns_group(after.uid("ben"), after.gid("Choir"), NOW)
    );
}

#[test]
fn an_apps_owners_decide_on_a_group_for_it() {
    let c = company().app("Wiki", "olga");
    let wants = Wants::NewGroup {
        name: Name::parse("App-Wiki-Readers").unwrap(),
        description: Description::default(),
        kind: GroupKind::App {
            app: c.the_app("Wiki").id,
            part: AppPart::Access,
        },
        tags: Vec::new(),
    };
    assert_eq!(deciders(&c, &wants, "ben"), ["olga"]);
    let waiting = c.world.waits_for(c.uid("olga"), NOW).len();
    assert_eq!(waiting, 0);
    let filed = Request::file(
        &c.as_user("ben"),
        c.uid("ben"),
        wants.clone(),
        days(30),
        &reason("x"),
    );
    let asked = c.does("ben", filed);
    assert_eq!(asked.world.waits_for(asked.uid("olga"), NOW).len(), 1);
    assert_eq!(asked.world.waits_for(asked.uid("omar"), NOW).len(), 0);
    let after = life(&c, "ben", "olga", &wants);
    let made = after.the_group("App-Wiki-Readers");
    assert!(after.world.owns_group(after.uid("ben"), made.id, NOW));
}
