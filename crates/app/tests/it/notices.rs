//! Who is told what of a commit, and of time.

use portcullis_app::{
    group::{AddPeople, RemovePeople},
    notices::{About, Digest, EventKind, LEADS, Notice, ending, events, notices},
    request::{Approve, CreateRequest, Reject, Withdraw},
    tasks::ExpireFacts,
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Edit, Expiry, MembershipKind, OperationName, Reason,
    SystemActor, User, Wants,
};

use crate::town::{NEVER, NOW, Town, days, parse};

/// Olga and root's owners of Payroll; Ana and Ben are nobody yet.
fn town() -> Town {
    let town = Town::new()
        .users(&["ana", "ben", "olga"])
        .groups(&["Payroll", "Lab"]);
    town.placed("olga", "Payroll", MembershipKind::Owner, NEVER)
}

/// `login: sentence` for each notice of what `by` did.
fn told(town: &Town, by: Actor, change: &ChangeSet) -> Vec<String> {
    let all = notices(change, &town.world, &town.context(by));
    all.iter().map(said).collect()
}

fn said(notice: &Notice) -> String {
    let digest = Digest::of(std::slice::from_ref(notice));
    format!("{}: {}", notice.to.name, digest.lines[0].text)
}

fn ask(town: &mut Town, login: &str, until: Expiry) -> ChangeSet {
    let create = CreateRequest {
        wants: Wants::Membership {
            group: town.gid("Payroll"),
            kind: MembershipKind::Member,
        },
        until,
        reason: parse!(Reason, "month end"),
    };
    town.does(login, &create)
}

fn by(town: &Town, login: &str) -> Actor {
    Actor::User(town.uid(login))
}

fn add(town: &Town, login: &str, until: Expiry) -> AddPeople {
    AddPeople {
        group: town.gid("Payroll"),
        kind: MembershipKind::Member,
        users: vec![town.uid(login)],
        until,
        reason: Reason::default(),
    }
}

#[test]
fn those_who_may_decide_are_asked_and_never_who_asks() {
    let mut town = town();
    let change = ask(&mut town, "ana", days(30));
    let asked = "olga: ana asks for membership in Payroll until 1 Apr 2026, 09:00 UTC.";
    assert_eq!(told(&town, by(&town, "ana"), &change), [asked]);
    // An owner who asks is not asked; where nobody else owns it, admins are.
    let change = ask(&mut town, "olga", NEVER);
    let asked = "root: olga asks for membership in Payroll without an end.";
    assert_eq!(told(&town, by(&town, "olga"), &change), [asked]);
}

#[test]
fn who_asked_is_told_what_became_of_it_once() {
    let mut town = town();
    ask(&mut town, "ana", days(30));
    let request = town.request_of("ana").unwrap().id;
    let approve = Approve {
        request,
        until: Some(days(7)),
        reason: Reason::default(),
    };
    let change = town.does("olga", &approve);
    assert_eq!(change.changes.len(), 2, "the request and what it grants");
    let approved =
        "ana: olga approved your request for membership in Payroll until 9 Mar 2026, 09:00 UTC.";
    assert_eq!(told(&town, by(&town, "olga"), &change), [approved]);

    ask(&mut town, "ben", NEVER);
    let request = town.request_of("ben").unwrap().id;
    let change = town.does(
        "olga",
        &Reject {
            request,
            reason: parse!(Reason, "ask Lab"),
        },
    );
    let all = notices(&change, &town.world, &town.context(by(&town, "olga")));
    assert_eq!(
        said(&all[0]),
        "ben: olga rejected your request for membership in Payroll."
    );
    assert_eq!(Digest::of(&all).lines[0].reason, "ask Lab");

    ask(&mut town, "ben", NEVER);
    let request = town.request_of("ben").unwrap().id;
    let change = town.does(
        "ben",
        &Withdraw {
            request,
            reason: Reason::default(),
        },
    );
    assert!(told(&town, by(&town, "ben"), &change).is_empty());
}

#[test]
fn people_are_told_what_others_gave_moved_and_took_and_not_what_they_did() {
    let mut town = town();
    let change = town.does("olga", &add(&town.clone(), "ana", days(10)));
    let olga = by(&town, "olga");
    assert_eq!(
        told(&town, olga, &change),
        ["ana: You are now a member of Payroll until 12 Mar 2026, 09:00 UTC."]
    );
    let change = town.does("olga", &add(&town.clone(), "ana", NEVER));
    assert_eq!(
        told(&town, olga, &change),
        ["ana: You are a member of Payroll without an end now."]
    );
    let remove = |town: &Town| RemovePeople {
        group: town.gid("Payroll"),
        kind: MembershipKind::Member,
        users: vec![town.uid("ana")],
    };
    let change = town.does("olga", &remove(&town.clone()));
    assert_eq!(
        told(&town, olga, &change),
        ["ana: You are no longer a member of Payroll: olga ended it."]
    );

    town.does("olga", &add(&town.clone(), "ana", days(1)));
    let mut leaving = town.clone();
    let change = leaving.does("ana", &remove(&town));
    assert!(told(&leaving, by(&town, "ana"), &change).is_empty());

    town.now = NOW.plus_days(2);
    let time = Actor::System(SystemActor::Time);
    let change = town.as_actor(time, &ExpireFacts).unwrap();
    assert_eq!(
        told(&town, time, &change),
        ["ana: You are no longer a member of Payroll: your time there has ended."]
    );
}

#[test]
fn nobody_is_told_what_a_source_says_nor_are_programs_or_the_deleted() {
    let mut town = town();
    let change = town.does("olga", &add(&town.clone(), "ana", NEVER));
    assert!(told(&town, Actor::Connector(ConnectorId::IMPORT), &change).is_empty());
    let robot = User {
        kind: portcullis_model::UserKind::Service,
        ..town.world.find_user("ana").unwrap().clone()
    };
    assert_eq!(
        Notice::new(
            &robot,
            notices(&change, &town.world, &town.context(by(&town, "olga")))[0]
                .about
                .clone()
        ),
        None
    );
    let ana = town.world.find_user("ana").unwrap().clone();
    let end = change
        .clone()
        .inverse(town.world.position())
        .with(Edit::end(ana));
    town.world = town.world.after(&end).unwrap();
    assert!(told(&town, by(&town, "olga"), &end).is_empty());
}

#[test]
fn many_that_wait_for_one_person_are_one_message() {
    let mut town = town();
    let mut all = Vec::new();
    for n in 0..60 {
        town = town.users(&[&format!("u{n}")]);
        let change = ask(&mut town, &format!("u{n}"), NEVER);
        all.extend(notices(
            &change,
            &town.world,
            &town.context(by(&town, &format!("u{n}"))),
        ));
    }
    let digest = Digest::of(&all);
    assert_eq!(digest.subject, "60 requests need your decision");
    assert_eq!((digest.lines.len(), digest.more), (50, 10));
    let one = Digest::of(&all[..1]);
    assert_eq!(
        (one.subject.as_str(), one.more),
        ("u0 asks for membership in Payroll", 0)
    );
    assert!(one.lines[0].path.starts_with("/requests/"));
    // Nothing is said twice.
    let twice = [all[0].clone(), all[0].clone()];
    assert_eq!(Digest::of(&twice), one);
}

/// Who is told of an end, in how many days, between two days from now.
fn ends(town: &Town, from: i64, until: i64) -> Vec<(String, u32)> {
    let mut all = Vec::new();
    for lead in LEADS {
        let (found, looked) = ending(&town.world, lead, NOW.plus_days(from), NOW.plus_days(until));
        assert_eq!(looked, NOW.plus_days(until));
        for (_, notice) in found {
            let About::Ending { days, .. } = notice.about else {
                panic!()
            };
            all.push((notice.to.name, days));
        }
    }
    all
}

#[test]
fn an_end_is_told_a_week_and_a_day_before_each_once() {
    let member = MembershipKind::Member;
    let town = town().placed("ana", "Payroll", member, days(100));
    assert!(ends(&town, 0, 92).is_empty());
    assert_eq!(ends(&town, 92, 93), [("ana".to_owned(), 7)]);
    assert!(ends(&town, 93, 98).is_empty());
    assert_eq!(ends(&town, 98, 99), [("ana".to_owned(), 1)]);
    assert!(ends(&town, 99, 200).is_empty());
    // After a long silence only the nearer is told, and what has ended is not.
    assert_eq!(ends(&town, 0, 99), [("ana".to_owned(), 1)]);
    assert!(ends(&town, 0, 101).is_empty());
}

#[test]
fn an_end_is_not_told_to_who_has_just_got_it_or_keeps_their_place() {
    let member = MembershipKind::Member;
    let town =
        town()
            .placed("ana", "Payroll", member, days(10))
            .placed("ben", "Payroll", member, days(2));
    assert_eq!(ends(&town, 0, 60), []);
    assert_eq!(ends(&town, 8, 9), [("ana".to_owned(), 1)]);
    assert_eq!(ends(&town, 2, 4), []);
    let town = town
        .roles(&["Role-Clerks"])
        .member("ana", "Role-Clerks")
        .leads("Role-Clerks", "Payroll", NEVER);
    assert_eq!(ends(&town, 8, 9), []);
}

#[test]
fn very_many_ends_are_told_in_several_rounds_and_none_is_lost() {
    let mut town = town();
    let context = town.context(Actor::System(SystemActor::Demo));
    let mut change = ChangeSet::new(OperationName::ImportOrg);
    for n in 0..2500 {
        let name = format!("u{n}");
        let user = User {
            id: context.id(),
            source: None,
            login: parse!(Login, &name),
            name: parse!(Name, &name),
            email: None,
            kind: Default::default(),
            manager: None,
            attributes: [].into(),
        };
        let (group, why) = (town.gid("Lab"), Reason::default());
        // Half of them end at one moment.
        let end = Expiry::at(NOW.plus_days(50).plus_seconds(i64::from(n % 2 * n)));
        let place = portcullis_model::Membership::grant(
            &context,
            user.id,
            group,
            MembershipKind::Member,
            end,
            &why,
        );
        change.push(Edit::create(user));
        change.push(Edit::create(place));
    }
    town.world = town.world.after(&change).unwrap();
    let (now, mut from) = (NOW.plus_days(44), NOW);
    let mut keys = std::collections::BTreeSet::new();
    let mut rounds = Vec::new();
    while from < now {
        let (found, looked) = ending(&town.world, LEADS[0], from, now);
        rounds.push(found.len());
        keys.extend(found.into_iter().map(|(key, _)| key));
        from = looked;
    }
    assert_eq!((keys.len(), rounds), (2500, vec![1250, 1000, 250]));
}

#[test]
fn every_edit_is_an_event_with_a_name_and_a_sentence() {
    let mut town = town();
    let change = ask(&mut town, "ana", NEVER);
    let event = |town: &Town, by: &str, change: &ChangeSet| {
        let context = town.context(Actor::User(town.uid(by)));
        let all: Vec<_> = events(change, &town.world, &context).collect();
        all
    };
    let asked = &event(&town, "ana", &change)[0];
    assert_eq!(asked.kind.to_string(), "request.created");
    assert_eq!(
        asked.text,
        "ana asks for membership in Payroll without an end."
    );
    assert_eq!(
        asked.subject,
        format!("request/{}", town.request_of("ana").unwrap().id)
    );
    assert_eq!(asked.data["operation"], "request.create");
    assert_eq!(asked.data["after"]["reason"], "month end");
    assert_eq!(asked.data["before"], serde_json::Value::Null);
    let request = town.request_of("ana").unwrap().id;
    let change = town.does(
        "olga",
        &Approve {
            request,
            until: None,
            reason: Reason::default(),
        },
    );
    let texts: Vec<_> = event(&town, "olga", &change)
        .into_iter()
        .map(|event| (event.kind.to_string(), event.text))
        .collect();
    let wanted = [
        (
            "request.approved",
            "olga approved ana's request for membership in Payroll without an end.",
        ),
        (
            "membership.created",
            "ana is now a member of Payroll without an end (by olga).",
        ),
    ];
    assert_eq!(
        texts,
        wanted.map(|(kind, text)| (kind.to_owned(), text.to_owned()))
    );
    assert_eq!(EventKind::all().count(), 33);
}
