//! Explanations agree with decisions, stay as documented, and keep secrets.

use std::collections::BTreeSet;

use portcullis_rules::{
    Condition, ConditionSet, Effect, Engine, Operand, Operator, Outcome, Redaction, Rule, RuleList,
    Style, Truth, Value,
};
use proptest::prelude::*;
use serde_json::json;

use crate::engine::{request, rules};

const RULES: &str = r#"[
    {"access": "deny", "where": {"rsrc_type": "page", "action": "*", "rsrc_match": []}},
    {"access": "deny", "where": {"rsrc_type": "doc", "action": {"$not": "read"},
        "rsrc_match": [["@locked", "=", true]]}},
    {"access": "allow", "where": {"rsrc_type": "doc", "action": ["read", "write"],
        "rsrc_match": [["@owner", "=", "ann"], {"$or": [["@name", "~", "^draft-"], ["@tags", "&", ["x"]]]}]},
        "$meta": {"id": "owners"}},
    {"access": "allow", "where": {"rsrc_type": "*", "action": "read", "rsrc_match": [["@public", "=", 1]]}}]"#;

fn engine() -> Engine {
    let rules = RULES.parse().expect("the rules load");
    Engine::compile(&rules).expect("the list is short")
}

fn doc(json: serde_json::Value) -> Value {
    json.into()
}

#[test]
fn the_json_form_is_stable() {
    let owned = doc(json!({"owner": "bob", "name": "draft-1", "locked": "maybe"}));
    let hide = Redaction::Hide(BTreeSet::from(["name".to_owned()]));
    let why = engine().explain("read", "doc", &owned, &hide).unwrap();
    let kept: serde_json::Value = serde_json::from_str(include_str!("explanation.json")).unwrap();
    assert_eq!(why.to_json(), kept);
    assert_eq!(serde_json::to_value(&why).unwrap(), kept);
}

#[test]
fn the_text_names_what_failed_and_what_would_help() {
    let owned =
        doc(json!({"owner": "ann", "name": "final\u{1b}[2J", "tags": [], "locked": "maybe"}));
    let why = engine()
        .explain("read", "doc", &owned, &Redaction::ShowAll)
        .unwrap();
    assert_eq!(
        why.render(Style::Plain),
        include_str!("explanation.txt"),
        "{}",
        why.render(Style::Plain)
    );
    let coloured = why.render(Style::Ansi);
    assert!(coloured.starts_with("\u{1b}[31mdeny\u{1b}[0m"));
    assert!(!coloured.contains("\u{1b}[2J"));
}

#[test]
fn an_undecided_deny_says_so() {
    let why = engine()
        .explain(
            "write",
            "doc",
            &doc(json!({"locked": "maybe"})),
            &Redaction::ShowAll,
        )
        .unwrap();
    assert_eq!(
        (why.decision.effect, why.decision.rule),
        (Effect::Deny, Some(1))
    );
    assert_eq!(why.rules[1].outcome, Outcome::Conditions(Truth::Undecided));
    assert_eq!(why.rules_after, 2);
    assert!(
        why.render(Style::Plain)
            .contains("denies, as its conditions cannot be decided")
    );
}

#[test]
fn two_changes_are_found_where_one_is_not_enough() {
    let list = RuleList(vec![
        Rule::allow()
            .when(Condition::new(Operand::attribute("a"), Operator::Equal, 1))
            .when(Condition::new(
                Operand::attribute("b"),
                Operator::Like,
                "x*",
            )),
    ]);
    let why = Engine::compile(&list)
        .unwrap()
        .explain("r", "t", &(), &Redaction::HideAll)
        .unwrap();
    let changes: Vec<String> = why.change.iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["set @a to 1", r#"set @b to "x""#]);
    let never = RuleList(vec![
        Rule::allow().when(ConditionSet::all([Condition::new(1, Operator::Equal, 2)])),
    ]);
    let why = Engine::compile(&never)
        .unwrap()
        .explain("r", "t", &(), &Redaction::HideAll)
        .unwrap();
    assert!(why.change.is_empty());
    assert!(
        why.render(Style::Plain)
            .ends_with("with which it would be allowed\n")
    );
}

#[test]
fn hidden_values_appear_nowhere() {
    let list = RuleList(vec![
        Rule::allow().when(Condition::new(
            Operand::attribute("owner"),
            Operator::Equal,
            Operand::attribute("me"),
        )),
        Rule::allow().when(Condition::new(
            Operand::attribute("owner"),
            Operator::Match,
            Operand::attribute("me"),
        )),
    ]);
    let engine = Engine::compile(&list).unwrap();
    let secret = doc(json!({"owner": "s3cret", "me": "t0ken"}));
    let only = Redaction::ShowOnly(BTreeSet::from(["elsewhere".to_owned()]));
    for redaction in [Redaction::HideAll, only] {
        let why = engine.explain("r", "t", &secret, &redaction).unwrap();
        for text in [
            why.render(Style::Plain),
            why.to_json().to_string(),
            format!("{why:?}"),
        ] {
            assert!(
                !text.contains("s3cret") && !text.contains("t0ken"),
                "{text}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn explanations_agree_with_decisions(
        rules in rules(),
        (action, kind, resource) in request(),
    ) {
        let engine = Engine::compile(&rules).unwrap();
        let why = engine.explain(action, kind, &resource, &Redaction::ShowAll).unwrap();
        prop_assert_eq!(Ok(why.decision), engine.decide(action, kind, &resource));
        let deciding = why.rules.iter().find(|rule| rule.decides);
        prop_assert_eq!(deciding.map(|rule| rule.rule), why.decision.rule);
        prop_assert_eq!(why.rules.len() + why.rules_after, rules.0.len());
        // A change that is reported works.
        let mut changed = std::collections::BTreeMap::new();
        for (name, value) in &resource {
            changed.insert((*name).to_owned(), value.clone());
        }
        for change in &why.change {
            match &change.to {
                Some(value) => changed.insert(change.attribute.to_string(), value.clone()),
                None => changed.remove(&*change.attribute),
            };
        }
        let after = engine.decide(action, kind, &changed).unwrap();
        prop_assert_eq!(after.effect == why.decision.effect, why.change.is_empty());
        let _ = why.render(Style::Ansi);
    }
}
