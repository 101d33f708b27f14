//! Reading a document never panics, and what is accepted is written back as the same list.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_rules::{Engine, Limits, RuleList};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok(rules) = RuleList::from_json_slice_with(bytes, &limits) else {
        return;
    };
    let written = rules.to_json().to_string();
    let again = RuleList::from_json_str(&written).expect("what was written is read");
    assert_eq!(again, rules, "{written}");
    assert_eq!(rules.validate(&limits), Ok(()));
    let engine = Engine::compile(&rules).expect("what was read compiles");
    let same = Engine::compile(&again).expect("what was read compiles");
    assert_eq!(engine.digest(), same.digest());
});
