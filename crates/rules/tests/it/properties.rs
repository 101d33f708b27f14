//! Laws that hold for every list, value and pattern.

use std::collections::BTreeMap;

use portcullis_rules::{
    Condition, ConditionSet, Effect, Like, Number, Operand, Operator, Pattern, PatternLimits, Rule,
    RuleList, Shape, SlugSet, Truth, Value, eq, fold, naive,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: [&str; 4] = ["a", "b", "c", "*"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |f| Number::from_f64(f).map(Value::from)),
        select(vec![
            "",
            "0",
            "1",
            "5.0",
            "true",
            "@a",
            "x",
            "É",
            "a\"\u{1}\\"
        ])
        .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map("[a-c]", inner, 0..3).prop_map(|map| {
                let entries = map.into_iter().map(|(k, v)| (k.into(), v));
                Value::Object(std::sync::Arc::new(entries.collect()))
            }),
        ]
    })
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        select(NAMES.to_vec()).prop_map(Operand::attribute),
        value().prop_map(Operand::Literal),
    ]
}

fn list() -> impl Strategy<Value = Operand> {
    prop_oneof![
        select(NAMES.to_vec()).prop_map(Operand::attribute),
        vec(value(), 0..3).prop_map(Operand::from),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    use Operator::{
        Disjoint, Equal, In, Intersects, Like, Match, MatchFold, NotEqual, NotIn, NotMatch,
        NotMatchFold,
    };
    let text = prop_oneof![
        select(NAMES[..3].to_vec()).prop_map(Operand::attribute),
        select(vec!["x*", "@a", "É", "1"]).prop_map(Operand::from),
    ];
    let make = |(left, op, right): (Operand, Operator, Operand)| Condition { left, op, right };
    prop_oneof![
        (operand(), select(vec![Equal, NotEqual]), operand()).prop_map(make),
        (operand(), select(vec![In, NotIn]), list()).prop_map(make),
        (list(), select(vec![Intersects, Disjoint]), list()).prop_map(make),
        (
            operand(),
            select(vec![Like, Match, MatchFold, NotMatch, NotMatchFold]),
            text
        )
            .prop_map(make),
    ]
}

fn conditions() -> impl Strategy<Value = ConditionSet> {
    let tree = condition()
        .prop_map(ConditionSet::Leaf)
        .prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(ConditionSet::And),
                vec(inner, 0..4).prop_map(ConditionSet::Or),
            ]
        });
    // The whole of a match is never a lone condition in a document.
    vec(tree, 0..3).prop_map(ConditionSet::And)
}

fn names() -> impl Strategy<Value = SlugSet> {
    prop_oneof![
        Just(SlugSet::Any),
        vec(select(NAMES.to_vec()), 1..3).prop_map(SlugSet::only),
        vec(select(NAMES.to_vec()), 1..3).prop_map(SlugSet::except),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let meta = proptest::option::of(value().prop_map(|v| v.to_json()));
    (any::<bool>(), names(), names(), conditions(), meta).prop_map(
        |(allow, types, actions, condition, meta)| {
            let effect = if allow { Effect::Allow } else { Effect::Deny };
            Rule {
                effect,
                types,
                actions,
                condition,
                meta,
            }
        },
    )
}

fn rules() -> impl Strategy<Value = RuleList> {
    vec(rule(), 0..5).prop_map(RuleList)
}

fn resource() -> impl Strategy<Value = BTreeMap<String, Value>> {
    btree_map("[abc]", value(), 0..4)
}

fn reversed(set: &ConditionSet) -> ConditionSet {
    match set {
        ConditionSet::And(items) => ConditionSet::And(items.iter().rev().map(reversed).collect()),
        ConditionSet::Or(items) => ConditionSet::Or(items.iter().rev().map(reversed).collect()),
        leaf @ ConditionSet::Leaf(_) => leaf.clone(),
    }
}

proptest! {
    #[test]
    fn a_list_reads_back_as_itself(rules in rules()) {
        let text = rules.to_json().to_string();
        prop_assert_eq!(RuleList::from_json_str(&text), Ok(rules.clone()));
        prop_assert_eq!(RuleList::from_json_value(&rules.to_json()), Ok(rules.clone()));
        prop_assert_eq!(serde_json::to_string(&rules).ok(), Some(text));
    }

    #[test]
    fn a_value_reads_back_from_its_canonical_text(value in value()) {
        let text = format!(
            r#"[{{"access":"allow","where":{{"rsrc_type":"*","action":"*","rsrc_match":[["@a","=",[{value}]]]}}}}]"#
        );
        let rules = RuleList::from_json_str(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let expected = Condition::new(Operand::attribute("a"), Operator::Equal, Value::from(vec![value]));
        prop_assert_eq!(&rules.0[0].condition, &ConditionSet::all([expected]));
    }

    #[test]
    fn text_never_makes_loading_panic(text in "[\\[\\]{}\",:@a0-9.eE+\\\\u\\-$~* é\n]{0,40}") {
        let _ = RuleList::from_json_str(&text);
    }

    #[test]
    fn patterns_never_panic_and_shapes_agree_with_the_engine(
        source in "[a-cK(|)*+?{},0-9^$.\\[\\]\\\\dwbBpQE:\\-ié&]{1,12}",
        subject in "[a-cAKk0-9é\u{212a}\n{}&\\]\\[ ]{0,8}",
        fold_case in any::<bool>(),
    ) {
        let _ = Like::new(&source, &PatternLimits::default());
        if let Ok(pattern) = Pattern::new(&source, fold_case, &PatternLimits::default()) {
            let engine = regex::Regex::new(pattern.translated())
                .map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(pattern.is_match(&subject), engine.is_match(&subject));
        }
    }

    #[test]
    fn literal_patterns_have_a_shape_that_agrees_with_the_engine(
        source in "\\^?[a-cKkſé]{0,3}\\$?",
        subject in "[a-cA-CKkſsSÉé\u{212a}]{0,4}",
        fold_case in any::<bool>(),
    ) {
        prop_assume!(!source.is_empty());
        let pattern = Pattern::new(&source, fold_case, &PatternLimits::default())
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_ne!(pattern.shape(), &Shape::Regex);
        let engine = regex::Regex::new(pattern.translated())
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(pattern.is_match(&subject), engine.is_match(&subject));
    }

    #[test]
    fn folding_twice_changes_nothing_more(text in "\\PC{0,12}") {
        let once = fold(&text).into_owned();
        prop_assert_eq!(fold(&once), once.as_str());
    }

    #[test]
    fn equality_is_symmetric(a in value(), b in value()) {
        prop_assert_eq!(eq(&a, &b), eq(&b, &a));
    }

    #[test]
    fn negated_operators_negate(a in value(), b in value(), op in select(Operator::ALL.to_vec())) {
        let (positive, negated) = op.positive();
        let truth = naive::compare(&a, positive, &b);
        let expected = if negated { !truth } else { truth };
        prop_assert_eq!(naive::compare(&a, op, &b), expected);
    }

    #[test]
    fn the_order_inside_sets_does_not_matter(set in conditions(), resource in resource()) {
        prop_assert_eq!(naive::holds(&reversed(&set), &resource), naive::holds(&set, &resource));
    }

    /// A condition that cannot be decided, added anywhere, turns no denial into an allowance.
    #[test]
    fn an_undecidable_condition_never_widens_access(
        rules in rules(),
        resource in resource(),
        at in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!rules.0.is_empty());
        let undecidable = Condition::new(Vec::<Value>::new(), Operator::Equal, Value::Null);
        prop_assert_eq!(naive::test(&undecidable, &()), Truth::Undecided);
        let before = naive::decide(&rules, "a", "b", &resource);
        let mut spoiled = rules.clone();
        let rule = &mut spoiled.0[at.index(rules.0.len())];
        let matched = naive::matches(rule, "a", "b", &resource);
        *rule = rule.clone().when(undecidable);
        let after = naive::decide(&spoiled, "a", "b", &resource);
        let effect = rules.0[at.index(rules.0.len())].effect;
        match effect {
            // The deny still stops whoever it stopped.
            Effect::Deny => prop_assert_eq!(after, before),
            // The allow is gone: the answer is that of the list without it.
            Effect::Allow => {
                let mut without = rules.clone();
                without.0.remove(at.index(rules.0.len()));
                let without = naive::decide(&without, "a", "b", &resource);
                prop_assert_eq!(after.map(|d| d.effect), without.map(|d| d.effect));
                if matched.is_true() {
                    prop_assert_eq!(
                        naive::matches(&spoiled.0[at.index(rules.0.len())], "a", "b", &resource),
                        Truth::Undecided
                    );
                }
            }
        }
    }

    #[test]
    fn a_resource_without_usable_data_is_allowed_nothing_that_asks_for_data(rules in rules()) {
        // Maps compare with nothing, so every condition on an attribute is undecidable.
        let odd = Value::from_json(&serde_json::json!({"a": {}, "b": {}, "c": {}, "*": {}}));
        if let Ok(decision) = naive::decide(&rules, "a", "b", &odd)
            && decision.is_allow()
        {
            let rule = &rules.0[decision.rule.unwrap_or_default()];
            prop_assert_eq!(naive::matches(rule, "a", "b", &odd), Truth::True);
        }
    }
}

/// What an expression is written out as means the same to the engine underneath.
#[test]
fn translations_mean_the_same() {
    let subjects = [
        "", "a", "ab", "abb", "abbb", "aabb", "abab", "ababab", "x", "b",
    ];
    for source in [
        "^a(b+)?$",
        "^a(?:b{2})?$",
        "^(?:(?:ab){2})*$",
        "^(?:a{2,3}){2}",
        "^((b+)?)?x$",
        "^(?:(?:a+){2})?b",
        "^((a*)+|b)?$",
    ] {
        let pattern = Pattern::new(source, false, &PatternLimits::default()).unwrap();
        let translated = regex::Regex::new(pattern.translated()).unwrap();
        let direct = regex::Regex::new(source).unwrap();
        for subject in subjects {
            let expected = direct.is_match(subject);
            assert_eq!(pattern.is_match(subject), expected, "{source} {subject:?}");
            assert_eq!(
                translated.is_match(subject),
                expected,
                "{source} {subject:?}"
            );
        }
    }
}
