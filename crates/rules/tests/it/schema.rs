//! The published JSON Schema and the loader agree on every measured document.

use portcullis_rules::{Code, RuleList};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// As much of JSON Schema 2020-12 as our schema uses; an unknown keyword fails the test.
struct Schema(Value);

impl Schema {
    fn new() -> Self {
        let text = include_str!("../../schema/rules.schema.json");
        Self(serde_json::from_str(text).expect("the schema is JSON"))
    }

    fn accepts(&self, value: &Value) -> bool {
        self.check(&self.0, value)
    }

    fn check(&self, schema: &Value, value: &Value) -> bool {
        let keywords = match schema {
            Value::Bool(all) => return *all,
            Value::Object(keywords) => keywords,
            other => panic!("{other} is no schema"),
        };
        keywords
            .iter()
            .all(|(keyword, rule)| self.keyword(keywords, keyword, rule, value))
    }

    fn keyword(
        &self,
        schema: &serde_json::Map<String, Value>,
        keyword: &str,
        rule: &Value,
        value: &Value,
    ) -> bool {
        let number = || rule.as_u64().expect("a count") as usize;
        let parts = || rule.as_array().expect("a list").iter();
        let text = value.as_str();
        let items = value.as_array();
        let map = value.as_object();
        match keyword {
            "$schema" | "$id" | "title" | "description" | "$defs" => true,
            "$ref" => {
                let path = rule
                    .as_str()
                    .and_then(|r| r.strip_prefix('#'))
                    .expect("a local reference");
                self.check(self.0.pointer(path).expect("a definition"), value)
            }
            "type" => match rule.as_str() {
                Some("array") => items.is_some(),
                Some("object") => map.is_some(),
                Some("string") => text.is_some(),
                other => panic!("type {other:?}"),
            },
            "enum" => parts().any(|v| v == value),
            "const" => rule == value,
            "not" => !self.check(rule, value),
            "anyOf" => parts().any(|s| self.check(s, value)),
            "minLength" => text.is_none_or(|t| t.chars().count() >= number()),
            "pattern" => text.is_none_or(|t| {
                regex::Regex::new(rule.as_str().expect("a pattern"))
                    .expect("a pattern")
                    .is_match(t)
            }),
            "minItems" => items.is_none_or(|i| i.len() >= number()),
            "maxItems" => items.is_none_or(|i| i.len() <= number()),
            "prefixItems" => {
                items.is_none_or(|i| i.iter().zip(parts()).all(|(v, s)| self.check(s, v)))
            }
            "items" => {
                let fixed = schema
                    .get("prefixItems")
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                items.is_none_or(|i| i.iter().skip(fixed).all(|v| self.check(rule, v)))
            }
            "required" => {
                map.is_none_or(|m| parts().all(|key| m.contains_key(key.as_str().expect("a key"))))
            }
            "properties" => map.is_none_or(|m| {
                let known = rule.as_object().expect("a map");
                m.iter()
                    .all(|(k, v)| known.get(k).is_none_or(|s| self.check(s, v)))
            }),
            "additionalProperties" => map.is_none_or(|m| {
                let known = schema["properties"].as_object().expect("a map");
                m.keys().all(|k| known.contains_key(k))
            }),
            other => panic!("`{other}` is not supported by this test"),
        }
    }
}

#[derive(Deserialize)]
struct Case<'a> {
    id: String,
    #[serde(borrow)]
    rules: &'a RawValue,
}

/// What no schema can express, or what shows only in the text.
const BEYOND: [Code; 5] = [
    Code::DuplicateKey,
    Code::BadPattern,
    Code::NumberOutOfRange,
    Code::TooDeep,
    Code::Syntax,
];

#[test]
fn what_loads_is_valid_and_what_is_valid_loads() {
    let schema = Schema::new();
    let (mut both, mut beyond) = (0, 0);
    for line in include_str!("../vectors/public.jsonl").lines() {
        let case: Case<'_> = serde_json::from_str(line).expect("a case a line");
        let Ok(document) = serde_json::from_str::<Value>(case.rules.get()) else {
            continue;
        };
        let loaded = RuleList::from_json_str(case.rules.get());
        match (loaded, schema.accepts(&document)) {
            (Ok(rules), valid) => {
                assert!(valid, "{} loads and is not valid: {document}", case.id);
                assert!(schema.accepts(&rules.to_json()), "{}", case.id);
                both += 1;
            }
            (Err(error), true) => {
                let codes: Vec<Code> = error.diagnostics().iter().map(|o| o.code).collect();
                assert!(
                    codes.iter().all(|c| BEYOND.contains(c)),
                    "{} {error}: {document}",
                    case.id
                );
                beyond += 1;
            }
            (Err(_), false) => {}
        }
    }
    assert!(both > 3000 && beyond < 300, "{both} {beyond}");
}

#[test]
fn random_lists_are_valid_as_written() {
    let schema = Schema::new();
    let words = crate::worlds::Vocabulary {
        attributes: &["x", "y"],
        lists: &["tags"],
    };
    let random = &mut crate::worlds::Random(11);
    for _ in 0..2000 {
        let json = words.rules(random, 5).to_json();
        assert_eq!(
            schema.accepts(&json),
            RuleList::from_json_value(&json).is_ok(),
            "{json}"
        );
    }
}
