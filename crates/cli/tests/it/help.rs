//! Every command explains itself.

use crate::run::Place;

/// Every command with its verbs, found by asking for help.
fn commands(place: &Place, path: &[&str], found: &mut Vec<Vec<String>>) {
    let help = place.run(&[path, &["--help"]].concat()).ok();
    assert!(
        help.stdout.contains("EXAMPLES:\n  portcullis "),
        "no example in {path:?}"
    );
    found.push(path.iter().map(|word| (*word).to_owned()).collect());
    let Some((_, listed)) = help.stdout.split_once("Commands:\n") else {
        return;
    };
    let lines = listed.lines().take_while(|line| line.starts_with("  "));
    // What is said of a command may go on below it.
    let names = lines.filter(|line| !line.starts_with("   "));
    for name in names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
    {
        commands(place, &[path, &[name]].concat(), found);
    }
}

#[test]
fn every_command_has_help_with_an_example_and_takes_json() {
    let (place, mut found) = (Place::new(), Vec::new());
    commands(&place, &[], &mut found);
    let names: Vec<_> = found.iter().map(|words| words.join(" ")).collect();
    for expected in [
        "demo",
        "serve",
        "init",
        "import org",
        "explain",
        "check",
        "who-can",
        "access",
        "diff",
        "audit",
        "audit verify",
        "backup",
        "expire",
        "outbox list",
        "outbox retry",
        "outbox skip",
        "openapi",
        "doctor",
        "completions",
        "code validate",
        "code resolve",
        "code who",
        "code what",
        "code check",
        "code test",
        "code codeowners",
    ] {
        assert!(
            names.iter().any(|name| name == expected),
            "no `{expected}` in {names:?}"
        );
    }
    for words in &found {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let help = place.run(&[&words[..], &["--help"]].concat());
        assert!(help.stdout.contains("--json"), "{words:?} takes no --json");
    }
}

#[test]
fn wrong_usage_is_2() {
    let place = Place::new();
    for args in [
        &["nonsense"][..],
        &["who-can"],
        &["who-can", "x", "--at", "yesterday"],
        &["demo", "--people", "3"],
        &["explain", "a", "b", "--data", "x", "--database", "y"],
        &["init", "nobody"],
        &["diff", "--from", "2026-03-02", "--to", "2026-03-01"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(
            ran.stdout.is_empty() && !ran.stderr.is_empty(),
            "{args:?}: {ran:?}"
        );
    }
}

#[test]
fn reading_what_is_not_there_fails_and_makes_nothing() {
    let place = Place::new();
    for args in [
        &["who-can", "x"][..],
        &["access", "ana"],
        &["audit"],
        &["audit", "verify"],
        &["backup", "b"],
        &["outbox", "list"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 1, "{args:?}: {ran:?}");
        assert!(
            ran.stderr
                .contains("there is no data at `portcullis.sqlite`"),
            "{ran:?}"
        );
    }
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    assert_eq!(place.run(&["doctor"]).code, 3);
}

#[test]
fn completions_and_the_api_description_are_printed() {
    let place = Place::new();
    assert!(
        place
            .run(&["completions", "bash"])
            .ok()
            .stdout
            .contains("who-can")
    );
    let openapi = place.run(&["openapi"]);
    // Until the API describes itself, the command says so.
    if openapi.code == 0 {
        assert!(
            openapi.json()["paths"]
                .as_object()
                .is_some_and(|paths| !paths.is_empty())
        );
    } else {
        assert!(openapi.stderr.contains("does not describe its API"));
    }
}
