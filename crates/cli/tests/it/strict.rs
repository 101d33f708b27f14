//! Files and arguments are read strictly, and what is wrong is told where it stands.

use serde_json::Value;

use super::run::{Place, Ran, Serving, finish};

const RULE: &str = r#"{"access":"allow","where":{"rsrc_type":"doc","action":"read","rsrc_match":[["@country","=","NO"]]}}"#;

/// Runs a command on a file with this text.
pub(crate) fn with(name: &str, text: impl AsRef<[u8]>, args: &[&str]) -> Ran {
    let place = Place::new();
    std::fs::write(place.path().join("rules.json"), format!("[{RULE}]")).unwrap();
    std::fs::write(place.path().join(name), text).unwrap();
    place.run(args)
}

#[track_caller]
pub(crate) fn refused(ran: &Ran, said: &str) {
    assert!(ran.code == 1 || ran.code == 2, "{ran:?}");
    assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
}

const CASE: &str = r#"{"name":"n","action":"read","type":"doc","expect":"deny""#;

#[test]
fn every_file_refuses_a_key_given_twice_where_it_stands() {
    let org: &[&str] = &["import", "org", "f.json", "--data", "d.sqlite"];
    let policy: &[&str] = &["import", "policy", "f.json", "--data", "d.sqlite"];
    let lint: &[&str] = &["rules", "lint", "f.json"];
    let test: &[&str] = &["rules", "test", "f.json"];
    let twice = RULE.replacen('{', r#"{"access":"deny","#, 1);
    let files = [
        (org, r#"{"people":[],"people":[]}"#.to_owned(), "people"),
        (
            org,
            r#"{"people":[{"login":"a","x":{"k":1,"k":2}}]}"#.into(),
            "people[0].x.k",
        ),
        (policy, r#"{"users":[],"users":[]}"#.into(), "users"),
        (
            policy,
            format!(r#"{{"groups":[{{"name":"g","rules":[{{"list":"l","rules":[{twice}]}}]}}]}}"#),
            "groups[0].rules[0].rules[0].access",
        ),
        (
            policy,
            r#"{"users":[{"login":"a","attributes":{"k":{"k":1,"k":2}}}]}"#.into(),
            "users[0].attributes.k.k",
        ),
        (
            policy,
            r#"{"resources":[{"type":"t","id":"1","properties":{"k":1,"k":2}}]}"#.into(),
            "resources[0].properties.k",
        ),
        (lint, format!("[{twice}]"), "[0].access"),
        (
            test,
            format!(r#"{{"rules":[{twice}],"cases":[{CASE}}}]}}"#),
            "rules[0].access",
        ),
        (
            test,
            format!(r#"{{"rules":"rules.json","cases":[],"cases":[{CASE}}}]}}"#),
            "cases",
        ),
        (
            test,
            format!(r#"{{"rules":"rules.json","cases":[{CASE},"attributes":{{"k":1,"k":2}}}}]}}"#),
            "cases[0].attributes.k",
        ),
    ];
    for (args, text, path) in files {
        let ran = with("f.json", &text, args);
        refused(&ran, "is written twice; keep one");
        refused(&ran, "f.json:1:");
        refused(&ran, &format!(": {path}: "));
    }
}

#[test]
fn files_are_utf8_with_or_without_a_mark() {
    let marked = format!("\u{feff}[{RULE}]");
    with("f.json", &marked, &["rules", "lint", "f.json"]).ok();
    let yaml = "\u{feff}- access: allow\n  where: {rsrc_type: doc, action: read, rsrc_match: []}\n";
    with("f.yaml", yaml, &["rules", "lint", "f.yaml"]).ok();
    let import = |text: &[u8]| {
        with(
            "f.json",
            text,
            &["import", "org", "f.json", "--data", "d.sqlite"],
        )
    };
    import(b"\xef\xbb\xbf{\"people\":[]}").ok();
    refused(
        &import(b"{\"people\":[\"\xff\"]}"),
        "f.json:1:13: the document is not UTF-8 here",
    );
    refused(
        &import(br#"{"people":[{"login":"\ud800"}]}"#),
        "half of a surrogate pair",
    );
    let deep = format!(r#"{{"people":{}}}"#, "[".repeat(100_000));
    refused(&import(deep.as_bytes()), "nest deeper than");
    refused(
        &with("f.yaml", b"- \xff", &["rules", "lint", "f.yaml"]),
        "is not UTF-8",
    );
}

#[test]
fn plain_words_in_yaml_are_texts() {
    for word in ["NO", "no", "Yes", "on", "off", "y", "n"] {
        let suite = format!(
            "rules:\n- access: deny\n  where:\n    rsrc_type: doc\n    action: \"*\"\n    rsrc_match: [['@country', '=', {word}]]\n\
             - access: allow\n  where: {{rsrc_type: doc, action: '*', rsrc_match: []}}\n\
             cases:\n- {{name: there, action: read, type: doc, attributes: {{country: {word}}}, expect: deny, rule: 0}}\n\
             - {{name: text, action: read, type: doc, attributes: {{country: \"{word}\"}}, expect: deny, rule: 0}}\n\
             - {{name: truth, action: read, type: doc, attributes: {{country: true}}, expect: deny, rule: 0}}\n"
        );
        let ran = with("f.yaml", suite, &["rules", "test", "f.yaml", "--json"]);
        let passed: Vec<_> = ran.json()["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["passed"].clone())
            .collect();
        // A deny that cannot be decided holds as well, so `truth` says only that nothing breaks.
        assert_eq!(passed[..2], [true, true], "{word}: {ran:?}");
    }
    let numbers = "rules: rules.json\ncases:\n- {name: n, action: read, type: doc, attributes: {country: 1_000}, expect: deny}\n";
    with("f.yaml", numbers, &["rules", "test", "f.yaml"]).ok();
}

#[test]
fn numbers_in_yaml_are_the_ones_that_stand_there() {
    let test = |written: &str, meant: &str| {
        let suite = format!(
            "rules: rules.yaml\ncases:\n- name: n\n  action: read\n  type: doc\n  attributes: {{n: {written}}}\n  expect: allow\n"
        );
        let rules = format!(
            "- access: allow\n  where: {{rsrc_type: doc, action: read, rsrc_match: [['@n', '=', {meant}]]}}\n"
        );
        let place = Place::new();
        std::fs::write(place.path().join("rules.yaml"), rules).unwrap();
        std::fs::write(place.path().join("f.yaml"), suite).unwrap();
        place.run(&["rules", "test", "f.yaml"])
    };
    for (written, meant) in [
        ("9007199254740993", "\"9007199254740993\""),
        ("18446744073709551615", "\"18446744073709551615\""),
        ("1.0", "\"1\""),
        ("-0", "\"0\""),
        ("1e3", "\"1000\""),
        ("0.1", "\"0.1\""),
        (".5", "\"0.5\""),
        ("+5.", "\"5\""),
        ("-01.50", "\"-1.5\""),
        ("&x 1.5", "1.5"),
        ("!!float 2.5", "2.5"),
    ] {
        assert_eq!(
            test(written, meant).code,
            0,
            "{written}: {:?}",
            test(written, meant)
        );
    }
    for (written, said) in [
        ("1e400", "outside the range of a double"),
        ("1e-400", "`1e-400` is outside the range of a double"),
        (
            "0.99999999999999999999",
            "more precise than a double can hold",
        ),
        (
            "9007199254740993.0",
            "`9007199254740993.0` would be rounded",
        ),
        ("-9.007199254740993e15", "would be rounded"),
        (
            "[1, {k: 1.8446744073709551615e19}]",
            "f.yaml:6:27: the number `1.8446744073709551615e19` would be rounded",
        ),
    ] {
        refused(&test(written, "1"), said);
        refused(&test(written, "1"), "f.yaml:6:");
        refused(&test("1", written), "rules.yaml:2:");
    }
}

#[test]
fn yaml_that_readers_take_differently_is_refused_in_our_words() {
    let case = "name: n, action: read, type: doc, expect: deny";
    let bomb: String = (1..30)
        .map(|i| format!("    k{i}: &a{i} [*a{0}, *a{0}, *a{0}, *a{0}]\n", i - 1))
        .collect();
    let table = [
        (
            format!("rules: rules.json\ncases:\n- {{{case}, name: m}}\n"),
            "f.yaml:3:",
            "the key `name` is written twice; keep one",
        ),
        (
            format!("rules: rules.json\ncases:\n- {{{case}, attributes: {{k: 1, k: 2}}}}\n"),
            "f.yaml:3:",
            "the key `k` is written twice; keep one",
        ),
        (
            format!("rules: rules.json\ncases:\n- &a {{{case}}}\n- <<: *a\n  name: m\n"),
            "f.yaml:4:",
            "merge keys (`<<`) are not read",
        ),
        (
            format!("rules: rules.json\ncases:\n- {{{case}}}\n---\nrules: x\n"),
            "f.yaml:",
            "there are several documents",
        ),
        (
            format!("rules: rules.json\ncases:\n- {{{case}, attributes: {{n: 1e400}}}}\n"),
            "f.yaml:3:",
            "the number",
        ),
        (
            format!("rules: rules.json\ncases:\n- {{{case}, attributes: {{n: .inf}}}}\n"),
            "f.yaml:3:",
            "the number",
        ),
        (
            format!(
                "rules: rules.json\ncases:\n- name: n\n  action: read\n  type: doc\n  expect: deny\n  attributes:\n    k0: &a0 [x]\n{bomb}"
            ),
            "f.yaml:",
            "write out fewer aliases",
        ),
        (
            "cases: []\n".into(),
            "f.yaml:1:",
            "there are no cases, so nothing would be tested",
        ),
    ];
    for (text, place, said) in table {
        let ran = with("f.yaml", &text, &["rules", "test", "f.yaml"]);
        refused(&ran, place);
        refused(&ran, said);
        for word in ["Options", "Policy", "policy", "serde"] {
            assert!(!ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
    }
    let ran = with(
        "f.json",
        r#"{"rules":"rules.json","cases":[]}"#,
        &["rules", "test", "f.json"],
    );
    refused(&ran, "f.json:1:");
    refused(&ran, "there are no cases");
}

#[test]
fn arguments_say_one_thing() {
    let explain = |args: &[&str]| {
        let mut all = vec!["rules", "explain", "rules.json", "read", "doc"];
        all.extend(args);
        with("x", "", &all)
    };
    refused(
        &explain(&["--attribute", "n=1e400"]),
        "outside the range of a double",
    );
    refused(
        &explain(&["--attribute", r#"n={"a":1,"a":2}"#]),
        "written twice",
    );
    refused(
        &explain(&["--attribute", "n=1", "--attribute", "n=2"]),
        "`n` is given twice",
    );
    refused(
        &explain(&["--attributes", r#"{"n":1,"n":2}"#]),
        "written twice",
    );
    refused(
        &explain(&["--attributes", r#"{"n":1}"#, "--attribute", "n=1"]),
        "given twice",
    );
    assert_eq!(explain(&["--attribute", "country=NO"]).code, 0);
    assert_eq!(explain(&["--attribute", "country=1e"]).code, 3);
}

#[test]
fn a_question_on_a_line_is_read_strictly() {
    let question = |id: u8, attributes: &str| {
        format!(
            r#"{{"id":{id},"rules":[{RULE}],"action":"read","rsrc_type":"doc","rsrc_attrs":{attributes}}}"#
        )
    };
    let lines = [
        question(1, r#"{"country":"NO"}"#),
        question(2, r#"{"country":"SE","country":"NO"}"#),
        question(3, r#"{"country":"NO","n":1e-400}"#),
        question(4, r#"{"country":"NO"},"action":"read""#),
        question(5, "{}").replacen(r#""access""#, r#""access":"deny","access""#, 1),
    ];
    let ran = with("f.jsonl", lines.join("\n"), &["rules", "eval", "f.jsonl"]).ok();
    let answers: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let decided: Vec<_> = answers
        .iter()
        .map(|a| a["decision"].as_str().unwrap())
        .collect();
    assert_eq!(decided, ["allow", "error", "error", "error", "error"]);
    for (at, said) in [
        (1, "written twice"),
        (2, "outside the range"),
        (3, "written twice"),
        (4, "written twice"),
    ] {
        assert!(
            answers[at]["error"].as_str().unwrap().contains(said),
            "{}",
            answers[at]
        );
    }
}

#[test]
fn with_json_failures_are_problems_on_stderr() {
    let place = Place::new();
    for (args, code, said) in [
        (&["who-can", "x:y", "--json"][..], 1, "there is no data at"),
        (&["serve", "--listen", "nowhere", "--json"], 2, "nowhere"),
        (&["--json", "who-can"], 2, "<PERMISSION>"),
        (&["who-kan", "--json"], 2, "who-kan"),
    ] {
        let ran = place.run(args);
        assert_eq!((ran.code, &*ran.stdout), (code, ""), "{ran:?}");
        assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
        let problem: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert!(problem["title"].is_string(), "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(said) && !detail.starts_with("error"),
            "{detail}"
        );
    }
    place.run(&["--help", "--json"]).ok();
}

#[test]
fn serving_nothing_says_how_to_begin() {
    let place = Place::new();
    let ran = place.run(&["serve", "--port", "0"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("portcullis init EMAIL"), "{ran:?}");
    assert!(!place.path().join("portcullis.sqlite").exists());
    place.run(&["init", "ana@example.com"]).ok();
    let serving = Serving::start(&mut place.command(&["serve", "--port", "0"]));
    assert!(
        serving.url.starts_with("http://127.0.0.1:"),
        "{}",
        serving.url
    );
    // A policy file is data enough.
    let place = Place::new();
    std::fs::write(place.path().join("p.json"), "{}").unwrap();
    std::fs::write(
        place.path().join("portcullis.toml"),
        "[decisions]\npolicy = \"p.json\"\n",
    )
    .unwrap();
    Serving::start(&mut place.command(&["serve", "--listen", "127.0.0.1:0"])).kill();
}

#[test]
fn the_demo_listens_where_it_is_told_but_only_here() {
    let place = Place::new();
    let ran = place.run(&["demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("lets other machines in"), "{ran:?}");
    place
        .run(&["init", "ana@example.com", "--data", "d.sqlite"])
        .ok();
    let mut demo = place.command(&["demo", "--listen", "127.0.0.1:0", "--data", "d.sqlite"]);
    assert!(
        Serving::start(&mut demo)
            .url
            .starts_with("http://127.0.0.1:")
    );
    assert_eq!(
        finish(&mut place.command(&["demo", "--listen", "127.0.0.1:0", "--port", "0"])).code,
        2
    );
}

#[test]
fn the_sample_in_the_help_can_be_copied() {
    let help = Place::new().run(&["serve", "--help"]).ok().stdout;
    let sample: Vec<_> = help
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[[sign_in.oidc]]")
        .take(5)
        .collect();
    let value: Result<toml::Table, _> = sample.join("\n").parse();
    let table = value.unwrap_or_else(|error| panic!("{error}: {help}"));
    let issuer = table["sign_in"]["oidc"][0]["issuer"].as_str();
    assert_eq!(issuer, Some("https://example.okta.com"));
}

#[test]
fn a_value_without_its_quotes_is_told_so() {
    let place = Place::new();
    let file = place.path().join("portcullis.toml");
    for (text, said) in [
        (
            "# ours\nlisten = 127.0.0.1:8080 # here\n",
            "portcullis.toml:2: a text stands in quotes; write listen = \"127.0.0.1:8080\"",
        ),
        (
            "listen = localhost\n",
            "portcullis.toml:1: a text stands in quotes; write listen = \"localhost\"",
        ),
        (
            "data = /var/lib/p.sqlite\n",
            "write data = \"/var/lib/p.sqlite\"",
        ),
        ("listen = \"127.0.0.1:8080\n", "correct the line"),
    ] {
        std::fs::write(&file, text).unwrap();
        refused(&place.run(&["doctor"]), said);
    }
}

#[test]
fn days_of_the_log_are_whole() {
    let place = Place::new();
    place.run(&["init", "ana@example.com"]).ok();
    let entries = |args: &[&str]| {
        let ran = place.run(&[&["audit", "--json"], args].concat()).ok();
        ran.json()["entries"].as_array().unwrap().clone()
    };
    let all = entries(&[]);
    let day = &all[0]["at"].as_str().unwrap()[..10];
    assert_eq!(
        entries(&["--since", day]),
        all,
        "a day begins with its first instant"
    );
    assert_eq!(entries(&["--until", day]), all, "and ends with its last");
    assert_eq!(entries(&["--until", "2020-01-01"]).len(), 0);
    assert_eq!(entries(&["--since", "2999-01-01"]).len(), 0);
    refused(
        &place.run(&["audit", "--since", "2026-03-01T09:00:00"]),
        "is not a time",
    );
}

#[test]
fn a_permission_nobody_grants_is_a_failure() {
    let place = Place::new();
    let policy = r#"{"groups":[{"name":"g","permissions":["deploy:production"]}]}"#;
    std::fs::write(place.path().join("p.json"), policy).unwrap();
    place.run(&["import", "policy", "p.json"]).ok();
    let ran = place.run(&["who-can", "deploy:prodution"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.stderr.contains("did you mean `deploy:production`?"),
        "{ran:?}"
    );
    // Granted, though to nobody yet: an answer.
    place.run(&["who-can", "deploy:production"]).ok();
}
