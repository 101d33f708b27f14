//! What the program is told, and what it says when that cannot be.

use crate::run::{Place, finish, small_org};

#[test]
fn unknown_names_are_errors_with_file_line_and_nearest_name() {
    let place = Place::new();
    std::fs::write(
        place.path().join("portcullis.toml"),
        "log = \"warn\"\ndatabse = \"sqlite:x\"\n",
    )
    .unwrap();
    let ran = place.run(&["doctor"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: portcullis.toml:2: there is no key `databse`; did you mean `database`?\n"
    );
}

#[test]
fn unknown_variables_are_errors_and_those_of_tests_are_not() {
    let place = Place::new();
    let ran = finish(place.command(&["doctor"]).env("PORTCULLIS_LISTN", "x"));
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("`PORTCULLIS_LISTN`")
            && ran.stderr.contains("did you mean `PORTCULLIS_LISTEN`?"),
        "{ran:?}"
    );
    let mut fine = place.command(&["doctor"]);
    let ran = finish(
        fine.env("PORTCULLIS_TEST_POSTGRES", "x")
            .env("PORTCULLIS_BIN", "y")
            .env("PORTCULLIS_TARGET", "z"),
    );
    assert_eq!(ran.code, 3, "only the missing data is told: {ran:?}");
}

#[test]
fn doctor_tells_every_value_with_its_source_and_no_secret() {
    let place = Place::new();
    let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let file = format!(
        "listen = \"127.0.0.1:9999\"\n[policy]\nrole_prefix = \"R-\"\n[[token]]\nname = \"gate\"\nsha256 = \"{digest}\"\ndecisions = true\n"
    );
    std::fs::write(place.path().join("portcullis.toml"), file).unwrap();
    let mut command = place.command(&[
        "doctor",
        "--json",
        "--database",
        "postgres://ana:s3cret@127.0.0.1:1/p",
    ]);
    let ran = finish(command.env("PORTCULLIS_LOG", "error"));
    assert!(
        !ran.stdout.contains("s3cret") && !ran.stdout.contains(&digest[..12]),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
    let report = ran.json();
    let source = |key: &str| {
        let all = report["configuration"].as_array().unwrap();
        all.iter()
            .find(|s| s["key"] == key)
            .unwrap_or_else(|| panic!("no {key}"))["source"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(source("database"), "--database");
    assert_eq!(source("listen"), "portcullis.toml:1");
    assert_eq!(source("log"), "PORTCULLIS_LOG");
    assert_eq!(source("policy.role_prefix"), "portcullis.toml:3");
    assert_eq!(source("policy.app_prefix"), "default");
    assert!(source("token `gate`").starts_with("portcullis.toml:"));
}

#[test]
fn serve_lets_no_other_machine_in_without_tokens() {
    let place = Place::new();
    let ran = place.run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("[[token]]"), "{ran:?}");
}

#[test]
fn serve_refuses_settings_that_name_nobody() {
    let place = Place::new();
    place.run(&["import", "org", &small_org()]).ok();
    std::fs::write(
        place.path().join("portcullis.toml"),
        "[policy]\napp_creators = [\"ana\", \"bem\"]\n",
    )
    .unwrap();
    let ran = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.stderr.contains("`bem`") && ran.stderr.contains("did you mean `ben`?"),
        "{ran:?}"
    );
}

#[test]
fn a_missing_secret_of_a_sink_stops_serving_and_nothing_else() {
    let place = Place::new();
    std::fs::write(
        place.path().join("portcullis.toml"),
        "[[sinks.webhook]]\nname = \"pager\"\nurl = \"env:PAGER\"\nsecrets = [\"env:PAGER_KEY\"]\nevents = [\"user.*\"]\n",
    )
    .unwrap();
    for args in [
        &["init", "ana@example.com"][..],
        &["sign-in-link", "ana"],
        &["backup", "copy.sqlite"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    }
    // What was committed meanwhile waits until the secret is there.
    let waiting = place.run(&["outbox", "list", "--json"]);
    assert!(waiting.stdout.contains("\"pager\""), "{waiting:?}");
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 3, "{doctor:?}");
    let serve = place.run(&["serve"]);
    assert_eq!(serve.code, 2, "{serve:?}");
    for told in [&doctor.stdout, &serve.stderr] {
        assert!(told.contains("the environment has no `PAGER`"), "{told}");
        assert!(
            told.contains("the environment has no `PAGER_KEY`"),
            "{told}"
        );
    }
}

#[test]
fn the_last_way_in_of_the_admins_is_not_taken_by_the_way() {
    let place = Place::new();
    let settings = "listen = \"127.0.0.1:9\"\n";
    std::fs::write(place.path().join("portcullis.toml"), settings).unwrap();
    place.run(&["init", "ana@example.com"]).ok();
    place
        .run(&["identity", "link", "ana", "corp", "00u1", "--anyway"])
        .ok();
    let kept = place.run(&["identity", "unlink", "ana", "corp"]);
    assert_eq!(kept.code, 1, "{kept:?}");
    assert!(
        kept.stderr.contains("no admin would be known") && kept.stderr.contains("--anyway"),
        "{kept:?}"
    );
    place
        .run(&["identity", "unlink", "ana", "corp", "--anyway"])
        .ok();
    // Nothing listens where the link leads: that is said, and where a link leads to is checked.
    let link = place.run(&["sign-in-link", "ana"]);
    assert!(link.stderr.contains("nothing answers at"), "{link:?}");
    let far = place.run(&["sign-in-link", "ana", "--url", "http://example.com"]);
    assert_eq!(far.code, 2, "{far:?}");
    let here = place.run(&["sign-in-link", "ana", "--url", "https://portal.example/"]);
    assert!(
        here.ok()
            .stdout
            .contains("https://portal.example/sign-in/link/"),
        "the address is the one said"
    );
}
