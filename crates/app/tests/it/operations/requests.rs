//! Requests: asked, decided, taken back.

use portcullis_app::{
    group::{AddPeople, AttachRole},
    request::{Approve, CreateRequest, DecideMany, Decision, Reject, Withdraw},
};
use portcullis_model::{Actor, MembershipKind, Refusal, State, SystemActor, Wants};

use super::{code, reason, town};
use crate::town::{NEVER, Town, days, parse};

fn asked(
    town: &mut Town,
    login: &str,
    group: &str,
) -> portcullis_model::Id<portcullis_model::Request> {
    let ask = CreateRequest {
        wants: Wants::Membership {
            group: town.gid(group),
            kind: MembershipKind::Member,
        },
        until: days(7),
        reason: parse!(Reason, "please"),
    };
    town.does(login, &ask);
    town.request_of(login).unwrap().id
}

#[test]
fn a_request_that_is_approved_is_granted_as_it_was_asked() {
    let mut town = town();
    let request = asked(&mut town, "ben", "Payroll");
    let approve = Approve {
        request,
        until: None,
        reason: Default::default(),
    };
    assert_eq!(code(town.tries("ben", &approve)), "not_allowed");
    town.does("root", &approve);
    let fact = town.direct("ben", "Payroll").unwrap();
    assert_eq!(
        (fact.validity.until, fact.request),
        (days(7), Some(request))
    );
    assert_eq!(
        &*fact.reason, "please",
        "the requester's reason stands where none is given"
    );
}

#[test]
fn asking_again_takes_the_earlier_request_back() {
    let mut town = town();
    let first = asked(&mut town, "ben", "Payroll");
    let second = asked(&mut town, "ben", "Payroll");
    assert_ne!(first, second);
    assert_eq!(town.world.requests().count(), 1);
}

#[test]
fn a_rejection_says_why_and_a_withdrawal_is_ones_own() {
    let mut town = town();
    let request = asked(&mut town, "ben", "Payroll");
    let silent = Reject {
        request,
        reason: Default::default(),
    };
    assert!(matches!(
        town.tries("root", &silent),
        Err(Refusal::Invalid(_))
    ));
    let withdraw = Withdraw {
        request,
        reason: Default::default(),
    };
    assert_eq!(code(town.clone().tries("eve", &withdraw)), "not_allowed");
    town.clone().does("ben", &withdraw);
    town.does(
        "root",
        &Reject {
            request,
            reason: reason(),
        },
    );
    assert!(town.request_of("ben").is_none());
}

#[test]
fn what_is_granted_otherwise_settles_the_requests_it_answers() {
    // By hand.
    let mut town = town();
    let request = asked(&mut town, "ben", "Payroll");
    let add = AddPeople {
        group: town.gid("Payroll"),
        kind: MembershipKind::Member,
        users: vec![town.uid("ben")],
        until: days(1),
        reason: reason(),
    };
    let change = town.clone().does("root", &add);
    let settled = change.changes.iter().any(|change| {
        matches!(change, portcullis_model::Change::Request(edit)
            if edit.id() == Some(request)
                && edit.after.as_ref().is_some_and(|r| matches!(r.state, State::Approved { .. })))
    });
    assert!(settled, "{change:?}");
    // Through a role that leads there, by whoever may decide.
    let mut into_role = town
        .clone()
        .placed("jim", "Role-A", MembershipKind::Owner, NEVER);
    let role = AddPeople {
        group: town.gid("Role-A"),
        ..add.clone()
    };
    let change = into_role.does("jim", &role);
    assert_eq!(
        change.changes.len(),
        1,
        "an owner of the role decides for no one else"
    );
    assert!(into_role.request_of("ben").is_some());
    into_role = town.clone();
    into_role.does("root", &role);
    assert!(into_role.request_of("ben").is_none());
    // Through a role that is attached.
    let attach = AttachRole {
        role: town.gid("Role-B"),
        groups: vec![town.gid("Payroll")],
        kind: MembershipKind::Member,
        until: NEVER,
        reason: reason(),
    };
    town.does("root", &attach);
    assert!(town.request_of("ben").is_none());
}

#[test]
fn several_requests_are_decided_as_each_alone() {
    for (decision, granted) in [(Decision::Approve, Some(days(7))), (Decision::Reject, None)] {
        let mut town = town();
        let requests = vec![
            asked(&mut town, "ben", "Payroll"),
            asked(&mut town, "root", "Wiki"),
        ];
        let decide = DecideMany {
            requests,
            decision,
            reason: reason(),
        };
        let operator = Actor::System(SystemActor::Operator);
        town.as_actor(operator, &decide).unwrap();
        assert_eq!(town.until("ben", "Payroll"), granted);
        assert_eq!(town.world.requests().count(), 0);
    }
}
