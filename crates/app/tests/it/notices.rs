//! Who is told what of a commit, and of time.

use portcullis_app::{
    group::{AddPeople, RemovePeople},
    notices::{
        About, Digest as Message, EventKind, LEADS, Notice, ending, events, notices, tokens_ending,
    },
    request::{Approve, CreateRequest, Reject, Withdraw},
    tasks::ExpireFacts,
    token::{IssueToken, RotateToken},
    user::{CreateUser, DeleteUser, SetPreferences},
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Digest, Edit, Expiry, MembershipKind, NoticeKind, OperationName,
    Reason, Scope, SystemActor, User, UserKind, Wants,
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
    let digest = Message::of(std::slice::from_ref(notice));
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
    assert_eq!(Message::of(&all).lines[0].reason, "ask Lab");

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
        kind: UserKind::Service,
        ..town.world.find_user("ana").unwrap().clone()
    };
    assert_eq!(
        Notice::new(
            &town.world,
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
fn who_does_not_want_a_kind_is_not_told_it_and_others_are() {
    let mut town = town();
    let off = |town: &Town, login: &str, off: &[NoticeKind]| SetPreferences {
        user: town.uid(login),
        off: off.iter().copied().collect(),
    };
    town.does("olga", &off(&town.clone(), "olga", &[NoticeKind::Asked]));
    let change = ask(&mut town, "ana", NEVER);
    assert!(told(&town, by(&town, "ana"), &change).is_empty());
    // Whoever turned off one kind is told the others.
    town.does("ben", &off(&town.clone(), "ben", &[NoticeKind::Asked]));
    let olga = by(&town, "olga");
    let change = town.does("olga", &add(&town.clone(), "ben", days(30)));
    assert_eq!(told(&town, olga, &change).len(), 1);
    assert_eq!(ends(&town, 0, 24).len(), 1);
    let all = NoticeKind::ALL;
    town.does("ben", &off(&town.clone(), "ben", &all));
    assert!(told(&town, olga, &change).is_empty());
    assert!(ends(&town, 0, 24).is_empty());
    // Nobody says it for others, and it can be taken back.
    let nothing = off(&town, "ben", &[]);
    let foreign = town.clone().tries("root", &nothing);
    assert_eq!(foreign.unwrap_err().code(), "not_allowed");
    town.does("ben", &nothing);
    let user = town.uid("ben");
    assert!(town.world.preferences(user).is_none());
    assert_eq!(ends(&town, 0, 24).len(), 1);
    // They end with whose they are.
    town.does("ben", &off(&town.clone(), "ben", &all));
    town.does("root", &DeleteUser { user });
    assert!(town.world.preferences(user).is_none());
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
    let digest = Message::of(&all);
    assert_eq!(digest.subject, "60 requests need your decision");
    assert_eq!((digest.lines.len(), digest.more), (50, 10));
    let one = Message::of(&all[..1]);
    assert_eq!(
        (one.subject.as_str(), one.more),
        ("u0 asks for membership in Payroll", 0)
    );
    assert!(one.lines[0].path.starts_with("/requests/"));
    // Nothing is said twice.
    let twice = [all[0].clone(), all[0].clone()];
    assert_eq!(Message::of(&twice), one);
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
    assert_eq!(EventKind::all().count(), 36);
}

#[test]
fn a_token_s_end_is_told_to_whom_it_is_of_or_to_who_sees_to_it() {
    let mut town = town();
    let issue = |town: &Town, login: &str, name: &str, lasts: i64| IssueToken {
        user: town.uid(login),
        name: parse!(Name, name),
        scopes: [Scope::Read].into(),
        digest: Digest([town.world.position().0 as u8; 32]),
        until: days(lasts),
    };
    let robot = |town: &Town, login: &str, manager: Option<&str>| CreateUser {
        login: parse!(Login, login),
        name: parse!(Name, login),
        email: None,
        kind: UserKind::Service,
        manager: manager.map(|login| town.uid(login)),
        attributes: [].into(),
    };
    town.does("root", &robot(&town.clone(), "deployer", Some("olga")));
    town.does("root", &robot(&town.clone(), "orphan", None));
    for (login, name, lasts) in [
        ("ana", "laptop", 100),
        ("deployer", "pipeline", 100),
        ("orphan", "job", 100),
        ("ben", "short", 10),
    ] {
        town.does("root", &issue(&town.clone(), login, name, lasts));
    }
    let told = |town: &Town, lead: usize, from: i64, until: i64| {
        let (from, until) = (NOW.plus_days(from), NOW.plus_days(until));
        let all = tokens_ending(&town.world, LEADS[lead], from, until);
        let mut said: Vec<_> = all.iter().map(|(_, notice)| said(notice)).collect();
        said.sort();
        said
    };
    assert_eq!(told(&town, 0, 0, 92), [""; 0]);
    let week = told(&town, 0, 92, 94);
    assert_eq!(week.len(), 3, "{week:?}");
    assert!(
        week[0].starts_with("ana: Your token laptop ends on"),
        "{week:?}"
    );
    assert!(week[1].starts_with("olga: The token pipeline of deployer ends on"));
    assert!(week[2].starts_with("root: The token job of orphan ends on"));
    assert_eq!(told(&town, 1, 98, 99).len(), 3, "a day before");
    // Where another of its name lives longer there is nothing to do.
    let rotate = RotateToken {
        token: town
            .world
            .credentials_of(town.uid("ana"))
            .next()
            .unwrap()
            .id,
        digest: Digest([99; 32]),
        until: days(300),
        overlap: 200 * 86_400,
    };
    town.does("ana", &rotate);
    assert_eq!(told(&town, 0, 92, 94).len(), 2);
}
