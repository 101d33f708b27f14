//! The written reference is true: every example in it is run.

use std::collections::BTreeMap;

use portcullis_rules::cases::{Source, Suite, run};
use portcullis_rules::{Operator, RuleList, Truth, naive};
use serde::Deserialize;

const REFERENCE: &str = include_str!("../../../../docs/reference/rules.md");

/// A condition with attributes that give it each outcome.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    condition: serde_json::Value,
    #[serde(default, rename = "true")]
    holds: Vec<serde_json::Value>,
    #[serde(default, rename = "false")]
    fails: Vec<serde_json::Value>,
    #[serde(default)]
    undecided: Vec<serde_json::Value>,
}

/// Fenced blocks: what follows the fence, the text, and the last heading before it.
fn blocks() -> Vec<(String, String, String)> {
    let mut blocks = Vec::new();
    let mut heading = String::new();
    let mut open: Option<(String, String)> = None;
    for line in REFERENCE.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => {
                let (info, text) = open.take().expect("a block is open");
                blocks.push((info, text, heading.clone()));
            }
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {
                if let Some(title) = line.strip_prefix('#') {
                    heading = title.trim_start_matches('#').trim().to_owned();
                }
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

fn check(example: &Example, text: &str) {
    let document = serde_json::json!([{"access": "allow", "where":
        {"rsrc_type": "*", "action": "*", "rsrc_match": [example.condition]}}]);
    let rules = RuleList::from_json_value(&document).expect(text);
    let groups = [
        (&example.holds, Truth::True),
        (&example.fails, Truth::False),
        (&example.undecided, Truth::Undecided),
    ];
    for (attributes, expected) in groups {
        for attributes in attributes {
            let resource = portcullis_rules::Value::from_json(attributes);
            let truth = naive::matches(&rules.0[0], "a", "b", &resource);
            assert_eq!(truth, expected, "{attributes} in\n{text}");
        }
    }
}

#[test]
fn every_example_is_true() {
    let mut run_examples: BTreeMap<&str, usize> = BTreeMap::new();
    for (info, text, heading) in blocks() {
        let kind = match info.split_once(' ').unwrap_or((&info, "")) {
            ("json", "condition") => {
                check(&serde_json::from_str(&text).expect(&text), &text);
                "condition"
            }
            ("json", "rules") => {
                text.parse::<RuleList>().expect(&text);
                "rules"
            }
            ("json", "cases") => {
                let suite: Suite = serde_json::from_str(&text).expect(&text);
                let Some(Source::Inline(rules)) = &suite.rules else {
                    panic!("the rules are missing in\n{text}");
                };
                let report = run(rules, &suite);
                assert!(report.passed(), "{report}\n{text}");
                "cases"
            }
            ("json", code) => {
                let code = code.strip_prefix("refused ").expect(&info);
                let error = text.parse::<RuleList>().expect_err(&text);
                let codes: Vec<_> = error
                    .diagnostics()
                    .iter()
                    .map(|o| o.code.as_str())
                    .collect();
                assert_eq!(codes, [code], "under {heading}:\n{text}");
                "refused"
            }
            other => panic!("{other:?} is not a kind of example"),
        };
        *run_examples.entry(kind).or_default() += 1;
    }
    assert_eq!(run_examples.len(), 4, "{run_examples:?}");
}

#[test]
fn every_operator_has_an_example_under_its_name() {
    let headings: Vec<String> = blocks()
        .into_iter()
        .filter(|(info, ..)| info == "json condition")
        .map(|(_, _, heading)| heading)
        .collect();
    for op in Operator::ALL {
        let named = format!("`{op}`");
        assert!(
            headings.iter().any(|h| h.contains(&named)),
            "{op} has no example"
        );
    }
}

#[test]
fn every_finding_is_listed() {
    for lint in portcullis_rules::analysis::lint::Lint::ALL {
        let row = format!("\n| `{}` | {} |", lint.code(), lint.severity().as_str());
        assert!(REFERENCE.contains(&row), "{row}");
    }
}
