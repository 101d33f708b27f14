//! What loading refuses, where it points, and what it says.

use portcullis_rules::{
    Code, Condition, ConditionSet, Limits, Operand, Operator, Rule, RuleList, SlugSet, Value,
};
use serde_json::json;

fn refusals(text: &str) -> Vec<(Code, String)> {
    let error = RuleList::from_json_str(text).expect_err(text);
    error
        .diagnostics()
        .iter()
        .map(|o| (o.code, o.path.clone()))
        .collect()
}

/// A one-rule document with this match.
fn matching(conditions: &str) -> String {
    format!(
        r#"[{{"access":"allow","where":{{"rsrc_type":"a","action":"b","rsrc_match":{conditions}}}}}]"#
    )
}

#[test]
fn every_diagnostic_is_told_with_its_path() {
    let text = r#"[
        {"access": "allow", "where": {"rsrc_type": [], "action": "", "rsrc_match": [["@a", "==", 1]]}},
        {"Access": "deny", "where": {"rsrc_type": {"$not": ["x", 5]}, "action": "*", "rsrc_match": [
            {"$or": [[], ["@b", "~", "("], ["@", "=", 1E400]]}
        ]}},
        7
    ]"#;
    assert_eq!(
        refusals(text),
        [
            (Code::EmptyNames, "[0].where.rsrc_type".to_owned()),
            (Code::EmptyName, "[0].where.action".to_owned()),
            (
                Code::UnknownOperator,
                "[0].where.rsrc_match[0][1]".to_owned()
            ),
            (Code::MissingKey, "[1]".to_owned()),
            (Code::UnknownKey, "[1].Access".to_owned()),
            (Code::WrongType, "[1].where.rsrc_type.$not[1]".to_owned()),
            (
                Code::EmptySetInOr,
                "[1].where.rsrc_match[0].$or[0]".to_owned()
            ),
            (
                Code::BadPattern,
                "[1].where.rsrc_match[0].$or[1][2]".to_owned()
            ),
            (
                Code::BareReference,
                "[1].where.rsrc_match[0].$or[2][0]".to_owned()
            ),
            (
                Code::NumberOutOfRange,
                "[1].where.rsrc_match[0].$or[2][2]".to_owned()
            ),
            (Code::WrongType, "[2]".to_owned()),
        ]
    );
}

#[test]
fn a_diagnostic_has_a_line_a_column_and_advice() {
    let text = "[\n  {\"é\": 1, \"access\": \"permit\"}\n]";
    let error = RuleList::from_json_str(text).expect_err("two mistakes and a missing part");
    assert_eq!(
        error.to_string(),
        "2:3: [0]: the key `where` is missing; add it\n\
         2:4: [0][\"é\"]: `é` is not a key of this map; only `access`, `where`, `$meta` may stand here\n\
         2:22: [0].access: `permit` is not an access; write `allow` or `deny`"
    );
    assert_eq!(error.diagnostics()[2].position.map(|p| p.offset), Some(24));
}

#[test]
fn repeated_keys_are_refused_wherever_they_stand() {
    let cases = [
        (r#"[{"access":"allow","access":"deny","where":{"rsrc_type":"*","action":"*","rsrc_match":[]}}]"#.to_owned(), "[0].access"),
        (r#"[{"access":"allow","$meta":{"a":{"x":1,"x":2}},"where":{"rsrc_type":"*","action":"*","rsrc_match":[]}}]"#.to_owned(), "[0].$meta.a.x"),
        (matching(r#"[["@a","=",{"x":1,"\u0078":2}]]"#), "[0].where.rsrc_match[0][2].x"),
        (matching(r#"{"$or":[["@a","=",1]],"$or":[]}"#), "[0].where.rsrc_match.$or"),
    ];
    for (text, path) in cases {
        assert_eq!(
            refusals(&text),
            [(Code::DuplicateKey, path.to_owned())],
            "{text}"
        );
    }
}

#[test]
fn malformed_conditions_never_match_everything() {
    for conditions in [
        r#"["@id","=","5"]"#,
        r#"[["@id","="]]"#,
        r#"[["@id","=","5","6"]]"#,
        r#"[["@id",5,"5"]]"#,
        r#"{"id":"5"}"#,
        r#"{}"#,
        r#"{"$not":[["@a","=",1]]}"#,
        r#"[null]"#,
        r#"[true]"#,
        r#"{"$or":null}"#,
        r#"{"$or":{"a":[]}}"#,
        r#"null"#,
    ] {
        assert_eq!(refusals(&matching(conditions)).len(), 1, "{conditions}");
    }
}

#[test]
fn broken_json_is_refused_without_panic() {
    let good = matching(r#"[["@a","~=","é*"],{"$or":[["@b","$in",[1,2.5,"\ud83d\ude00",null]]]}]"#);
    RuleList::from_json_str(&good).expect("the whole document is good");
    for (end, _) in good.char_indices() {
        assert_eq!(
            refusals(&good[..end]),
            [(Code::Syntax, String::new())],
            "{}",
            &good[..end]
        );
    }
    for text in [
        r#"["\ud800"]"#,
        r#"["\ud800\u0041"]"#,
        "[\"\u{1}\"]",
        "[01]",
        "[1.]",
        "[-]",
        "[] []",
        "[nul]",
        "[1,]",
        "\u{feff}[]",
        r#"["\u00e"]"#,
    ] {
        assert_eq!(refusals(text)[0].0, Code::Syntax, "{text}");
    }
    let error = RuleList::from_json_slice_with(b"[\"\xff\"]", &Limits::default());
    assert_eq!(
        error.expect_err("not utf-8").diagnostics()[0].code,
        Code::Syntax
    );
}

#[test]
fn nesting_is_bounded_in_every_part() {
    let nested = |levels: usize| matching(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    RuleList::from_json_str(&nested(64)).expect("64 levels are allowed");
    assert_eq!(refusals(&nested(65))[0].0, Code::TooDeep);
    assert_eq!(refusals(&nested(100_000)), [(Code::TooDeep, String::new())]);
    assert_eq!(
        refusals(&"[".repeat(1_000_000)),
        [(Code::TooDeep, String::new())]
    );
    assert_eq!(
        refusals(&"{\"a\":".repeat(1_000_000)),
        [(Code::TooDeep, String::new())]
    );
    let maps = format!("{}[]{}", r#"{"$or":["#.repeat(62), "]}".repeat(62));
    assert_eq!(refusals(&matching(&maps))[0].0, Code::EmptySetInOr);
}

#[test]
fn limits_are_kept() {
    let limits = Limits {
        rules: 1,
        items: 2,
        document_bytes: 200,
        ..Limits::default()
    };
    let code = |text: &str| {
        RuleList::from_json_str_with(text, &limits)
            .expect_err(text)
            .diagnostics()[0]
            .code
    };
    assert_eq!(code("[1,2]"), Code::TooManyRules);
    assert_eq!(code(&" ".repeat(201)), Code::DocumentTooLarge);
    assert_eq!(code(&matching("[[],[],[]]")), Code::TooManyItems);
    let error = RuleList::from_json_str_with(
        "[1,2,3]",
        &Limits {
            diagnostics: 1,
            ..Limits::default()
        },
    )
    .expect_err("three mistakes");
    assert_eq!((error.diagnostics().len(), error.omitted()), (1, 2));
}

#[test]
fn escapes_and_references_are_read_at_the_top_of_an_operand_only() {
    let rules = RuleList::from_json_str(&matching(
        r#"[["@@x","=","\\@y"],["@ a.b","$in",["@owner","\\@z"]],["\\\\@q","=","\\n"]]"#,
    ))
    .expect("a good document");
    let expected = ConditionSet::all([
        Condition::new(Operand::attribute("@x"), Operator::Equal, "@y"),
        Condition::new(
            Operand::attribute(" a.b"),
            Operator::In,
            vec!["@owner", "\\@z"],
        ),
        Condition::new("\\\\@q", Operator::Equal, "\\n"),
    ]);
    assert_eq!(rules.0[0].condition, expected);
    assert_eq!(
        RuleList::from_json_value(&rules.to_json()).as_ref(),
        Ok(&rules)
    );
}

#[test]
fn built_lists_read_back_and_are_validated() {
    let rules = RuleList(vec![
        Rule::deny()
            .on_types(SlugSet::except(["img", "img"]))
            .actions(["*"])
            .when(ConditionSet::any([Condition::new(
                Operand::attribute("n"),
                Operator::NotEqual,
                Value::Null,
            )]))
            .with_meta(json!({"id": 7, "x": null})),
        Rule::allow(),
    ]);
    rules.validate(&Limits::default()).expect("writable");
    assert_eq!(
        rules.to_json().to_string().parse::<RuleList>().as_ref(),
        Ok(&rules)
    );
    assert!(rules.0[0].actions.contains("*") && !rules.0[0].actions.contains("read"));

    let bad = RuleList(vec![
        Rule::allow().when(Condition::new("\\@x", Operator::Equal, 1)),
        Rule::allow().when(Condition::new(Operand::attribute(""), Operator::Equal, 1)),
    ]);
    let codes: Vec<_> = bad
        .validate(&Limits::default())
        .expect_err("two operands have no written form")
        .diagnostics()
        .iter()
        .map(|o| o.code)
        .collect();
    assert_eq!(codes, [Code::Unwritable, Code::Unwritable]);
}
