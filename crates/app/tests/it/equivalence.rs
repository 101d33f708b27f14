//! All ways to decide agree: the compiled engine, the plain evaluator, the three searches, the
//! filter of partial evaluation, and who holds a permission.

use std::collections::BTreeSet;

use portcullis_app::decide::{Decider, Types, permission_question};
use portcullis_model::decide::subject_rules;
use portcullis_rules::{Redaction, naive};

use crate::{
    plainly::{rules_of, seen},
    random::{ENVIRONMENTS, Lists, PERMISSIONS, Random, plan, question, time},
    town::NOW,
};

const WORLDS: u64 = 250;
const QUESTIONS: usize = 100;
/// Every so manieth question is searched for too.
const SEARCHED: usize = 4;

fn decider() -> Decider {
    Decider::new(Types::default())
}

#[test]
fn every_way_to_decide_gives_the_same_answer() {
    let (mut asked, mut allowed, mut searched) = (0, 0, 0);
    for seed in 0..WORLDS {
        let mut random = Random(seed);
        let world = plan(&mut random, Lists::Any).world();
        // One decider for the whole world: what it keeps must not outlive the time it is good for.
        let decider = decider();
        for n in 0..QUESTIONS {
            let (question, now) = (question(&mut random), time(&mut random));
            let answer = decider.decide(&world, now, &question);
            let told = format!("world {seed}, question {n}: {question:?} at {now}");
            let kind = &question.resource.kind;
            let action = &question.action.name;
            let seen = seen(&world, &question);

            let user = decider.user(&world, &question.subject.kind, &question.subject.id);
            let held = user.map_or_else(Vec::new, |user| world.held_by(user.id, now));
            let rules = subject_rules(&held);
            let plain = naive::decide(&rules.rules, action, kind, &seen).unwrap();
            assert_eq!(answer.allowed, plain.is_allow(), "{told}");
            let source = plain.rule.map(|rule| rules.sources[rule]);
            let source = source.map(|(at, index)| (held[at].entitlement.id, index));
            let by = answer.decided_by.map(|(by, index)| (by.id, index));
            assert_eq!(by, source, "{told}");
            let sorted = user.map_or_else(Vec::new, |user| rules_of(&world, user.id, now));
            assert_eq!(rules.rules.0, sorted, "{told}");

            let filter = decider.filter(&world, now, &question);
            assert_eq!(
                filter.accepts(&seen),
                answer.allowed,
                "{told}: {}",
                filter.expr
            );
            let trace = decider.trace(&world, now, &question, &Redaction::default());
            let traced = trace.is_some_and(|trace| trace.decision.is_allow());
            assert_eq!(traced, answer.allowed, "{told}");

            (asked, allowed) = (asked + 1, allowed + usize::from(answer.allowed));
            if n % SEARCHED > 0 {
                continue;
            }
            searched += 1;
            let logins: BTreeSet<_> = decider
                .subjects(&world, now, &question, None)
                .map(|user| user.login.to_string())
                .collect();
            assert_eq!(
                user.is_some_and(|user| logins.contains(&*user.login)),
                answer.allowed,
                "{told}: subjects {logins:?}"
            );
            let actions: Vec<_> = decider.actions(&world, now, &question, None).collect();
            let known = decider.action_names(&world, now, &question.subject);
            assert_eq!(
                actions.contains(action),
                answer.allowed && known.contains(action),
                "{told}: actions {actions:?}"
            );
            let ids: BTreeSet<_> = decider.resources(&world, now, &question, None).collect();
            let id = seen["id"].as_str().unwrap();
            let there = decider
                .resource_ids(&world, now, kind, None)
                .any(|known| known == id);
            assert_eq!(
                ids.contains(id),
                answer.allowed && there,
                "{told}: resources {ids:?}"
            );
        }
    }
    assert!(asked >= 20_000 && searched >= 5_000, "{asked}, {searched}");
    // Neither answer may be so rare that the agreement says little.
    assert!(
        allowed * 8 > asked && allowed * 8 < asked * 7,
        "{allowed} of {asked}"
    );
}

#[test]
fn the_order_in_which_things_are_granted_never_matters() {
    for seed in 0..WORLDS {
        let mut random = Random(seed ^ 0xABCD);
        let plan = plan(&mut random, Lists::Any);
        let (one, other) = (plan.world(), plan.shuffled(&mut random));
        let deciders = (decider(), decider());
        for _ in 0..20 {
            let (question, now) = (question(&mut random), time(&mut random));
            let a = deciders.0.decide(&one, now, &question);
            let b = deciders.1.decide(&other, now, &question);
            let by = |answer: portcullis_app::decide::Answer| {
                (
                    answer.allowed,
                    answer.decided_by.map(|(by, rule)| (by.id, rule)),
                )
            };
            assert_eq!(by(a), by(b), "world {seed}: {question:?}");
        }
    }
}

/// Who the decision point finds for a permission in an environment.
fn found(
    decider: &Decider,
    world: &portcullis_model::World,
    name: &str,
    place: Option<&str>,
) -> Vec<String> {
    let question = permission_question("user", "", name, place);
    let users = decider.subjects(world, NOW, &question, None);
    users.map(|user| user.login.to_string()).collect()
}

fn logins(holders: Vec<portcullis_model::world::Holder<'_>>) -> Vec<String> {
    let users = holders.into_iter().map(|holder| holder.user);
    users.map(|user| user.login.to_string()).collect()
}

#[test]
fn who_holds_a_permission_is_who_may_use_it_where_no_list_speaks_of_permissions() {
    for seed in 0..WORLDS {
        let mut random = Random(seed ^ 0x1234);
        let lists = if random.one_in(2) {
            Lists::None
        } else {
            Lists::NotOfPermissions
        };
        let world = plan(&mut random, lists).world();
        let decider = decider();
        for (name, place) in PERMISSIONS
            .iter()
            .flat_map(|n| ENVIRONMENTS.map(|p| (n, p)))
        {
            let held = logins(world.who_can(name, Some(place), NOW));
            assert_eq!(
                held,
                found(&decider, &world, name, Some(place)),
                "world {seed}: {name}"
            );
            let may = logins(decider.who_may(&world, name, Some(place), NOW));
            assert_eq!(held, may, "world {seed}: {name} in {place}");
            assert_eq!(
                logins(world.who_can(name, None, NOW)),
                logins(decider.who_may(&world, name, None, NOW)),
                "world {seed}: {name} anywhere"
            );
        }
    }
}

#[test]
fn who_may_use_a_permission_heeds_every_list() {
    let (mut fewer, mut more) = (0, 0);
    for seed in 0..WORLDS {
        let mut random = Random(seed ^ 0x5678);
        let world = plan(&mut random, Lists::Any).world();
        let decider = decider();
        for (name, place) in PERMISSIONS
            .iter()
            .flat_map(|n| ENVIRONMENTS.map(|p| (n, p)))
        {
            let held: BTreeSet<_> = logins(world.who_can(name, Some(place), NOW))
                .into_iter()
                .collect();
            let may = logins(decider.who_may(&world, name, Some(place), NOW));
            assert_eq!(
                may,
                found(&decider, &world, name, Some(place)),
                "world {seed}: {name} in {place}"
            );
            let may: BTreeSet<_> = may.into_iter().collect();
            fewer += held.difference(&may).count();
            more += may.difference(&held).count();
        }
    }
    assert!(
        fewer > 100 && more > 100,
        "{fewer} denied, {more} allowed by lists"
    );
}
