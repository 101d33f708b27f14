//! The Portcullis engine, and what deciding would cost at the least.

use std::collections::BTreeMap;
use std::hint::black_box;

use portcullis_rules as rules;
use rules::{Operand, Operator, RuleList, Value};
use rustc_hash::FxHashMap;

use crate::clock;
use crate::engine::{Engine, Measure};
use crate::table::duration;
use crate::workload::{Condition, WORKLOADS, Workload};

pub(crate) fn engines() -> Vec<Engine> {
    let largest = usize::MAX;
    vec![
        Engine {
            name: "portcullis",
            largest,
            run: portcullis,
        },
        Engine {
            name: "floor: plain loop",
            largest,
            run: plain_loop,
        },
        Engine {
            name: "floor: hash tables",
            largest,
            run: tables,
        },
    ]
}

pub(crate) fn list(workload: &Workload) -> RuleList {
    let rules = workload.rules.iter().map(|rule| {
        let condition = match &rule.condition {
            Condition::Id(id) => {
                rules::Condition::new(Operand::attribute("id"), Operator::Equal, id.as_str())
            }
            name => rules::Condition::new(Operand::attribute("name"), Operator::Match, name.text()),
        };
        rules::Rule::allow()
            .on_types([&rule.kind])
            .actions([&rule.action])
            .when(condition)
    });
    rules.collect()
}

fn resource(workload: &Workload) -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("id".to_owned(), workload.id.as_str().into()),
        ("name".to_owned(), workload.host.as_str().into()),
    ])
}

fn portcullis(workload: &Workload, measure: &mut Measure<'_>) {
    let engine = rules::Engine::compile(&list(workload)).expect("the workload compiles");
    engine.warm();
    let resource = resource(workload);
    let (action, kind) = (workload.action.as_str(), workload.kind.as_str());
    measure(&mut || {
        engine
            .decide(action, kind, &resource)
            .is_ok_and(|d| d.is_allow())
    });
}

enum Test {
    Id(String),
    Name(regex::Regex),
}

fn plain_loop(workload: &Workload, measure: &mut Measure<'_>) {
    let rules: Vec<(&str, &str, Test)> = workload
        .rules
        .iter()
        .map(|rule| {
            let test = match &rule.condition {
                Condition::Id(id) => Test::Id(id.clone()),
                name => Test::Name(regex::Regex::new(name.text()).expect("it is an expression")),
            };
            (rule.kind.as_str(), rule.action.as_str(), test)
        })
        .collect();
    measure(&mut || {
        rules.iter().any(|(kind, action, test)| {
            *kind == workload.kind
                && *action == workload.action
                && match test {
                    Test::Id(id) => *id == workload.id,
                    Test::Name(name) => name.is_match(&workload.host),
                }
        })
    });
}

/// Hand-made for these questions: a table for the names, one for the values.
fn tables(workload: &Workload, measure: &mut Measure<'_>) {
    let mut buckets: FxHashMap<(&str, &str), FxHashMap<String, usize>> = FxHashMap::default();
    for (i, rule) in workload.rules.iter().enumerate() {
        let key = match &rule.condition {
            Condition::Id(id) => id.clone(),
            Condition::Name(expression) => match &expression.key {
                Some(key) => key.clone(),
                None => return,
            },
        };
        let bucket = buckets.entry((&rule.kind, &rule.action)).or_default();
        bucket.entry(key).or_insert(i);
    }
    measure(&mut || {
        let found = buckets.get(&(workload.kind.as_str(), workload.action.as_str()));
        found.is_some_and(|bucket| {
            let key = if workload.uses_patterns() {
                workload.host.split('.').next().unwrap_or_default()
            } else {
                &workload.id
            };
            bucket.contains_key(key)
        })
    });
}

/// Checks of many different texts, which automata built while they run have not all seen, as a table.
pub(crate) fn varied() -> String {
    const TEXTS: usize = 4_096;
    let mut text = String::from(
        "\n**portcullis, 4,096 different texts in turn** (all of them once before)\n\n\
         | list | 100 | 1000 | 10000 | first round, 10000 |\n|---|---|---|---|---|\n",
    );
    for name in WORKLOADS
        .iter()
        .filter(|n| n.starts_with("re_") && n.ends_with("_late"))
    {
        text += &format!("| {name} ");
        let mut first_round = 0;
        for size in [100, 1_000, 10_000] {
            let workload = Workload::new(name, size);
            let engine = rules::Engine::compile(&list(&workload)).expect("the workload compiles");
            engine.warm();
            let texts = workload.texts(TEXTS);
            let resources: Vec<_> = texts
                .iter()
                .map(|text| BTreeMap::from([("name", Value::from(text.as_str()))]))
                .collect();
            let mut turn = resources.iter().cycle();
            let mut check = || {
                let resource = turn.next().expect("it goes on for ever");
                engine
                    .decide(&workload.action, &workload.kind, resource)
                    .is_ok_and(|d| d.is_allow())
            };
            let start = clock::now();
            for _ in 0..TEXTS {
                black_box(check());
            }
            first_round = (clock::now() - start) / TEXTS as u64;
            text += &format!("| {} ", duration(clock::nanoseconds_each(&mut check)));
        }
        text += &format!("| {} |\n", duration(first_round as f64));
    }
    text
}

/// What loading a list costs once, as a table: reading the document, compiling, and everything that a
/// decision would otherwise build when it first needs it.
pub(crate) fn once() -> String {
    let mut text = String::from(
        "\n**portcullis, once for each list** (medians of nine)\n\n\
         | list | rules | read JSON | compile | first decision | compile patterns |\n|---|---|---|---|---|---|\n",
    );
    let lists = WORKLOADS
        .iter()
        .filter(|name| match name.strip_suffix("_late") {
            Some(_) => true,
            None => **name == "late_type",
        });
    for name in lists {
        for size in [100, 1_000, 10_000] {
            let workload = Workload::new(name, size);
            let list = list(&workload);
            let document = list.to_json().to_string();
            let resource = resource(&workload);
            let decide = |engine: &rules::Engine| {
                engine
                    .decide(&workload.action, &workload.kind, &resource)
                    .is_ok_and(|d| d.is_allow())
            };
            let read = once_each(|| (), |()| RuleList::from_json_str(&document));
            let compile = once_each(|| (), |()| rules::Engine::compile(&list));
            let engine = || rules::Engine::compile(&list).expect("the workload compiles");
            let first = once_each(engine, |engine| (decide(&engine), engine));
            let warm = once_each(engine, |engine| {
                engine.warm();
                engine
            });
            text += &format!("| {name} | {size} | {read} | {compile} | {first} | {warm} |\n");
        }
    }
    text
}

/// The median time of nine single calls; making and dropping what they work on is not counted.
fn once_each<T, R>(make: impl Fn() -> T, call: impl Fn(T) -> R) -> String {
    let mut times: Vec<u64> = (0..9)
        .map(|_| {
            let made = make();
            let start = clock::now();
            let result = black_box(call(made));
            let took = clock::now() - start;
            drop(result);
            took
        })
        .collect();
    times.sort_unstable();
    duration(times[4] as f64)
}
