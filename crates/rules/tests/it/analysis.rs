//! Findings are true and differences are real; what is claimed about all requests holds on random ones.

use std::collections::BTreeMap;

use portcullis_rules::analysis::diff::diff;
use portcullis_rules::analysis::lint::{Lint, lint};
use portcullis_rules::{RuleList, Value, naive};

use crate::worlds::{Random, Vocabulary};

const WORDS: Vocabulary = Vocabulary {
    attributes: &["x", "y"],
    lists: &["tags"],
};

fn rules(text: &str) -> RuleList {
    text.parse().expect(text)
}

/// A rule on type `doc` and action `read`.
fn rule(access: &str, conditions: &str) -> String {
    format!(
        r#"{{"access":"{access}","where":{{"rsrc_type":"doc","action":"read","rsrc_match":{conditions}}}}}"#
    )
}

fn list(rules_: &[(&str, &str)]) -> RuleList {
    let written: Vec<_> = rules_.iter().map(|(a, c)| rule(a, c)).collect();
    rules(&format!("[{}]", written.join(",")))
}

fn found(rules: &RuleList) -> Vec<(Lint, String)> {
    lint(rules).into_iter().map(|f| (f.lint, f.path)).collect()
}

fn kinds(rules: &RuleList) -> Vec<(Lint, usize)> {
    lint(rules).into_iter().map(|f| (f.lint, f.rule)).collect()
}

fn decision(rules: &RuleList, request: &(&str, &str, BTreeMap<String, Value>)) -> naive::Decision {
    naive::decide(rules, request.0, request.1, &request.2).expect("a type")
}

fn request(random: &mut Random) -> (&'static str, &'static str, BTreeMap<String, Value>) {
    let names = ["a", "b", "c", "d"];
    let action = *random.pick(&names);
    (action, *random.pick(&names), WORDS.resource(random))
}

fn without(rules: &RuleList, at: usize) -> RuleList {
    let mut rules = rules.clone();
    rules.0.remove(at);
    rules
}

fn nothing_reported_is_needed(seed: u64, lists: usize) -> [usize; 4] {
    let random = &mut Random(seed);
    let mut counts = [0; 4];
    for _ in 0..lists {
        let rules = WORDS.rules(random, 6);
        for finding in lint(&rules) {
            let kind = match finding.lint {
                Lint::UnreachableRule => 0,
                Lint::RedundantRule => 1,
                Lint::ConditionNever => 2,
                Lint::ConditionAlways => 3,
                _ => continue,
            };
            counts[kind] += 1;
            let mut changed = without(&rules, finding.rule);
            if kind == 3 {
                changed = rules.clone();
                changed.0[finding.rule].condition = portcullis_rules::ConditionSet::always();
            }
            for _ in 0..60 {
                let request = request(random);
                let (a, b) = (decision(&rules, &request), decision(&changed, &request));
                assert_eq!(
                    a.effect,
                    b.effect,
                    "{finding}\n{request:?}\n{}",
                    rules.to_json()
                );
                if kind == 0 || kind == 2 {
                    assert_ne!(
                        a.rule,
                        Some(finding.rule),
                        "{finding}\n{request:?}\n{}",
                        rules.to_json()
                    );
                }
            }
        }
    }
    eprintln!("{counts:?}");
    counts
}

#[test]
fn removing_what_is_reported_changes_no_answer() {
    let counts = nothing_reported_is_needed(7, 150);
    assert!(
        counts.iter().all(|&n| n > 30),
        "too few findings to mean anything: {counts:?}"
    );
}

#[test]
#[ignore = "long; run in release"]
fn removing_what_is_reported_changes_no_answer_in_a_long_run() {
    nothing_reported_is_needed(8, 20_000);
}

fn differences_are_real(seed: u64, pairs: usize) -> [usize; 3] {
    let random = &mut Random(seed);
    let mut counts = [0; 3];
    for _ in 0..pairs {
        let before = WORDS.rules(random, 4);
        // Mostly a small change, sometimes another list altogether.
        let mut after = before.clone();
        match random.below(4) {
            0 => after = WORDS.rules(random, 4),
            1 => after.0.reverse(),
            2 => drop(after.0.remove(random.below(before.0.len()))),
            _ => {
                let at = random.below(before.0.len());
                after.0[at] = WORDS.rule(random);
            }
        }
        let diff = diff(&before, &after);
        for difference in &diff.differences {
            let decide = |rules| {
                naive::decide(
                    rules,
                    &difference.action,
                    &difference.resource_type,
                    &difference.attributes,
                )
            };
            assert_eq!(decide(&before), Ok(difference.before));
            assert_eq!(decide(&after), Ok(difference.after));
            assert_ne!(difference.before.effect, difference.after.effect);
        }
        counts[0] += usize::from(!diff.differences.is_empty());
        counts[1] += usize::from(diff.is_none());
        counts[2] += usize::from(!diff.exhaustive);
        if diff.exhaustive {
            for _ in 0..60 {
                let request = request(random);
                let (a, b) = (decision(&before, &request), decision(&after, &request));
                let told = diff
                    .differences
                    .iter()
                    .any(|d| (d.before.rule, d.after.rule) == (a.rule, b.rule));
                assert!(
                    a.effect == b.effect || told,
                    "{a:?} {b:?} {request:?}\n{}\n{}",
                    before.to_json(),
                    after.to_json()
                );
            }
        }
    }
    eprintln!("different, same, open: {counts:?}");
    counts
}

#[test]
fn differences_are_real_and_their_absence_holds() {
    let [different, same, _] = differences_are_real(9, 200);
    assert!(different > 80 && same > 40);
}

#[test]
#[ignore = "long; run in release"]
fn differences_are_real_and_their_absence_holds_in_a_long_run() {
    differences_are_real(10, 20_000);
}

#[test]
fn shadowed_rules_are_unreachable() {
    let shadowed = list(&[
        ("allow", r#"[["@x","$in",["a","b"]]]"#),
        ("deny", r#"[["@x","=","b"],["@y","=",1]]"#),
    ]);
    // A deny still denies what cannot be decided, such as `@x` being true, where the allow is silent.
    assert_eq!(kinds(&shadowed), [(Lint::RedundantRule, 1)]);
    let narrower = list(&[
        ("deny", r#"[["@x","$in",["a","b"]]]"#),
        ("allow", r#"[["@x","=","b"],["@y","=",1]]"#),
    ]);
    assert_eq!(kinds(&narrower)[0], (Lint::UnreachableRule, 1));
    let together = list(&[
        ("allow", r#"[["@x","=","a"]]"#),
        ("allow", r#"[["@x","=","b"]]"#),
        ("deny", r#"[["@y","=",1],["@x","$in",["b","a"]]]"#),
        ("allow", r#"[["@x","$in",["b","a"]]]"#),
    ]);
    let unreachable = |rules| {
        kinds(rules)
            .into_iter()
            .filter(|k| k.0 == Lint::UnreachableRule)
            .collect::<Vec<_>>()
    };
    assert_eq!(unreachable(&together), [(Lint::UnreachableRule, 3)]);
    let pattern = list(&[
        ("allow", r#"[["@x","~=","a*"]]"#),
        ("allow", r#"[["@x","=","Ab"]]"#),
    ]);
    assert_eq!(kinds(&pattern), [(Lint::UnreachableRule, 1)]);
}

#[test]
fn an_equal_number_in_another_type_is_not_shadowed_by_text() {
    // "5.0" is 5 but is not the text "5".
    let types = list(&[
        ("allow", r#"[["@x","=","5"]]"#),
        ("allow", r#"[["@x","=",5]]"#),
    ]);
    assert_eq!(kinds(&types), [(Lint::RedundantRule, 0)]);
    let other_way = list(&[
        ("allow", r#"[["@x","=",5]]"#),
        ("allow", r#"[["@x","=","5"]]"#),
    ]);
    assert_eq!(kinds(&other_way), [(Lint::UnreachableRule, 1)]);
}

#[test]
fn rules_that_repeat_what_follows_are_redundant() {
    let default = list(&[
        ("allow", r#"[["@x","=","a"]]"#),
        ("deny", r#"[["@x","=","b"]]"#),
    ]);
    assert_eq!(kinds(&default), [(Lint::RedundantRule, 1)]);
    let later = list(&[("allow", r#"[["@x","=","a"]]"#), ("allow", "[]")]);
    assert_eq!(kinds(&later), [(Lint::RedundantRule, 0)]);
}

#[test]
fn impossible_and_idle_conditions_are_found() {
    let never = list(&[("allow", r#"[["@x","=","a"],["@x","=","b"]]"#)]);
    assert_eq!(kinds(&never), [(Lint::ConditionNever, 0)]);
    let branch = list(&[(
        "allow",
        r#"[{"$or":[["@x","=","a"],[["@y","=",1],["@y","=",2]]]}]"#,
    )]);
    assert_eq!(
        found(&branch),
        [(
            Lint::DeadBranch,
            "[0].where.rsrc_match[0].$or[1]".to_owned()
        )]
    );
    let always = list(&[("allow", r#"[[1,"=","1"]]"#)]);
    assert_eq!(kinds(&always), [(Lint::ConditionAlways, 0)]);
}

#[test]
fn patterns_whose_common_texts_are_hard_to_find_are_not_called_impossible() {
    // `abababz` meets both.
    let hard = list(&[("allow", r#"[["@x","~","^(ab|cd)*z$"],["@x","~","^.{7}$"]]"#)]);
    assert_eq!(kinds(&hard), []);
    let shadow = list(&[
        ("allow", r#"[["@x","~","^(ab|cd)*z$"]]"#),
        ("allow", r#"[["@x","~","^[abz]{7}$"]]"#),
    ]);
    assert_eq!(kinds(&shadow), []);
    let changed = diff(&RuleList::default(), &hard);
    assert!(!changed.exhaustive || !changed.differences.is_empty());
}

#[test]
fn overlaps_that_only_order_decides_are_noted() {
    let crossing = list(&[
        ("allow", r#"[["@x","=","a"]]"#),
        ("deny", r#"[["@y","=",1]]"#),
        ("allow", "[]"),
    ]);
    assert!(kinds(&crossing).contains(&(Lint::ConflictByOrder, 1)));
    let exception = list(&[
        ("deny", r#"[["@x","=","a"],["@y","=",1]]"#),
        ("allow", r#"[["@y","=",1]]"#),
    ]);
    assert_eq!(kinds(&exception), []);
}

#[test]
fn forms_that_mislead_are_found() {
    let text = r#"[
        {"access":"allow","where":{"rsrc_type":["*"],"action":{"$not":"*"},"rsrc_match":[["@a","$in",["@owner","b"]]]}},
        {"access":"allow","where":{"rsrc_type":{"$not":"img"},"action":"read","rsrc_match":[["@host","~","example\\.com"],["@b","!=","x"]]}},
        {"access":"deny","where":{"rsrc_type":"q","action":"w","rsrc_match":[["@n","~","x"]]}},
        {"access":"allow","where":{"rsrc_type":"q","action":"*","rsrc_match":[{"$and":[{"$or":[]}]}]}},
        {"access":"allow","where":{"rsrc_type":"p","action":"r","rsrc_match":[["@host","~","^api\\.example\\.com$"]]}}
    ]"#;
    let expected = [
        (Lint::StarInList, "[0].where.rsrc_type"),
        (Lint::NotStar, "[0].where.action"),
        (Lint::ReferenceInList, "[0].where.rsrc_match[0][2][0]"),
        (Lint::UnanchoredHost, "[1].where.rsrc_match[0][2]"),
        (Lint::NegativeHoldsWhenMissing, "[1].where.rsrc_match[1]"),
        (Lint::ExclusionOnly, "[1].where.rsrc_type"),
        (Lint::MissingDenies, "[2].where.rsrc_match[0]"),
        (Lint::ConditionAlways, "[3].where.rsrc_match"),
        (Lint::VacuousOr, "[3].where.rsrc_match[0].$and[0].$or"),
    ];
    let expected = expected.map(|(lint, path)| (lint, path.to_owned()));
    assert_eq!(found(&rules(text)), expected);
}

#[test]
fn codes_are_distinct() {
    let mut codes: Vec<_> = Lint::ALL.iter().map(|l| l.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Lint::ALL.len());
}

#[test]
fn hundreds_of_rules_are_looked_through_in_bounded_work() {
    let many: RuleList = (0..260)
        .flat_map(|i| {
            list(&[(
                "allow",
                &format!(r#"[["@x","=",{i}],["@y","=","u{}"]]"#, i % 7),
            )])
            .0
        })
        .collect();
    assert_eq!(kinds(&many), []);
    let mut doubled = many.clone();
    doubled.0.insert(1, many.0[0].clone());
    assert_eq!(
        kinds(&doubled),
        [(Lint::RedundantRule, 0), (Lint::UnreachableRule, 1)]
    );
    let mut changed = many.clone();
    changed.0[150].effect = portcullis_rules::Effect::Deny;
    let found = diff(&many, &changed);
    assert!(
        found.differences.iter().any(|d| d.before.rule == Some(150)),
        "{found:?}"
    );
}
