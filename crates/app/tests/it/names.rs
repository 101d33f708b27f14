//! What nothing new is called: the one table, at the guard and by an import.

use std::collections::BTreeMap;

use portcullis_app::{
    decide::{Action, Decider, Entity, Question, Types},
    import::Policy,
    sync::SyncSource,
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Edit, Entitlement, Grant, Group, GroupKind, Id, OperationName,
    Permission, Refusal, Sourced as _, SystemActor, User, UserKind, Validity, guard,
    guard::unsound_names,
    name::{Email, Login, Name, PermissionName},
    record::Authority,
};
use portcullis_testkit::names::{CASES, Called, when_imported, when_made};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::town::{NEVER, NOW, Town, list};

/// A text as it is read from the record, where earlier versions put what nobody may write now;
/// nothing for what they refused too.
fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(text.into()).ok()
}

fn stored<T: DeserializeOwned>(text: &str) -> T {
    read(text).unwrap()
}

/// Whether it can be on record at all.
fn is_readable(called: Called) -> bool {
    match called {
        Called::User(login, email) => {
            read::<Login>(login).is_some() && (email.is_empty() || read::<Email>(email).is_some())
        }
        Called::Group(name) => read::<Name>(name).is_some(),
        Called::Permission(name) => read::<PermissionName>(name).is_some(),
    }
}

fn user(n: u128, login: &str, email: &str) -> User {
    User {
        source: None,
        id: Id::new(Uuid::from_u128(n)),
        login: stored(login),
        name: stored("Somebody"),
        email: (!email.is_empty()).then(|| stored(email)),
        kind: UserKind::Person,
        manager: None,
        attributes: BTreeMap::new(),
    }
}

fn group(n: u128, name: &str) -> Group {
    Group {
        source: None,
        id: Id::new(Uuid::from_u128(n)),
        name: stored(name),
        description: Default::default(),
        kind: GroupKind::Group,
        authority: Authority::Portcullis,
        tags: Vec::new(),
    }
}

const OPERATOR: Actor = Actor::System(SystemActor::Operator);

/// A change by which `actor` makes it; ids are counted from `n`.
fn made(n: u128, called: Called, actor: Actor) -> ChangeSet {
    let change = ChangeSet::new(OperationName::UserCreate);
    let source = match actor {
        Actor::Connector(source) => Some(source),
        Actor::User(_) | Actor::System(_) => None,
    };
    let group = |name| group(n, name).kept_by(source);
    match called {
        Called::User(login, email) => {
            change.with(Edit::create(user(n, login, email).kept_by(source)))
        }
        Called::Group(name) => change.with(Edit::create(group(name))),
        Called::Permission(name) => {
            let holder = group(&format!("Holder {n}"));
            let entitlement = Entitlement {
                id: Id::new(Uuid::from_u128(n + 1)),
                group: holder.id,
                grant: Grant::Permission(Permission {
                    name: stored(name),
                    environments: Default::default(),
                }),
                validity: Validity::new(NOW, NEVER),
                reason: Default::default(),
                granted_by: actor,
            };
            change
                .with(Edit::create(holder))
                .with(Edit::create(entitlement))
        }
    }
}

fn code<T>(done: Result<T, Refusal>) -> &'static str {
    done.map_or_else(|refusal| refusal.code(), |_| "ok")
}

fn policy(called: Called) -> SyncSource<Policy> {
    let file = match called {
        Called::User(login, "") => json!({ "users": [{ "login": login }] }),
        Called::User(login, email) => json!({ "users": [{ "login": login, "email": email }] }),
        Called::Group(name) => json!({ "groups": [{ "name": name }] }),
        Called::Permission(name) => {
            json!({ "groups": [{ "name": "Imported", "permissions": [name] }] })
        }
    };
    SyncSource::new(serde_json::from_value(file).unwrap())
}

#[test]
fn every_way_to_the_guard_refuses_the_same_names() {
    for (there, new, expected) in CASES {
        let mut town = Town::new();
        let importer = Actor::Connector(ConnectorId::IMPORT);
        // What a file no longer says of its own ends; a permission of others stays in the way.
        let maker = match there {
            Called::Permission(_) => OPERATOR,
            Called::User(..) | Called::Group(_) => importer,
        };
        town.world = town.world.after(&made(1_000, *there, maker)).unwrap();
        let done = town.clone().as_actor(importer, &policy(*new));
        assert_eq!(
            code(done),
            when_imported(expected),
            "{there:?} {new:?} imported"
        );
        if !is_readable(*new) {
            assert_eq!(*expected, "invalid", "{new:?}");
            continue;
        }
        for actor in [
            Actor::User(town.uid("root")),
            Actor::System(SystemActor::Operator),
            Actor::Connector(ConnectorId::IMPORT),
        ] {
            let done = guard(&town.world, made(2_000, *new, actor), &town.context(actor));
            assert_eq!(
                code(done),
                when_made(expected),
                "{there:?} {new:?} by {actor:?}"
            );
        }
        // In one change they are as little to be told apart.
        let empty = Town::new();
        let root = Actor::User(empty.uid("root"));
        let mut both = made(1_000, *there, root);
        both.changes.extend(made(2_000, *new, root).changes);
        let admin = empty.context(root);
        let done = guard(&empty.world, both, &admin);
        assert_eq!(
            code(done),
            when_made(expected),
            "{there:?} {new:?} together"
        );
    }
}

#[test]
fn a_name_is_refused_when_it_is_edited_into_place_and_kept_when_it_was_there() {
    for (there, new, expected) in CASES {
        let (Called::User(..), Called::User(login, email)) = (there, new) else {
            continue;
        };
        if !is_readable(*new) {
            continue;
        }
        let mut town = Town::new();
        town.world = town.world.after(&made(1_000, *there, OPERATOR)).unwrap();
        let before = user(2_000, "somebody.else", "");
        let change = ChangeSet::new(OperationName::UserCreate).with(Edit::create(before.clone()));
        town.world = town.world.after(&change).unwrap();
        let renamed = user(2_000, login, email);
        let rename = ChangeSet::new(OperationName::UserEdit)
            .with(Edit::update(before.clone(), renamed.clone()));
        let admin = town.context(Actor::User(town.uid("root")));
        let done = guard(&town.world, rename.clone(), &admin);
        assert_eq!(code(done), when_made(expected), "{there:?} {new:?}");

        // What an earlier version let in is loaded, told, and can be mended or edited otherwise.
        town.world = town.world.after(&rename).unwrap();
        let told = unsound_names(&town.world, &portcullis_model::Policy::default());
        assert_eq!(told.is_empty(), *expected == "ok", "{told:?}");
        let mut retitled = renamed.clone();
        retitled.name = stored("Somebody Else");
        let edit = |after| {
            ChangeSet::new(OperationName::UserEdit).with(Edit::update(renamed.clone(), after))
        };
        assert_eq!(code(guard(&town.world, edit(retitled), &admin)), "ok");
        assert_eq!(code(guard(&town.world, edit(before), &admin)), "ok");
    }
}

#[test]
fn where_an_earlier_version_let_two_spellings_be_each_is_found_as_it_is_written() {
    let (one, other) = ("zo\u{eb}", "zoe\u{308}");
    for [first, second] in [[one, other], [other, one]] {
        let mut town = Town::new();
        for (n, login) in [(1_000, first), (2_000, second)] {
            let change = made(n, Called::User(login, ""), OPERATOR);
            town.world = town.world.after(&change).unwrap();
        }
        for login in [one, other] {
            assert_eq!(&*town.world.named_user(login).unwrap().login, login);
        }
    }
    let mut town = Town::new();
    town.world = town
        .world
        .after(&made(1_000, Called::User(other, ""), OPERATOR))
        .unwrap();
    assert_eq!(&*town.world.named_user(one).unwrap().login, other);
    let id = town.world.named_user(one).unwrap().id.to_string();
    assert!(town.world.named_user(&id).is_some());
    assert!(town.world.named_user("zoe").is_none());
    assert!(town.world.named_user(&format!("{one} ")).is_none());
}

#[test]
fn an_address_is_found_by_a_search_and_names_nobody() {
    let mut town = Town::new();
    let change = made(1_000, Called::User("kim", "kim@corp.example"), OPERATOR);
    town.world = town.world.after(&change).unwrap();
    assert!(town.world.find_user(" KIM@corp.example ").is_some());
    assert!(town.world.named_user("kim@corp.example").is_none());
    let decider = Decider::new(Types::default());
    for (subject, known) in [("kim", true), ("KIM", true), ("kim@corp.example", false)] {
        let found = decider.user(&town.world, "user", subject);
        assert_eq!(found.is_some(), known, "{subject}");
    }
}

#[test]
fn a_profile_attribute_bears_no_built_in_name() {
    let town = Town::new();
    let admin = town.context(Actor::User(town.uid("root")));
    for (name, wanted) in [
        ("login", "invalid"),
        ("email", "invalid"),
        ("id", "invalid"),
        ("type", "invalid"),
        ("name", "invalid"),
        ("kind", "invalid"),
        ("Title", "ok"),
    ] {
        let mut user = user(1_000, "kim", "");
        user.attributes.insert(name.into(), "x".into());
        let change = ChangeSet::new(OperationName::UserCreate).with(Edit::create(user));
        assert_eq!(code(guard(&town.world, change, &admin)), wanted, "{name}");
    }
}

#[test]
fn rules_see_the_stored_subject_however_it_is_written_and_whatever_is_supplied() {
    let rule = |access: &str, action: &str, conditions: serde_json::Value| json!({ "access": access, "where": { "rsrc_type": "doc", "action": action, "rsrc_match": conditions } });
    let mine = |value: &str| json!([["@subject.email", "=", value]]);
    let rules = json!([
        rule("deny", "read", json!([["@subject.id", "=", "kim"]])),
        rule("allow", "read", json!([])),
        rule("allow", "mail", mine("boss@corp.example")),
    ]);
    let town = Town::new()
        .users(&["kim", "lee"])
        .groups(&["Readers"])
        .member("kim", "Readers")
        .member("lee", "Readers")
        .confers("Readers", list("docs", 0, &rules));
    let decider = Decider::new(Types::default());
    let may = |subject: &str, action: &str| {
        let supplied = [
            ("email".into(), "boss@corp.example".into()),
            ("id".into(), "lee".into()),
        ];
        let question = Question {
            subject: Entity {
                kind: "user".into(),
                id: subject.into(),
                properties: Some(supplied.into_iter().collect()),
            },
            action: Action {
                name: action.into(),
                properties: None,
            },
            resource: Entity {
                kind: "doc".into(),
                id: "1".into(),
                properties: None,
            },
            context: None,
        };
        decider.decide(&town.world, NOW, &question).allowed
    };
    let id = town.uid("kim").to_string();
    for kim in ["kim", "KIM", id.as_str(), "kim ", "kim@corp.example"] {
        assert!(!may(kim, "read"), "{kim}");
    }
    assert!(may("lee", "read"));
    assert!(may("LEE", "read"));
    // Neither has an address, and a request does not give them one.
    assert!(!may("kim", "mail"));
    assert!(!may("lee", "mail"));
}
