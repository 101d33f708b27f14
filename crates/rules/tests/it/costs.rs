//! Lists that are costly are refused or left, within a budget, and never called sound.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use portcullis_rules::{
    Budget, Code, Limits, RuleList,
    analysis::{Effort, diff::diff_within, lint::lint_within},
    cases::{Suite, run_within},
};
use serde_json::{Value, json};

fn rule(conditions: &Value) -> Value {
    json!({ "access": "allow", "where": { "rsrc_type": "doc", "action": "read", "rsrc_match": conditions } })
}

/// Lists that somebody waited many seconds for: each of its patterns compiles to more than may be.
fn big_patterns(count: usize) -> Value {
    let rules = (0..count).map(|i| rule(&json!([["@a", "~", format!("[\\pL\\pN]{{30}}x{i}")]])));
    rules.collect()
}

/// Rules with long lists of values about the same attribute.
fn long_lists(rules: usize, values: usize) -> RuleList {
    let rules = (0..rules).map(|i| {
        let values: Vec<String> = (0..values).map(|n| format!("v{}", n + i)).collect();
        rule(&json!([["@a", "$in", values]]))
    });
    RuleList::from_json_value(&rules.collect()).unwrap()
}

#[test]
fn a_list_too_costly_to_compile_is_refused_with_one_code() {
    let budget = Budget::new(60_000_000);
    let error = RuleList::from_json_value_within(&big_patterns(15), &Limits::default(), &budget)
        .unwrap_err();
    let costly = error
        .diagnostics()
        .iter()
        .filter(|d| d.code == Code::TooCostly);
    assert_eq!(costly.count(), 1, "said once: {error}");
    assert!(budget.is_spent());
}

#[test]
fn ordinary_lists_fit_in_the_budget() {
    let rules: Value = (0..2_000)
        .map(|i| {
            rule(&json!([[
                "@host",
                "~",
                format!("^host-{i}-[0-9]+\\.example$")
            ]]))
        })
        .collect();
    let budget = Budget::new(60_000_000);
    let list = RuleList::from_json_value_within(&rules, &Limits::default(), &budget).unwrap();
    assert_eq!(list.0.len(), 2_000);
    assert!(!budget.is_spent());
}

#[test]
fn a_lint_beyond_effort_or_budget_says_so() {
    let list = long_lists(20, 5_000);
    let budget = Budget::new(1_000_000);
    assert!(!lint_within(&list, &Effort::default(), &budget).complete);
    assert!(budget.is_spent());
    let small = Budget::new(1_000_000);
    assert!(lint_within(&long_lists(3, 5), &Effort::default(), &small).complete);
    let little = Effort {
        total_steps: 1,
        ..Effort::default()
    };
    assert!(!lint_within(&long_lists(3, 5), &little, &Budget::unlimited()).complete);
}

#[test]
fn a_comparison_beyond_the_budget_is_not_exhaustive() {
    let (before, after) = (long_lists(20, 5_000), long_lists(19, 5_000));
    let found = diff_within(&before, &after, &Effort::default(), &Budget::new(1_000_000));
    assert!(!found.exhaustive);
    let same = diff_within(
        &before,
        &before,
        &Effort::default(),
        &Budget::new(1_000_000),
    );
    assert!(!same.is_none(), "nothing was proved");
}

#[test]
fn a_stopped_budget_stops_the_work() {
    let budget = Budget::new(u64::MAX);
    budget.stop();
    let list = long_lists(20, 5_000);
    assert!(!lint_within(&list, &Effort::default(), &budget).complete);
    let suite = |text: &str| serde_json::from_str::<Suite>(text).unwrap();
    let suite =
        suite(r#"{"cases": [{"name": "one", "action": "read", "type": "doc", "expect": "deny"}]}"#);
    let report = run_within(&list, &suite, &budget);
    assert!(!report.passed(), "what was not tried has not passed");
}

#[test]
fn patterns_in_the_attributes_of_cases_are_paid_for() {
    let list = RuleList::from_json_value(&json!([rule(&json!([["@a", "~", "@b"]]))])).unwrap();
    let case = json!({
        "name": "costly", "action": "read", "type": "doc", "expect": "allow",
        "attributes": { "a": "x", "b": "[\\pL\\pN]{30}x" },
    });
    let cases: Vec<Value> = std::iter::repeat_n(case, 500).collect();
    let suite: Suite = serde_json::from_value(json!({ "cases": cases })).unwrap();
    let budget = Budget::new(60_000_000);
    let report = run_within(&list, &suite, &budget);
    let tried = report.results.iter().filter(|result| {
        let failure = result.failure.as_deref().unwrap_or_default();
        !failure.starts_with("not tried")
    });
    assert!(tried.count() < 10);
}
