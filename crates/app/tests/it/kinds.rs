//! What holds for every kind of entitlement: a new one is tried here by its example alone.

use std::sync::{Arc, atomic::AtomicU64};

use portcullis_app::{
    App, Clock, Operation,
    decide::{Action, DecidedBy, Decider, Entity, Question, Types},
    group::{AddPeople, CreateGroup, GrantEntitlement, RevokeEntitlement},
    log::Undo,
    user::{CreateUser, InitAdmin},
};
use portcullis_model::{
    Actor, Description, EntitlementKind, FieldError, Grant, GroupKind, MembershipKind,
    OperationName, Policy, SystemActor, Timestamp, UserKind, World, world::What,
};
use portcullis_rules::{Budget, RuleList, Value as RuleValue, naive};
use portcullis_store::{Committed, Live, LogFilter, Store};
use portcullis_testkit::Database;
use serde_json::{Map, Value, json};

use crate::town::{Counter, NEVER, NOW, parse};

fn example(kind: EntitlementKind) -> Map<String, Value> {
    serde_json::from_str(kind.example()).unwrap()
}

fn read(map: &Map<String, Value>) -> Result<Grant, Vec<FieldError>> {
    let mut faults = Vec::new();
    let read = Grant::read(map, "", &mut faults, &Budget::unlimited());
    read.filter(|_| faults.is_empty()).ok_or(faults)
}

fn grant(kind: EntitlementKind) -> Grant {
    let grant = read(&example(kind)).expect("the example is right");
    assert_eq!(grant.kind(), kind);
    grant
}

#[test]
fn every_kind_is_read_as_it_is_written() {
    for kind in EntitlementKind::ALL {
        let grant = grant(kind);
        let mut written = serde_json::to_value(&grant).unwrap();
        let back: Grant = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(back, grant);
        let map = written.as_object_mut().expect("an object");
        assert_eq!(map.remove("grant"), Some(json!(kind.as_str())));
        assert_eq!(read(map).unwrap(), grant, "{kind}");
        assert!(grant.says_the_same(&back) && !grant.gives_less_than(&back));
        let members: Vec<_> = kind.members().iter().map(|member| member.name).collect();
        let written: Vec<_> = map.keys().map(String::as_str).collect();
        assert!(
            members.iter().all(|member| written.contains(member)) && members.len() == written.len(),
            "{kind} is written with {written:?}, and has {members:?}"
        );
    }
}

#[test]
fn every_kind_tells_each_wrong_member_where_it_stands() {
    for kind in EntitlementKind::ALL {
        let right = example(kind);
        for member in kind.members() {
            let mut wrong = right.clone();
            wrong.insert(member.name.to_owned(), json!(true));
            let faults = read(&wrong).unwrap_err();
            let at = format!("/{}", member.name);
            assert!(
                faults.iter().all(|fault| fault.field.starts_with(&at)),
                "{kind}: {faults:?}"
            );
        }
        for other in EntitlementKind::ALL
            .into_iter()
            .filter(|other| *other != kind)
        {
            let foreign: Vec<_> = other.members().iter().skip(1).collect();
            let mut mixed = right.clone();
            for member in &foreign {
                mixed.insert(member.name.to_owned(), Value::Null);
            }
            let faults = read(&mixed).unwrap_err();
            assert_eq!(faults.len(), foreign.len(), "{kind}: {faults:?}");
            let named = other.members()[0].name;
            mixed.insert(named.to_owned(), json!("x"));
            let faults = read(&mixed).unwrap_err();
            assert_eq!(faults.len(), 1, "both are named: {faults:?}");
        }
    }
    assert_eq!(read(&Map::new()).unwrap_err()[0].field, "/permission");
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn elapsed(&self) -> i64 {
        0
    }
}

/// Ana is in the group `Crew`, Ben in none.
async fn crew(db: &Database) -> App {
    let live = Live::start(Store::open(&db.url).await.unwrap())
        .await
        .unwrap();
    let ids = Arc::new(Counter(AtomicU64::new(1)));
    let app = App::new(live, Arc::new(Stopped), ids, Policy::default());
    let root = InitAdmin {
        email: parse!(Email, "root@example.com"),
        login: None,
        name: None,
    };
    let operator = app.context(Actor::System(SystemActor::Operator));
    app.commit(operator, root, None).await.unwrap();
    for login in ["ana", "ben"] {
        let create = CreateUser {
            login: parse!(Login, login),
            name: parse!(Name, login),
            email: None,
            kind: UserKind::Person,
            manager: None,
            attributes: [].into(),
        };
        done(&app, create).await;
    }
    let create = CreateGroup {
        kind: GroupKind::Group,
        name: parse!(Name, "Crew"),
        description: Description::default(),
        tags: Vec::new(),
        owners: Vec::new(),
    };
    done(&app, create).await;
    let world = app.world();
    let add = AddPeople {
        group: world.find_group("Crew").expect("a group").id,
        kind: MembershipKind::Member,
        users: vec![world.find_user("ana").expect("a user").id],
        until: NEVER,
        reason: Default::default(),
    };
    done(&app, add).await;
    app
}

async fn done(app: &App, operation: impl Operation + 'static) -> Committed {
    let root = app.world().find_user("root").expect("an admin").id;
    let context = app.context(Actor::User(root));
    app.commit(context, operation, None).await.unwrap()
}

/// A question that the first rule of a grant allows: what each of its conditions compares is so.
fn question(grant: &Grant, login: &str) -> (Question, RuleValue) {
    let rules = RuleList(grant.to_rules()).to_json();
    let first = |value: &Value| match value {
        Value::Array(all) => all[0].clone(),
        one => one.clone(),
    };
    let asked = &rules[0]["where"];
    let word = |name: &str| first(&asked[name]).as_str().expect("a word").to_owned();
    let mut seen = Map::new();
    let mut todo = vec![&asked["rsrc_match"]];
    while let Some(next) = todo.pop() {
        match next {
            Value::Array(all) if all.first().is_some_and(Value::is_string) => {
                let name = all[0].as_str().expect("an attribute");
                seen.insert(name.trim_start_matches('@').to_owned(), first(&all[2]));
            }
            Value::Array(all) => todo.extend(all),
            sets => todo.extend(sets.as_object().expect("a set").values()),
        }
    }
    let id = seen
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or("one")
        .to_owned();
    let all = seen
        .iter()
        .map(|(name, value)| (name.as_str().into(), RuleValue::from_json(value)));
    let entity = |kind: &str, id: &str, properties| Entity {
        kind: kind.to_owned(),
        id: id.to_owned(),
        properties,
    };
    let question = Question {
        subject: entity("user", login, None),
        action: Action {
            name: word("action"),
            properties: None,
        },
        resource: entity(&word("rsrc_type"), &id, Some(all.collect())),
        context: None,
    };
    (question, RuleValue::from_json(&Value::Object(seen)))
}

/// Who may, by whom each way of asking says so.
fn agree(world: &World, grant: &Grant, may: &[&str]) {
    let decider = Decider::new(Types::default());
    let (question, seen) = question(grant, "ana");
    let (action, kind) = (&question.action.name, &question.resource.kind);
    let by_definition = naive::decide(&RuleList(grant.to_rules()), action, kind, &seen).unwrap();
    assert!(by_definition.is_allow(), "the example's first rule allows");
    let found = decider.subjects(world, NOW, &question, None);
    assert_eq!(found.map(|user| &*user.login).collect::<Vec<_>>(), may);
    for login in ["ana", "ben"] {
        let question = Question {
            subject: Entity {
                id: login.to_owned(),
                ..question.subject.clone()
            },
            ..question.clone()
        };
        let answer = decider.decide(world, NOW, &question);
        assert_eq!(answer.allowed, may.contains(&login));
        if let Some(by) = DecidedBy::of(world, &answer) {
            let words = by.in_words();
            assert!(
                words.contains(grant.label()) && words.ends_with(" of `Crew`"),
                "{words}"
            );
        }
    }
    let Some(named) = grant.named() else {
        return;
    };
    // By name, in each way: the index, the evaluator, and what somebody has.
    let environments = named.environments.iter().map(|place| Some(&**place));
    for place in environments.chain([None]) {
        let held = world.who_can(&named.name, place, NOW);
        assert_eq!(held.iter().map(|h| &*h.user.login).collect::<Vec<_>>(), may);
        let judged = decider.who_may(world, &named.name, place, NOW);
        assert_eq!(
            judged.iter().map(|h| &*h.user.login).collect::<Vec<_>>(),
            may
        );
    }
    assert!(named.environments.is_empty() || world.who_can(&named.name, Some("x"), NOW).is_empty());
    assert_eq!(world.permission_names(NOW).count(), may.len());
}

portcullis_testkit::both_engines! {
    async fn every_kind_is_granted_told_decided_undone_and_read_back(db: Database) {
        let app = crew(&db).await;
        for kind in EntitlementKind::ALL {
            let grant = grant(kind);
            let world = app.world();
            let (group, ana) = (world.find_group("Crew").expect("a group").id, world.find_user("ana").expect("a user").id);
            agree(&world, &grant, &[]);
            let give = GrantEntitlement {
                group,
                grant: grant.clone(),
                replaces: None,
                until: NEVER,
                reason: Default::default(),
            };
            // The preview tells of Ana, by the name or by the decisions that change.
            let root = world.find_user("root").expect("an admin").id;
            let context = app.context(Actor::User(root));
            let told = app.preview(context.clone(), give.clone()).await.unwrap();
            let named = |line: &portcullis_model::world::DiffLine| line.user == ana && matches!(&line.what, What::Permission { permission } if **permission == *grant.label());
            let judged = told.rules.iter().flat_map(|rules| &rules.shifts);
            let by_rules = judged.filter(|shift| shift.turns.iter().any(|turn| turn.allowed)).any(|shift| shift.people == [ana]);
            assert_eq!((told.diff.gains.iter().any(named), by_rules), (grant.named().is_some(), !grant.rules().0.is_empty()), "{kind}");
            assert!(!told.takes_away());

            let given = done(&app, give).await;
            let there = given.world.conferred(group, &grant).expect("it is granted").clone();
            assert_eq!(there.grant, grant);
            agree(&given.world, &grant, &["ana"]);
            let loaded = app.store().load().await?;
            assert_eq!(loaded.entitlement(there.id), Some(&there), "{kind} on {}", db.name);
            agree(&loaded, &grant, &["ana"]);
            let entry = app.store().log(&LogFilter::default()).await?.items.remove(0);
            assert_eq!((entry.position, entry.operation), (given.position, OperationName::GroupGrantEntitlement));

            let revoke = RevokeEntitlement { entitlement: there.id };
            assert!(app.preview(context.clone(), revoke).await.unwrap().takes_away(), "{kind}");
            let undone = done(&app, Undo { position: given.position, change: (*given.change).clone() }).await;
            assert_eq!(undone.world.conferred(group, &grant), None);
            agree(&undone.world, &grant, &[]);
            assert_eq!(app.store().load().await?.entitlement(there.id), None);
            let past = app.store().load_at_position(given.position).await?;
            assert_eq!(past.entitlement(there.id), Some(&there));
        }
    }
}
