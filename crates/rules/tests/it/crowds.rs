//! Many patterns on one text: found together, in order, within memory and time.

use portcullis_rules::{
    Condition, ConditionSet, Decision, Engine, Operand, Operator, Rule, RuleList, naive,
};

use crate::engine::{Resource, engines};

fn by(decision: Decision) -> Option<usize> {
    decision.rule
}

#[test]
fn a_rule_found_in_many_ways_is_still_the_first_that_matches() {
    // More patterns match at once than the walk merges on the stack.
    let text = "a".repeat(60);
    let mut rules: Vec<Rule> = (1..=60)
        .rev()
        .map(|n| {
            let prefix = Condition::new(
                Operand::attribute("n"),
                Operator::Match,
                format!("^{}", "a".repeat(n)),
            );
            let never = Condition::new(Operand::attribute("m"), Operator::Equal, "never");
            Rule::allow()
                .when(prefix)
                .when(ConditionSet::Or(vec![never.clone().into(), never.into()]))
        })
        .collect();
    rules.push(Rule::allow().when(Condition::new(
        Operand::attribute("n"),
        Operator::Like,
        "aaa*",
    )));
    let rules = RuleList(rules);
    let resource = Resource::from([("n", text.as_str().into()), ("m", "x".into())]);
    let engine = Engine::compile(&rules).unwrap();
    assert_eq!(engine.decide("r", "t", &resource).map(by), Ok(Some(60)));
    assert_eq!(
        naive::decide(&rules, "r", "t", &resource).map(by),
        Ok(Some(60))
    );
}

#[test]
fn many_expressions_without_fixed_texts_run_in_groups() {
    let rules: RuleList = (0..300)
        .map(|i| {
            let source = format!("^[a-z]{{2}}(x|{i})[0-9]?$");
            Rule::allow().when(Condition::new(
                Operand::attribute("n"),
                Operator::Match,
                source,
            ))
        })
        .collect();
    let engine = Engine::compile(&rules).unwrap();
    for (text, expected) in [
        ("ab299", Some(29)),
        ("ab2999", Some(299)),
        ("qqx", Some(0)),
        ("-", None),
    ] {
        let resource = Resource::from([("n", text.into())]);
        assert_eq!(
            engine.decide("r", "t", &resource).map(by),
            Ok(expected),
            "{text}"
        );
    }
    assert!(engine.pattern_bytes_left() < 64 << 20);
}

fn on_name(pattern: impl Into<String>) -> Condition {
    Condition::new(Operand::attribute("n"), Operator::Match, pattern.into())
}

#[test]
fn a_pattern_too_big_to_compile_denies_whatever_the_text() {
    for source in [r"abcdef(\pL{30}){30}", r"(\pL{30}){30}"] {
        let mut rules = RuleList(vec![Rule::deny().when(on_name(source)), Rule::allow()]);
        for i in 0..9 {
            rules
                .0
                .insert(0, Rule::allow().when(on_name(format!("^[a-z]{{{i}}}-z$"))));
        }
        let resource = Resource::from([("n", "x".into())]);
        let expected = naive::decide(&rules, "r", "t", &resource);
        assert_eq!(expected.map(by), Ok(Some(9)));
        for engine in engines(&rules) {
            assert_eq!(engine.decide("r", "t", &resource), expected, "{source}");
        }
    }
}

#[test]
fn patterns_made_to_blow_up_stay_within_memory_and_time() {
    // A deterministic automaton for any of these has more states than memory holds.
    let rules: RuleList = (0..40)
        .map(|i| Rule::allow().when(on_name(format!("[ab]*a[ab]{{{}}}c[x-z]", 400 + i))))
        .collect();
    let engine = Engine::compile(&rules).unwrap();
    let mut state = 7_u64;
    let mut text: String = (0..1_500)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            if state >> 63 == 0 { 'a' } else { 'b' }
        })
        .collect();
    let decide = |text: &str| {
        let resource = Resource::from([("n", text.into())]);
        engine.decide("r", "t", &resource).map(by)
    };
    assert_eq!(decide(&text), Ok(None));
    text.replace_range(1_000 - 401..1_000 - 400, "a");
    text.replace_range(1_000.., "cy");
    assert_eq!(decide(&text[1_000 - 410..]), Ok(Some(0)));
    let left = engine.pattern_bytes_left();
    assert!(left > 48 << 20, "{left} bytes are left");
}

#[test]
fn a_text_that_all_patterns_match_visits_each_rule_once() {
    let rules: RuleList = (0..3_000)
        .map(|i| {
            let never = Condition::new(Operand::attribute("m"), Operator::NotEqual, "x");
            let last = ["[a-z]", "[a-x]", "."][i % 3];
            Rule::allow()
                .when(on_name(format!("[a-q]{{{}}}{last}", 1 + i % 7)))
                .when(ConditionSet::Or(vec![never.clone().into(), never.into()]))
        })
        .chain([Rule::allow().when(on_name("^[a-z]+$"))])
        .collect();
    let engine = Engine::compile(&rules).unwrap();
    let resource = Resource::from([("n", "abcdefghijklm".into()), ("m", "x".into())]);
    assert_eq!(engine.decide("r", "t", &resource).map(by), Ok(Some(3_000)));
}
