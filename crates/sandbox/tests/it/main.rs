//! The sample company: the same for the same seed, as large as asked for, and full of what the
//! pages have to show.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use portcullis_app::{
    decide::{Action, Decider, Entity, Question, Types},
    rules::{Written, check},
};
use portcullis_model::{
    Actor, Expiry, GroupKind, MembershipKind, SystemActor, Timestamp, UserKind, World,
};
use portcullis_rules::analysis::lint::Severity;
use portcullis_sandbox::{Sample, generate};
use portcullis_store::{Live, LogFilter, Store};

/// Saturday 21 November 2026, in the middle of nowhere in particular.
const NOW: Timestamp = Timestamp::from_micros(1_795_262_400_000_000);

fn sample() -> Sample {
    generate(300, 1, NOW).expect("no step of the sample is refused")
}

fn people(world: &World) -> usize {
    world
        .users()
        .filter(|user| user.kind == UserKind::Person)
        .count()
}

#[test]
fn the_same_seed_gives_the_same_company() {
    let steps = |seed| {
        let sample = generate(60, seed, NOW).unwrap();
        sample
            .steps
            .into_iter()
            .map(|step| (step.context.now, step.change))
            .collect::<Vec<_>>()
    };
    assert_eq!(steps(1), steps(1));
    assert_ne!(steps(1), steps(2));
}

#[test]
fn there_are_as_many_people_as_asked_for() {
    for (wanted, seed) in [(30, 1), (60, 2), (300, 1), (300, 7), (800, 3)] {
        assert_eq!(
            people(&generate(wanted, seed, NOW).unwrap().world),
            wanted,
            "seed {seed}"
        );
    }
}

#[test]
fn history_is_in_order_ends_now_and_goes_back_eighteen_months() {
    let sample = sample();
    assert!(sample.steps.is_sorted_by_key(|step| step.context.now));
    let (first, last) = (&sample.steps[0], &sample.steps[sample.steps.len() - 1]);
    assert!(first.context.now < NOW.plus_days(-540));
    assert!(last.context.now <= NOW && last.context.now > NOW.plus_days(-1));
    let mut operations: BTreeMap<&str, usize> = BTreeMap::new();
    for step in &sample.steps {
        *operations
            .entry(step.change.operation.as_str())
            .or_default() += 1;
    }
    println!("{} steps: {operations:#?}", sample.steps.len());
    for expected in [
        "user.create",
        "user.delete",
        "user.edit",
        "group.add_people",
        "group.remove_people",
        "group.attach_role",
        "request.create",
        "request.approve",
        "request.reject",
        "request.withdraw",
        "log.undo",
        "time.expire",
        "tag.create",
        "app.create",
        "group.delete",
        "group.grant_entitlement",
        "group.edit",
        "resource.register",
    ] {
        assert!(
            operations.contains_key(expected),
            "no {expected} in {operations:?}"
        );
    }
    let by_people = sample
        .steps
        .iter()
        .filter(|step| matches!(step.context.actor, Actor::User(_)));
    assert!(
        by_people.count() * 10 > sample.steps.len() * 6,
        "most of it is done by people"
    );
}

#[test]
fn the_company_has_what_pages_have_to_show() {
    let Sample {
        world, personas, ..
    } = sample();
    let roles = world.groups().filter(|group| group.is_role()).count();
    assert!(roles >= 20, "{roles} roles");
    assert!(world.app_count() >= 10 && world.tag_count() >= 4);
    assert!(
        world.groups().any(|group| !group.is_managed()),
        "a mirrored group"
    );
    assert!(
        world
            .groups()
            .any(|group| matches!(group.kind, GroupKind::Group))
    );
    let ends = |from: i64, to: i64| {
        let within = |until: Expiry| {
            until > Expiry::at(NOW.plus_days(from)) && until <= Expiry::at(NOW.plus_days(to))
        };
        world
            .memberships()
            .filter(|m| within(m.validity.until))
            .count()
    };
    assert!(ends(0, 7) >= 10, "{} end this week", ends(0, 7));
    assert!(ends(7, 35) >= 10, "{} end this month", ends(7, 35));
    let owners_end = world
        .memberships()
        .any(|m| m.kind == MembershipKind::Owner && m.validity.until != Expiry::NEVER);
    assert!(owners_end, "an ownership with an end");
    assert!(!world.lapsed(NOW), "what has ended is history");
    let waiting = world.requests().count();
    assert!((8..=40).contains(&waiting), "{waiting} requests wait");

    let admin = personas[0].user;
    assert!(world.is_admin(admin, NOW));
    assert_eq!(
        world.holder_count(
            world
                .owners_group(world.built_in_app().unwrap().id)
                .unwrap()
                .id,
            MembershipKind::Member,
            NOW
        ),
        2
    );
    assert!(
        world
            .apps()
            .any(|app| world.owns_app(personas[1].user, app.id, NOW))
    );
    let newcomer = personas[4].user;
    assert!(world.access_of(newcomer, NOW).len() < world.access_of(personas[3].user, NOW).len());
    assert!(
        world
            .who_can("deploy:release", Some("production"), NOW)
            .len()
            > 3
    );
}

#[test]
fn requests_wait_for_who_is_shown_deciding_whatever_the_day() {
    for days in 0..5 {
        let now = NOW.plus_days(days);
        let Sample {
            world, personas, ..
        } = generate(300, 1, now).unwrap();
        let waiting = world.waits_for(personas[1].user, now).len();
        assert!(waiting > 0, "{days} days on nothing waits");
    }
}

#[test]
fn rules_decide_about_what_is_registered() {
    let Sample {
        world, personas, ..
    } = sample();
    let decider = Decider::new(Types::default());
    let jonas = world.user(personas[3].user).unwrap();
    let may = |action: &str, kind: &str, id: &str| {
        let entity = |kind: &str, id: &str| Entity {
            kind: kind.into(),
            id: id.into(),
            properties: None,
        };
        let question = Question {
            subject: entity("user", &jonas.login),
            action: Action {
                name: action.into(),
                properties: None,
            },
            resource: entity(kind, id),
            context: None,
        };
        let decided = decider.decide(&world, NOW, &question);
        let by = decided.decided_by.map(|(entitlement, rule)| {
            let group = &world.group(entitlement.group).unwrap().name;
            format!("{group}, {}, rule {}", entitlement.grant.label(), rule + 1)
        });
        (decided.allowed, by.unwrap_or_default())
    };
    let table = [
        (
            ("restart", "service", "search-staging"),
            true,
            "On-Call, Services, rule 2",
        ),
        (("restart", "service", "search"), false, ""),
        (
            ("write", "document", "portal-plan"),
            true,
            "Everyone, Documents, rule 2",
        ),
        (
            ("write", "document", "portal-plan-2024"),
            false,
            "Everyone, Archive, rule 1",
        ),
        (("read", "invoice", "INV-3107"), false, ""),
    ];
    for ((action, kind, id), allowed, by) in table {
        assert_eq!(
            may(action, kind, id),
            (allowed, by.to_owned()),
            "{action} {kind} {id}"
        );
    }
    let marta = world.user(personas[1].user).unwrap();
    let (invoices, _) = world
        .resources_of_type("invoice", None)
        .partition::<Vec<_>, _>(|invoice| {
            invoice.properties.get("region") == marta.attributes.get("Office")
        });
    assert!(!invoices.is_empty(), "her office has invoices");
}

#[test]
fn the_rules_of_the_sample_are_sound_and_every_one_has_a_case() {
    let world = sample().world;
    let lists: Vec<_> = world
        .entitlements()
        .filter_map(|e| portcullis_model::entitlement::Rules::of(&e.grant))
        .collect();
    assert!(lists.len() >= 4, "{} lists", lists.len());
    for list in lists {
        let cases = list.cases.clone().into();
        let checked = check(
            Written::Value(&list.rules.to_json()),
            Written::Value(&cases),
            &portcullis_rules::Budget::unlimited(),
        );
        assert!(
            checked.is_sound(),
            "{}: {:?}",
            list.name,
            checked.case_faults
        );
        assert!(
            checked.untested.is_empty(),
            "{}: {:?}",
            list.name,
            checked.untested
        );
        let worse = checked
            .findings
            .iter()
            .filter(|f| f.severity != Severity::Note);
        assert_eq!(
            worse.map(|f| &f.message).collect::<Vec<_>>(),
            [""; 0],
            "{}",
            list.name
        );
        assert!(
            list.rules.0.iter().all(|rule| rule.meta.is_some()),
            "{}",
            list.name
        );
    }
}

#[tokio::test]
async fn a_store_takes_the_history_and_comes_to_the_same_world() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/sample.sqlite", folder.path().display());
    let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
    let Sample { steps, world, .. } = generate(60, 5, NOW).unwrap();
    let (count, mut told) = (steps.len(), 0);
    let position = portcullis_sandbox::commit(&live, steps, |done| told = done)
        .await
        .unwrap();
    assert_eq!((told, position.0), (count, count as u64));
    let loaded = live.store().load().await.unwrap();
    assert!(loaded.diff(&world, NOW).is_empty());
    let verified = live.store().verify_log(|_, _| {}).await.unwrap();
    assert_eq!(verified.broken, None);
    let filter = LogFilter {
        actor: Some(Actor::System(SystemActor::Time)),
        ..Default::default()
    };
    let passed = live.store().log(&filter).await.unwrap();
    assert!(!passed.items.is_empty() && passed.items.iter().all(|entry| entry.at <= NOW));
}
