//! Deciding allocates nothing, once patterns have been compiled and have built their automata.

use std::collections::BTreeMap;

use portcullis_rules::{
    Condition, ConditionSet, Engine, EngineOptions, Operand, Operator, Rule, RuleList, SlugSet,
    Value,
};

fn when(attribute: &str, op: Operator, literal: impl Into<Operand>) -> Condition {
    Condition::new(Operand::attribute(attribute), op, literal)
}

fn spelled(i: usize) -> String {
    let letter = |place: usize| char::from(b'a' + (i >> (2 * place)) as u8 % 4);
    (0..4).map(letter).collect()
}

fn classes(i: usize) -> String {
    (0..8)
        .map(|place| ["[a-f]", "[g-z]"][(i >> place) % 2])
        .collect()
}

/// Rules of every kind, in an order in which most requests get far.
fn rules(copies: usize) -> RuleList {
    use Operator::{Equal, In, Intersects, Like, Match, MatchFold, NotEqual, NotMatch};
    let mut rules = Vec::new();
    for i in 0..copies {
        let conditions: Vec<ConditionSet> = vec![
            when("id", Equal, format!("k{i}")).into(),
            when("size", Equal, i as u64 + 1000).into(),
            when("id", In, vec![format!("a{i}"), format!("b{i}")]).into(),
            when(
                "size",
                In,
                (0..20).map(|n| n * 7 + 5_000).collect::<Vec<i64>>(),
            )
            .into(),
            when("name", Match, format!("^host-{i}\\.")).into(),
            when("name", Match, format!("\\.zone{i}$")).into(),
            when("name", Match, format!("-rack{i}-")).into(),
            when("name", MatchFold, format!("^ÉCOLE-{i}$")).into(),
            when("name", Match, format!("^[a-z]+(x|{i})[0-9]$")).into(),
            when("name", Match, format!("^srv-{i}-[0-9]+$")).into(),
            when("name", Match, format!("^[a-z]+-{i}-(prod|staging)$")).into(),
            when("name", Match, format!("^web[0-9]*-{i}-[a-z]+\\.com$")).into(),
            when("name", Match, format!("(?i)\\bteam{}\\b", spelled(i))).into(),
            when("name", Match, format!("[0-9]{{3}}-{}[g-z]", classes(i))).into(),
            when("name", Like, format!("*.Example{i}.org")).into(),
            when("size", Like, format!("{i}77*")).into(),
            when("tags", Intersects, vec![format!("t{i}")]).into(),
            ConditionSet::Or(vec![
                when("id", Equal, format!("or{i}")).into(),
                when("name", Like, format!("or{i}*")).into(),
            ]),
            ConditionSet::And(vec![
                when("id", NotEqual, "nobody").into(),
                when("owner", Equal, Operand::attribute("id")).into(),
                when("name", NotMatch, "^host").into(),
            ]),
        ];
        for condition in conditions {
            rules.push(
                Rule::allow()
                    .on_types(["doc"])
                    .actions(["read"])
                    .when(condition),
            );
        }
        rules.push(Rule::deny().on_types(SlugSet::except(["doc"])).when(when(
            "id",
            Equal,
            format!("k{i}"),
        )));
        rules.push(
            Rule::deny()
                .on_types(["doc"])
                .when(when("locked", Equal, i % 2 == 0))
                .when(when("id", Equal, "locked")),
        );
    }
    RuleList(rules)
}

fn resources() -> Vec<BTreeMap<&'static str, Value>> {
    let text = |name: &'static str, text: &str| BTreeMap::from([(name, Value::from(text))]);
    let mut all: Vec<BTreeMap<&'static str, Value>> = [
        "host-3.example.com",
        "a.zone9",
        "x-rack7-y",
        "École-4",
        "abx5",
        "srv-8-77",
        "WWW.EXAMPLE2.ORG",
        "or1-",
        "none of them",
        "host-1.zone2",
        "billing-6-staging",
        "web3-7-eu.com",
        "web3-7-eu.org",
        "on call: TeaMbaaa!",
        "Team \u{212a}elvin",
        "no 123-gaaaaaaaz.",
        "no 123-ggaaaaa",
    ]
    .iter()
    .map(|name| text("name", name))
    .collect();
    all.extend(
        ["k0", "k9", "b4", "zzz", "", "1234", "-5", "or2", "locked"]
            .iter()
            .map(|id| text("id", id)),
    );
    for value in [
        Value::Null,
        true.into(),
        1003.into(),
        5_007.into(),
        977.into(),
        0.into(),
    ] {
        all.push(BTreeMap::from([("size", value.clone()), ("id", value)]));
    }
    all.push(BTreeMap::from([("tags", Value::from(vec!["t5", "t1"]))]));
    all.push(BTreeMap::from([
        ("owner", Value::from("o")),
        ("id", "o".into()),
    ]));
    all.push(BTreeMap::from([
        ("id", Value::from(vec!["k1"])),
        ("name", Value::from(vec!["x"])),
    ]));
    all.push(BTreeMap::new());
    all
}

#[test]
fn decisions_allocate_nothing() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1])));
    assert_eq!(counted.count_total, 1, "the counter counts");
    for (copies, options) in [
        (10, EngineOptions::default()),
        (200, EngineOptions::default()),
        (1, EngineOptions::default().always_indexed()),
    ] {
        let engine = Engine::compile_with(&rules(copies), &options).unwrap();
        engine.warm();
        for resource in resources() {
            for (action, kind) in [("read", "doc"), ("write", "doc"), ("read", "page")] {
                let expected = engine.decide(action, kind, &resource);
                // Automata build a state the first time they come to it.
                let _ = engine.decide(action, kind, &resource);
                let mut found = expected;
                let counted = allocation_counter::measure(|| {
                    found = engine.decide(action, kind, &resource);
                });
                assert_eq!(
                    counted.count_total, 0,
                    "{copies} {action} {kind} {resource:?}"
                );
                assert_eq!(found, expected);
            }
        }
    }
}

#[test]
fn short_lists_allocate_nothing_either() {
    let rules = rules(1);
    for rule in &rules.0 {
        let engine = Engine::compile(&RuleList(vec![rule.clone()])).unwrap();
        for resource in resources() {
            let _ = engine.decide("read", "doc", &resource);
            let counted = allocation_counter::measure(|| {
                let _ = engine.decide("read", "doc", &resource);
            });
            assert_eq!(counted.count_total, 0, "{rule:?} {resource:?}");
        }
    }
}
