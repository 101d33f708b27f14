//! The compiled engine answers what the plain evaluator answers, on every list, resource and path.

use std::collections::BTreeMap;

use portcullis_rules::{
    Condition, ConditionSet, Effect, Engine, EngineOptions, Operand, Operator, Rule, RuleList,
    SlugSet, Value, naive,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

pub(crate) type Resource = BTreeMap<&'static str, Value>;

/// What conditions and resources are made of: few values, so that they meet, and all that differ only
/// in kind.
fn pool() -> Vec<Value> {
    json!([
        null, true, false, 0, 1, 2, -1, 5, 0.5, "", "0", "1", "5", "5.0", "0.5", "x", "ab", "abc",
        "AB", "é", "É", "\u{212a}", "true", "xabcx", "abab", "ab\nabc", "web-7-prod", "WEB-7-PROD",
        "a.team.example.com", "my\u{17f}vc-k/x", "MYSVC-\u{212a}/", "3fa-kt", "no 3fa-tk5!", "aéa", "-é-", [], ["x"], [1, null], ["ab", "5"], [[]], {}, {"x": 1}
    ])
    .as_array()
    .expect("it is a list")
    .iter()
    .map(Value::from_json)
    .collect()
}

const ATTRIBUTES: [&str; 4] = ["a", "b", "c", "d"];
const TYPES: [&str; 4] = ["t", "t", "u", "*"];
const ACTIONS: [&str; 4] = ["r", "r", "w", "other"];
const LIKES: [&str; 9] = ["x*", "*b", "*B*", "ab", "É", "*", "1*", "*abc*", "**"];
const EXPRESSIONS: [&str; 42] = [
    "^a",
    "b$",
    "^ab$",
    "b",
    "abc",
    "^",
    "^a.c$",
    "[0-9]+",
    "^(x|ab)$",
    "^ab[a-z]+",
    "abc.*x",
    "(ab)+$",
    "(?i)ab",
    "k",
    "^xabc?x?$",
    "^5",
    "e",
    "true|1",
    "(",
    "a**",
    "[^a]",
    "\\d\\.\\d",
    "^.$",
    "x.?abc",
    // What fixed texts find, and what only an automaton does.
    r"\.team\.example\.com$",
    "^[a-z]+-7-(prod|staging)$",
    "(?i)^[a-z]+-7-(prod|staging)$",
    "(?i)^mysvc-k/",
    "(web|host)-[0-9]",
    "^[0-9a-f]{3}-[g-z]{2}$",
    "[0-9a-f]{3}-[g-z]{1,3}",
    "[a-c]+$",
    r"\bab\b",
    r"\B",
    r"a\Bé",
    "(?m)^abc$",
    "(?m)b$",
    "b\n^a",
    "a$b|^$",
    "(|x)",
    r"\W",
    "(?s)^.*é.*$",
];

fn one_of<T: Clone + std::fmt::Debug + 'static>(items: &[T]) -> impl Strategy<Value = T> + use<T> {
    select(items.to_vec())
}

fn attribute() -> impl Strategy<Value = Operand> {
    // The first is asked for most, so that rules share it.
    prop_oneof![
        3 => Just("a"),
        2 => one_of(&ATTRIBUTES),
    ]
    .prop_map(Operand::attribute)
}

fn literal() -> impl Strategy<Value = Operand> {
    select(pool()).prop_map(Operand::Literal)
}

fn list() -> impl Strategy<Value = Operand> {
    prop_oneof![
        4 => vec(select(pool()), 0..4),
        1 => vec(select(pool()), 7..12),
    ]
    .prop_map(Operand::from)
}

fn condition() -> impl Strategy<Value = Condition> {
    use Operator::{
        Disjoint, Equal, In, Intersects, Like, Match, MatchFold, NotEqual, NotIn, NotMatch,
        NotMatchFold,
    };
    let make = |(left, op, right): (Operand, Operator, Operand)| Condition { left, op, right };
    let either = || prop_oneof![4 => attribute(), 1 => literal()];
    prop_oneof![
        6 => (attribute(), Just(Equal), literal()).prop_map(make),
        1 => (literal(), one_of(&[Equal, NotEqual]), attribute()).prop_map(make),
        1 => (either(), one_of(&[Equal, NotEqual]), either()).prop_map(make),
        3 => (attribute(), one_of(&[In, In, NotIn]), list()).prop_map(make),
        1 => (either(), one_of(&[In, NotIn]), attribute()).prop_map(make),
        1 => (attribute(), one_of(&[Intersects, Disjoint]), list()).prop_map(make),
        1 => (list(), one_of(&[Intersects, Disjoint]), attribute()).prop_map(make),
        2 => (attribute(), Just(Like), one_of(&LIKES).prop_map(Operand::from)).prop_map(make),
        3 => (
            attribute(),
            one_of(&[Match, MatchFold, Match, NotMatch, NotMatchFold]),
            one_of(&EXPRESSIONS).prop_map(Operand::from)
        )
            .prop_map(make),
        1 => (either(), one_of(&[Like, Match, NotMatch]), attribute()).prop_map(make),
    ]
}

fn conditions() -> impl Strategy<Value = ConditionSet> {
    let tree = condition()
        .prop_map(ConditionSet::Leaf)
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                1 => vec(inner.clone(), 0..4).prop_map(ConditionSet::And),
                2 => vec(inner, 0..4).prop_map(ConditionSet::Or),
            ]
        });
    vec(tree, 0..3).prop_map(ConditionSet::And)
}

fn names(all: &'static [&'static str]) -> impl Strategy<Value = SlugSet> {
    prop_oneof![
        2 => Just(SlugSet::Any),
        5 => one_of(all).prop_map(|name| SlugSet::only([name])),
        1 => vec(one_of(all), 1..3).prop_map(SlugSet::only),
        1 => vec(one_of(all), 1..3).prop_map(SlugSet::except),
    ]
}

pub(crate) fn rules() -> impl Strategy<Value = RuleList> {
    let rule = (any::<bool>(), names(&TYPES), names(&ACTIONS), conditions()).prop_map(
        |(allow, types, actions, condition)| Rule {
            effect: if allow { Effect::Allow } else { Effect::Deny },
            types,
            actions,
            condition,
            meta: None,
        },
    );
    vec(rule, 0..14).prop_map(RuleList)
}

pub(crate) type Request = (&'static str, &'static str, Resource);

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let value = prop_oneof![1 => Just(None), 6 => select(pool()).prop_map(Some)];
    let kind = prop_oneof![8 => one_of(&TYPES), 1 => Just("unheard of")];
    let action = prop_oneof![8 => one_of(&ACTIONS), 1 => Just("unheard of")];
    (
        action,
        kind,
        [value.clone(), value.clone(), value.clone(), value],
    )
        .prop_map(|(action, kind, values)| {
            let pairs = ATTRIBUTES.into_iter().zip(values);
            let resource = pairs.filter_map(|(name, value)| Some((name, value?)));
            (action, kind, resource.collect())
        })
}

pub(crate) fn engines(rules: &RuleList) -> [Engine; 3] {
    let options = EngineOptions::default();
    [
        options,
        options.always_indexed(),
        options.always_indexed().pattern_bytes(0),
    ]
    .map(|options| Engine::compile_with(rules, &options).expect("the list is short"))
}

fn agree(rules: &RuleList, requests: &[Request]) -> Result<(), TestCaseError> {
    let engines = engines(rules);
    for (action, kind, resource) in requests {
        let expected = naive::decide(rules, action, kind, resource);
        for engine in &engines {
            prop_assert_eq!(engine.decide(action, kind, resource), expected);
        }
        let prepared = engines[0].prepare(action, kind).map(|p| p.decide(resource));
        prop_assert_eq!(prepared, expected);
    }
    Ok(())
}

/// Compares `decisions` answers, many to a list.
fn compare(decisions: u32) {
    const EACH: u32 = 40;
    let config = Config {
        cases: decisions / EACH,
        failure_persistence: None,
        ..Config::default()
    };
    let cases = (rules(), vec(request(), EACH as usize));
    TestRunner::new(config)
        .run(&cases, |(rules, requests)| agree(&rules, &requests))
        .expect("all answers agree");
}

/// In parts, so that cores share them and a busy machine is not taken for a test that hangs.
mod two_hundred_thousand_answers_are_those_of_the_plain_evaluator {
    macro_rules! parts {
        ($($part:ident)+) => { $(#[test] fn $part() { super::compare(50_000); })+ };
    }
    parts!(first second third fourth);
}

#[test]
#[ignore = "minutes: cargo test --release -p portcullis-rules --test it -- --ignored ten_million"]
fn ten_million_answers_are_those_of_the_plain_evaluator() {
    compare(10_000_000);
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn batches_and_action_listings_repeat_single_answers(
        rules in rules(),
        requests in vec(request(), 4),
    ) {
        for engine in engines(&rules) {
            let resources: Vec<_> = requests.iter().map(|(_, _, resource)| resource).collect();
            let expected: Result<Vec<_>, _> =
                resources.iter().map(|r| naive::decide(&rules, "r", "t", *r)).collect();
            prop_assert_eq!(engine.decide_many("r", "t", resources), expected);
            let (_, kind, resource) = &requests[0];
            let answers = engine.which_actions(kind, resource).unwrap();
            for (action, answer) in &answers.named {
                prop_assert_eq!(naive::decide(&rules, action, kind, resource), Ok(*answer));
            }
            for action in ["", "unheard of", "other_"] {
                prop_assert_eq!(naive::decide(&rules, action, kind, resource), Ok(answers.other));
            }
        }
    }
}

#[test]
fn wide_name_lists_are_checked_at_the_rule() {
    let names: Vec<String> = (0..100).map(|i| format!("n{i}")).collect();
    for (types, actions) in [(100, 100), (100, 1), (1, 100), (100, 0), (9, 9)] {
        let set = |n: usize| match n {
            0 => SlugSet::except(["n7"]),
            n => SlugSet::only(&names[..n]),
        };
        let rules = RuleList(vec![
            Rule::deny().on_types(set(types)).actions(set(actions)),
            Rule::allow(),
        ]);
        let engine =
            Engine::compile_with(&rules, &EngineOptions::default().always_indexed()).unwrap();
        for kind in ["n0", "n5", "n99", "zz"] {
            for action in ["n0", "n7", "n99", "zz"] {
                let expected = naive::decide(&rules, action, kind, &());
                assert_eq!(
                    engine.decide(action, kind, &()),
                    expected,
                    "{types} {actions}"
                );
            }
        }
    }
}

#[test]
fn trees_deeper_than_documents_are_refused() {
    let mut set = ConditionSet::always();
    for _ in 0..200 {
        set = ConditionSet::And(vec![set]);
    }
    let rules = RuleList(vec![Rule::allow(), Rule::allow().when(set)]);
    let error = Engine::compile(&rules).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the conditions of rule 1 nest too deeply; validate lists that are built in code"
    );
}

#[test]
fn an_empty_type_is_an_error() {
    let engine = Engine::compile(&RuleList(vec![Rule::allow()])).unwrap();
    assert!(engine.decide("r", "", &()).is_err());
    assert!(engine.prepare("r", "").is_err());
    assert!(engine.which_actions("", &()).is_err());
}

#[test]
fn digests_are_stable_and_tell_content_apart() {
    let digest = |text: &str| {
        Engine::compile(&text.parse().unwrap())
            .unwrap()
            .digest()
            .to_string()
    };
    let list = |access: &str, conditions: &str| {
        format!(
            r#"[{{"access":"{access}","where":{{"rsrc_type":"t","action":"*","rsrc_match":{conditions}}}}}]"#
        )
    };
    let one = digest(&list("allow", r#"[["@a","=",[1,"x",null]]]"#));
    assert_eq!(
        one,
        digest(&list("allow", r#"[ ["@a", "=", [1.0, "x", null]] ]"#))
    );
    assert_ne!(one, digest(&list("deny", r#"[["@a","=",[1,"x",null]]]"#)));
    assert_ne!(
        one,
        digest(&list("allow", r#"[["@a","=",["1","x",null]]]"#))
    );
    assert_ne!(
        one,
        digest(&list("allow", r#"[["\\@a","=",[1,"x",null]]]"#))
    );
    assert_eq!(one, "29342b235a20b548588476313351962d");
}

#[test]
fn engines_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    shared(&Engine::compile(&RuleList::default()).unwrap());
}
