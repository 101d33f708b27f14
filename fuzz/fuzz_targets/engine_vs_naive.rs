//! The engine, however it is compiled, answers what the plain evaluator answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{Case, Request};
use portcullis_rules::{Engine, EngineOptions, Redaction, naive};

fuzz_target!(|bytes: &[u8]| {
    let Some(case) = Case::read(bytes) else {
        return;
    };
    let rules = &case.rules;
    let options = EngineOptions::default();
    for options in [
        options,
        options.always_indexed(),
        options.always_indexed().pattern_bytes(0),
    ] {
        let engine = Engine::compile_with(rules, &options).expect("the list is small");
        for Request { action, kind, row } in &case.requests {
            let expected = naive::decide(rules, action, kind, row);
            assert_eq!(
                engine.decide(action, kind, row),
                expected,
                "{}",
                case.to_json()
            );
        }
    }
    let engine = Engine::compile(rules).expect("the list is small");
    for Request { action, kind, row } in &case.requests {
        let why = engine.explain(action, kind, row, &Redaction::ShowAll);
        let expected = naive::decide(rules, action, kind, row);
        assert_eq!(
            why.as_ref().map(|why| why.decision).map_err(|e| *e),
            expected,
            "{}",
            case.to_json()
        );
        if let Ok(why) = why {
            let deciding = why.rules.iter().find(|rule| rule.decides);
            assert_eq!(
                deciding.map(|rule| rule.rule),
                why.decision.rule,
                "{}",
                case.to_json()
            );
        }
    }
});
