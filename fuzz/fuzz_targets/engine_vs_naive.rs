//! The engine, however it is compiled, answers what the plain evaluator answers.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use portcullis_rules::{
    Condition, ConditionSet, Engine, EngineOptions, Number, Operand, Operator, Redaction, Rule,
    RuleList, SlugSet, Value, naive,
};

const NAMES: [&str; 5] = ["a", "b", "c", "*", "other"];
const TEXTS: [&str; 16] = [
    "", "0", "1", "5", "5.0", "1e3", "-1", "true", "x", "ab", "AB", "abc", "é", "É", "\u{212a}",
    "k",
];
const PATTERNS: [&str; 14] = [
    "^a", "b$", "^ab$", "b", "^", "[a-z]+", "(x|ab)$", "^ab.c?", "(?i)ab", "*b", "a*", "*b*", "(",
    "\\d",
];

#[derive(Debug)]
struct Case {
    rules: RuleList,
    requests: Vec<Request>,
}

#[derive(Debug)]
struct Request {
    action: &'static str,
    kind: &'static str,
    resource: BTreeMap<&'static str, Value>,
}

impl Arbitrary<'_> for Case {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        let rules = many(u, 12, rule)?.into_iter().collect();
        let requests = many(u, 6, request)?;
        Ok(Self { rules, requests })
    }
}

fn many<T>(
    u: &mut Unstructured<'_>,
    most: usize,
    one: fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let len = u.int_in_range(0..=most)?;
    (0..len).map(|_| one(u)).collect()
}

fn rule(u: &mut Unstructured<'_>) -> Result<Rule> {
    let rule = if u.arbitrary()? {
        Rule::allow()
    } else {
        Rule::deny()
    };
    let rule = rule.on_types(names(u)?).actions(names(u)?);
    let conditions = (0..u.int_in_range(0..=3)?)
        .map(|_| set(u, 3))
        .collect::<Result<Vec<_>>>()?;
    Ok(rule.when(ConditionSet::And(conditions)))
}

fn names(u: &mut Unstructured<'_>) -> Result<SlugSet> {
    Ok(match u.int_in_range(0..=5)? {
        0 | 1 => SlugSet::Any,
        2 => SlugSet::except(many(u, 2, name)?),
        3 => SlugSet::only(many(u, 3, name)?),
        _ => SlugSet::only([name(u)?]),
    })
}

fn name(u: &mut Unstructured<'_>) -> Result<&'static str> {
    u.choose(&NAMES).copied()
}

fn set(u: &mut Unstructured<'_>, depth: usize) -> Result<ConditionSet> {
    let items = |u: &mut Unstructured<'_>| -> Result<Vec<ConditionSet>> {
        (0..u.int_in_range(0..=3)?)
            .map(|_| set(u, depth - 1))
            .collect()
    };
    Ok(match u.int_in_range(0..=4)? {
        0 if depth > 0 => ConditionSet::And(items(u)?),
        1 if depth > 0 => ConditionSet::Or(items(u)?),
        _ => ConditionSet::Leaf(condition(u)?),
    })
}

fn condition(u: &mut Unstructured<'_>) -> Result<Condition> {
    let op = *u.choose(&Operator::ALL)?;
    let left = if u.ratio(4, 5)? {
        attribute(u)?
    } else {
        literal(u, op)?
    };
    let right = if u.ratio(4, 5)? {
        literal(u, op)?
    } else {
        attribute(u)?
    };
    Ok(Condition { left, op, right })
}

fn attribute(u: &mut Unstructured<'_>) -> Result<Operand> {
    Ok(Operand::attribute(name(u)?))
}

fn literal(u: &mut Unstructured<'_>, op: Operator) -> Result<Operand> {
    Ok(match op.positive().0 {
        Operator::In | Operator::Intersects => many(u, 9, value)?.into(),
        Operator::Like | Operator::Match | Operator::MatchFold => text(u, &PATTERNS)?.into(),
        _ => value(u)?.into(),
    })
}

fn text(u: &mut Unstructured<'_>, known: &[&str]) -> Result<String> {
    if u.ratio(3, 4)? {
        u.choose(known).map(|text| (*text).to_owned())
    } else {
        // Long texts only make patterns slow to compile.
        let text: &str = u.arbitrary()?;
        Ok(text.chars().take(8).collect())
    }
}

fn value(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=9)? {
        0 => Value::Null,
        1 => u.arbitrary::<bool>()?.into(),
        2 => u.int_in_range(-1_i64..=5)?.into(),
        3 => u.arbitrary::<u64>()?.into(),
        4 => Number::from_f64(u.arbitrary()?).map_or(Value::Null, Value::Number),
        5 => many(u, 2, value)?.into(),
        6 => Value::from_json(&serde_json::json!({})),
        _ => text(u, &TEXTS)?.into(),
    })
}

fn request(u: &mut Unstructured<'_>) -> Result<Request> {
    let action = name(u)?;
    let kind = name(u)?;
    let mut resource = BTreeMap::new();
    for name in ["a", "b", "c", "*"] {
        if u.ratio(4, 5)? {
            resource.insert(name, value(u)?);
        }
    }
    Ok(Request {
        action,
        kind,
        resource,
    })
}

fuzz_target!(|case: Case| {
    let Case { rules, requests } = case;
    let options = EngineOptions::default();
    for options in [
        options,
        options.always_indexed(),
        options.always_indexed().pattern_bytes(0),
    ] {
        let engine = Engine::compile_with(&rules, &options).expect("the list is small");
        for Request {
            action,
            kind,
            resource,
        } in &requests
        {
            let expected = naive::decide(&rules, action, kind, resource);
            assert_eq!(engine.decide(action, kind, resource), expected);
        }
    }
    if let Some(Request {
        action,
        kind,
        resource,
    }) = requests.first()
    {
        let engine = Engine::compile(&rules).expect("the list is small");
        let why = engine
            .explain(action, kind, resource, &Redaction::ShowAll)
            .expect("the type is named");
        assert_eq!(
            Ok(why.decision),
            naive::decide(&rules, action, kind, resource)
        );
        let deciding = why
            .rules
            .iter()
            .find(|rule| rule.decides)
            .map(|rule| rule.rule);
        assert_eq!(deciding, why.decision.rule);
    }
});
