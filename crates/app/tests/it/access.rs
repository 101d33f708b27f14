//! What people may use, and what a preview says they gain and lose: whatever groups confer and
//! lists of rules deny or allow, all ways of asking agree.

use std::collections::BTreeMap;

use portcullis_app::{
    Operation,
    decide::{
        Decider, Moment, Properties, Seen, Types, access_diff, diff_between, permission_question,
        reached_by_rules,
    },
    group::{AddPeople, RemovePeople},
};
use portcullis_model::{
    Actor, Diff, Expiry, MembershipKind, Reason, World,
    world::{DiffLine, What},
};
use portcullis_rules::Redaction;
use serde_json::json;

use crate::{
    random::{Lists, PERMISSIONS, Random, plan, time},
    town::{NEVER, NOW, Town, days, list, permission},
};

const WORLDS: u64 = 150;

fn decider() -> Decider {
    Decider::new(Types::default())
}

/// A list that says one thing about the use of a permission.
fn about(access: &str, name: &str) -> portcullis_model::Grant {
    let rule = json!({ "access": access, "where": {
        "action": "use", "rsrc_type": "permission", "rsrc_match": [["@id", "=", name]],
    }});
    list("Freeze", 0, &json!([rule]))
}

/// Ana deploys; members of Frozen may not, members of Helpers may whatever else they are in.
fn town() -> Town {
    Town::new()
        .users(&["ana", "ben"])
        .groups(&["Deployers", "Frozen", "Helpers"])
        .confers("Deployers", permission("deploy:production", &[]))
        .confers("Frozen", about("deny", "deploy:production"))
        .confers("Helpers", about("allow", "deploy:production"))
        .member("ana", "Deployers")
}

fn permissions(town: &Town, lines: &[DiffLine]) -> Vec<String> {
    let lines = lines.iter().filter_map(|line| match &line.what {
        What::Permission { permission } => {
            let user = town.world.user(line.user)?;
            Some(format!("{} {permission}", user.login))
        }
        What::Group { .. } => None,
    });
    lines.collect()
}

/// Gains and losses of permissions, as a preview of `operation` tells them.
fn previewed(town: &Town, operation: &impl Operation) -> (Vec<String>, Vec<String>) {
    let context = town.context(Actor::User(town.uid("root")));
    let change = operation.plan(&town.world, &context).unwrap();
    let after = town.world.after(&change).unwrap();
    let moments = [Moment::new(&town.world, NOW), Moment::new(&after, NOW)];
    let reached = reached_by_rules(moments, &change);
    let (diff, not_compared) = access_diff(&Types::default(), moments, reached.as_ref());
    assert_eq!(not_compared, 0);
    (
        permissions(town, &diff.gains),
        permissions(town, &diff.losses),
    )
}

fn add(town: &Town, login: &str, group: &str) -> AddPeople {
    AddPeople {
        group: town.gid(group),
        kind: MembershipKind::Member,
        users: vec![town.uid(login)],
        until: days(30),
        reason: Reason::default(),
    }
}

fn remove(town: &Town, login: &str, group: &str) -> RemovePeople {
    RemovePeople {
        group: town.gid(group),
        kind: MembershipKind::Member,
        users: vec![town.uid(login)],
    }
}

#[test]
fn a_preview_tells_of_permissions_that_a_list_takes_or_gives() {
    let deploys = |login: &str| vec![format!("{login} deploy:production")];
    let town = town();
    assert_eq!(
        previewed(&town, &add(&town, "ana", "Frozen")),
        (vec![], deploys("ana"))
    );
    assert_eq!(
        previewed(&town, &add(&town, "ben", "Helpers")),
        (deploys("ben"), vec![])
    );
    assert_eq!(
        previewed(&town, &add(&town, "ben", "Frozen")),
        (vec![], vec![])
    );
    let frozen = town.member("ana", "Frozen").member("ben", "Frozen");
    assert_eq!(
        previewed(&frozen, &add(&frozen, "ben", "Deployers")),
        (vec![], vec![]),
        "in the group, but denied"
    );
    assert_eq!(
        previewed(&frozen, &remove(&frozen, "ana", "Frozen")),
        (deploys("ana"), vec![])
    );
}

#[test]
fn what_somebody_has_is_what_they_may_use() {
    let town = town().member("ben", "Helpers");
    let has = |town: &Town, login: &str| -> Vec<(String, String, Expiry)> {
        let user = town.world.user(town.uid(login)).unwrap();
        let decider = decider();
        let all = decider.permissions_of(Moment::new(&town.world, NOW), user);
        all.into_iter()
            .map(|has| {
                (
                    has.permission.name.to_string(),
                    has.group.name.to_string(),
                    has.until,
                )
            })
            .collect()
    };
    let through = |group: &str| vec![("deploy:production".into(), group.into(), NEVER)];
    assert_eq!(has(&town, "ana"), through("Deployers"));
    assert_eq!(has(&town, "ben"), through("Helpers"), "no group confers it");
    let town = town.member("ana", "Frozen");
    assert_eq!(has(&town, "ana"), vec![], "conferred, but denied");
}

fn may(world: &World, name: &str, moment: Moment<'_>) -> BTreeMap<String, Expiry> {
    let holders = decider().who_may(world, name, None, moment.now);
    let holders = holders.into_iter();
    holders
        .map(|h| (h.user.login.to_string(), h.until))
        .collect()
}

#[test]
fn lists_searches_and_differences_agree_on_permissions() {
    let (mut lines, mut had) = (0, 0);
    for seed in 0..WORLDS {
        let mut random = Random(seed ^ 0x9E37);
        let world = plan(&mut random, Lists::Any).world();
        let moments = [NOW, time(&mut random)].map(|now| Moment::new(&world, now));
        let (diff, not_compared) = diff_between(&Types::default(), moments);
        assert_eq!(not_compared, 0, "world {seed}");
        // Only what some group confers is known by name.
        let known = |name: &str, now| world.conferring(name, None, now).next().is_some();
        for name in PERMISSIONS {
            if !moments.iter().any(|moment| known(name, moment.now)) {
                continue;
            }
            let [was, is] = moments.map(|moment| may(&world, name, moment));
            assert_eq!(
                differences(&world, &diff, name),
                expected(&was, &is),
                "world {seed}: {name}"
            );
            lines += expected(&was, &is).len();
            for user in world.users() {
                let decider = decider();
                let listed = decider.permissions_of(moments[0], user);
                let key = portcullis_model::name::key(name);
                let listed = listed.iter().any(|has| has.permission.name.key() == key);
                let holds = was.contains_key(user.login.as_str());
                assert_eq!(
                    listed,
                    holds && known(name, NOW),
                    "world {seed}: {} {name}",
                    user.login
                );
                had += usize::from(listed);
            }
        }
    }
    assert!(lines > 100 && had > 100, "{lines} lines, {had} had");
}

/// Whether `subject` may do `action` on a resource, by a decider of its own.
fn decided(world: &World, subject: &str, action: &str, (kind, id): (&str, &str)) -> bool {
    let mut question = permission_question("user", subject, id, None);
    action.clone_into(&mut question.action.name);
    kind.clone_into(&mut question.resource.kind);
    decider().decide(world, NOW, &question).allowed
}

#[test]
fn another_spelling_of_the_subject_escapes_no_rule() {
    let rule = |access: &str, matched: serde_json::Value| {
        json!({ "access": access, "where": {
            "action": "read", "rsrc_type": "doc", "rsrc_match": [matched],
        }})
    };
    let rules = json!([
        rule("deny", json!(["@subject.id", "=", "ana"])),
        rule("allow", json!(["@subject.id", "!=", "ben"])),
    ]);
    let town = Town::new()
        .users(&["ana", "ben", "cid"])
        .groups(&["Readers"])
        .confers("Readers", list("docs", 0, &rules));
    let logins = ["ana", "ben", "cid"];
    let town = logins
        .iter()
        .fold(town, |town, login| town.member(login, "Readers"));
    for (login, expected) in [("ana", false), ("ben", false), ("cid", true)] {
        let id = town.uid(login).to_string();
        let spellings = [login.to_owned(), login.to_uppercase(), id.clone()];
        for subject in spellings.iter().chain([&id.to_uppercase()]) {
            let may = decided(&town.world, subject, "read", ("doc", "handbook"));
            assert_eq!(may, expected, "{login} asked for as {subject:?}");
            let question = permission_question("user", subject, "x", None);
            let seen = decider();
            let asked = seen.ask(&town.world, &question).unwrap();
            let nothing = Properties::new();
            let seen = Seen::new(&asked, &nothing);
            let id = portcullis_rules::Attributes::get(&seen, "subject.id");
            assert_eq!(id.and_then(|id| id.as_str()), Some(login), "{subject:?}");
        }
    }
}

#[test]
fn another_spelling_of_a_permission_is_the_same_permission() {
    let town = town();
    for (subject, expected) in [("ana", true), ("ben", false)] {
        for name in [
            "deploy:production",
            "Deploy:Production",
            "DEPLOY:PRODUCTION",
        ] {
            let may = decided(&town.world, subject, "use", ("permission", name));
            assert_eq!(may, expected, "{subject} {name}");
        }
    }
    let frozen = town.member("ana", "Frozen");
    for name in ["deploy:production", "DEPLOY:production"] {
        let may = decided(&frozen.world, "ana", "use", ("permission", name));
        assert!(!may, "the list denies {name}");
    }
}

#[test]
fn an_unstated_environment_is_never_a_yes_and_is_told_of() {
    let town = Town::new()
        .users(&["ana", "ben"])
        .groups(&["Testers", "Frozen"])
        .confers("Testers", permission("deploy:release", &["dev", "test"]))
        .member("ana", "Testers");
    let asked = |place| permission_question("user", "ana", "Deploy:Release", place);
    for (place, expected) in [
        (None, false),
        (Some("dev"), true),
        (Some("test"), true),
        (Some("prod"), false),
    ] {
        let may = decider().decide(&town.world, NOW, &asked(place)).allowed;
        assert_eq!(may, expected, "{place:?}");
    }
    let elsewhere = |place| decider().environments(&town.world, NOW, &asked(place));
    assert_eq!(elsewhere(None), ["dev", "test"]);
    assert_eq!(elsewhere(Some("prod")), [""; 0], "one was named");
    let of_ben = permission_question("user", "ben", "deploy:release", None);
    let for_ben = decider().environments(&town.world, NOW, &of_ben);
    assert_eq!(for_ben, [""; 0], "has it nowhere");
    let told = decider().explain(&town.world, NOW, &asked(None), &Redaction::ShowAll);
    assert_eq!(told["environments"], json!(["dev", "test"]));
}

type Ends = (Option<Expiry>, Option<Expiry>);

fn expected(
    was: &BTreeMap<String, Expiry>,
    is: &BTreeMap<String, Expiry>,
) -> BTreeMap<String, Ends> {
    let logins = was.keys().chain(is.keys());
    logins
        .map(|login| {
            (
                login.clone(),
                (was.get(login).copied(), is.get(login).copied()),
            )
        })
        .filter(|(_, (was, is))| was != is)
        .collect()
}

fn differences(world: &World, diff: &Diff, name: &str) -> BTreeMap<String, Ends> {
    let key = portcullis_model::name::key(name);
    let lines = diff.gains.iter().chain(&diff.losses).chain(&diff.changes);
    let lines = lines.filter(
        |line| matches!(&line.what, What::Permission { permission } if permission.key() == key),
    );
    lines
        .map(|line| {
            let login = world.user(line.user).unwrap().login.to_string();
            (login, (line.before, line.after))
        })
        .collect()
}
