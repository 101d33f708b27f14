//! Files of several sources beside each other and beside what people made: each changes its own.

use serde_json::{Value, json};

use crate::run::{Place, Ran};

pub(crate) fn says(place: &Place, name: &str, text: &str) {
    std::fs::write(place.path().join(name), text).unwrap();
}

pub(crate) fn import(place: &Place, kind: &str, file: &str, source: &str, more: &[&str]) -> Ran {
    place.run(&[&["import", kind, file, "--source", source], more].concat())
}

/// The logins of those who are in the group, and what is known of them.
pub(crate) fn holds(place: &Place, login: &str, group: &str) -> bool {
    place.run(&["explain", login, group]).code == 0
}

fn drift(ran: Ran) -> Vec<(String, String)> {
    let told = ran.ok().json()["drift"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = told.iter();
    told.map(|drift| (text(&drift["code"]), text(&drift["message"])))
        .collect()
}

pub(crate) const ONE: &str = r#"{"people": [{"login": "ana"}, {"login": "ben"}],
    "teams": [{"name": "core", "members": ["ana"]}],
    "repos": [{"org": "acme", "name": "site", "teams": {"core": "write"}}]}"#;

const TWO: &str = r#"{
  "people": [{"login": "eve"}],
  "teams": [
    {"name": "other"},
    {"name": "CORE",
     "members": ["eve"]}
  ]
}"#;

#[test]
fn a_name_alone_brings_no_source_into_what_another_made() {
    let place = Place::new();
    says(&place, "one.json", ONE);
    says(&place, "two.json", TWO);
    import(&place, "org", "one.json", "up1", &[]).ok();
    let refused = import(&place, "org", "two.json", "up2", &[]);
    assert_eq!(refused.code, 1);
    let sentence = "two.json:5 /teams/1/name: the group `core` is kept by the source `up1`, not by \
                    `up2`; call this one otherwise, or take that one over with `--adopt core`";
    assert!(refused.stderr.contains(sentence), "{refused:?}");
    assert!(!place.run(&["explain", "eve", "core"]).stdout.contains("→"));
    // Only what is called just so and is another's.
    for (name, said) in [
        ("CORE", "nothing that another made is called `CORE`"),
        ("core ", "nothing that another made is called `core `"),
        ("other", "nothing that another made is called `other`"),
        (
            "user:core",
            "nothing that another made is called `user:core`",
        ),
    ] {
        let refused = import(&place, "org", "two.json", "up2", &["--adopt", name]);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains(said), "{refused:?}");
    }
    let would = import(
        &place,
        "org",
        "two.json",
        "up2",
        &["--adopt", "core", "--dry-run"],
    );
    assert!(would.ok().stdout.contains("1 new, 1 changed"));
    assert!(!holds(&place, "eve", "core"));
    import(&place, "org", "two.json", "up2", &["--adopt", "core"]).ok();
    assert!(holds(&place, "eve", "core") && holds(&place, "ana", "core"));
    let log = place.run(&["audit", "--operation", "source.adopt", "--json"]);
    let entry = &log.ok().json()["entries"][0];
    assert_eq!(
        (&entry["actor"], &entry["subjects"][0]["label"]),
        (&"operator".into(), &"core".into())
    );
    // It is the other's from then on, and what the first granted in it is still the first's.
    assert_eq!(import(&place, "org", "one.json", "up1", &[]).code, 1);
    let again = import(&place, "org", "two.json", "up2", &["--json"]);
    assert_eq!(again.ok().json()["changed"], false);
}

#[test]
fn an_app_is_taken_over_with_the_group_of_its_owners() {
    let place = Place::new();
    says(&place, "one.json", ONE);
    import(&place, "org", "one.json", "up1", &[]).ok();
    let repos = r#"{"people": [], "repos": [{"org": "acme", "name": "site", "description": "x"}]}"#;
    says(&place, "site.json", repos);
    let refused = import(&place, "org", "site.json", "up2", &[]);
    assert!(
        refused
            .stderr
            .contains("the app `acme/site` is kept by the source `up1`"),
        "{refused:?}"
    );
    import(&place, "org", "site.json", "up2", &["--adopt", "acme/site"]).ok();
}

#[test]
fn people_are_named_and_stay_as_whoever_made_them_has_them() {
    let place = Place::new();
    place
        .run(&["init", "ana@example.com", "--name", "Ana Lopez"])
        .ok();
    let named = r#"{"people": [{"login": "ana", "name": "Root", "email": "evil@example.com"}],
        "teams": [{"name": "team", "members": ["ana"]}]}"#;
    says(&place, "named.json", named);
    // Whom people made known is meant by login, and stays.
    let told = drift(import(&place, "org", "named.json", "up1", &["--json"]));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "other_user");
    assert!(
        told[0].1.ends_with("as it is stays: name, e-mail address"),
        "{told:?}"
    );
    assert!(holds(&place, "ana", "team"));
    let ana = |place: &Place| place.run(&["access", "ana", "--json"]).ok().json()["name"].clone();
    assert_eq!(ana(&place), "Ana Lopez");
    // Whom another source made is not: its login may be anybody's.
    says(&place, "kim.json", r#"{"people": [{"login": "kim"}]}"#);
    import(&place, "org", "kim.json", "up1", &["--allow-removals", "9"]).ok();
    let refused = import(&place, "org", "kim.json", "up2", &[]);
    assert_eq!(refused.code, 1);
    assert!(
        refused
            .stderr
            .contains("kim.json:1 /people/0/login: the user `kim` is kept by the source `up1`"),
        "{refused:?}"
    );
    // A policy file names members it does not describe.
    let policy = r#"{"groups": [{"name": "readers", "members": ["kim", "ana"]}]}"#;
    says(&place, "policy.json", policy);
    import(&place, "policy", "policy.json", "up2", &[]).ok();
    assert!(holds(&place, "kim", "readers"));
    // Taken over on purpose, the file's word counts.
    import(&place, "org", "named.json", "up1", &["--adopt", "user:ana"]).ok();
    assert_eq!(ana(&place), "Root");
}

#[test]
fn what_a_file_does_not_say_is_not_changed() {
    let place = Place::new();
    let full = r#"{"people": [{"login": "ana", "name": "Ana Lopez", "email": "ana@example.com"}],
        "teams": [{"name": "core", "description": "Decides"}]}"#;
    says(&place, "full.json", full);
    says(
        &place,
        "short.json",
        r#"{"people": [{"login": "ana"}], "teams": [{"name": "core"}]}"#,
    );
    import(&place, "org", "full.json", "up1", &[]).ok();
    let again = import(&place, "org", "short.json", "up1", &["--json"]);
    assert_eq!(again.ok().json()["changed"], false);
    let policy = r#"{"users": [{"login": "bob", "attributes": {"team": "red"}}],
        "resources": [{"type": "record", "id": "1", "properties": {"owner": "bob"}}]}"#;
    says(&place, "policy.json", policy);
    says(
        &place,
        "bare.json",
        r#"{"users": [{"login": "bob"}], "resources": [{"type": "record", "id": "1"}]}"#,
    );
    import(&place, "policy", "policy.json", "policy", &[]).ok();
    let again = import(&place, "policy", "bare.json", "policy", &["--json"]);
    assert_eq!(again.ok().json()["changed"], false);
    // Nor is what another said replaced unseen.
    let other = r#"{"resources": [{"type": "record", "id": "1", "properties": {"owner": "eve"}}]}"#;
    says(&place, "other.json", other);
    let told = drift(import(&place, "policy", "other.json", "two", &["--json"]));
    assert_eq!(told[0].0, "other_resource", "{told:?}");
    let adopt = ["--adopt", "record:1", "--json"];
    let taken = import(&place, "policy", "other.json", "two", &adopt)
        .ok()
        .json();
    assert_eq!(
        taken["changes"]["resources"],
        json!({"created": 0, "updated": 2, "ended": 0})
    );
}

#[test]
fn a_file_that_leaves_less_needs_the_number_too() {
    let place = Place::new();
    let users: Vec<_> = (0..30)
        .map(|n| json!({"login": format!("u{n}"), "attributes": {"team": "red", "level": n}}))
        .collect();
    let rule = |kind: &str| json!({"access": "deny", "where": {"rsrc_type": kind, "action": "read", "rsrc_match": []}});
    let list = |n: usize, rules: &[Value]| json!({"list": format!("l{n}"), "rules": rules});
    let lists = |rules: &[Value]| (0..30).map(|n| list(n, rules)).collect::<Vec<_>>();
    let file = |users: &[Value], rules: &[Value]| {
        json!({"users": users, "groups": [{"name": "g", "rules": lists(rules)}]}).to_string()
    };
    let both = [rule("a"), rule("b")];
    says(&place, "full.json", &file(&users, &both));
    import(&place, "policy", "full.json", "policy", &[]).ok();
    let bare: Vec<_> = (0..30)
        .map(|n| json!({"login": format!("u{n}"), "attributes": {}}))
        .collect();
    for (text, lost) in [
        (
            file(&users, &both[..1]),
            "bring the end nearer or shorten the list of 30 of its 30 entitlements",
        ),
        (
            file(&users, &[]),
            "shorten the list of 30 of its 30 entitlements",
        ),
        (file(&bare, &both), "leave less known of 30 of its 30 users"),
    ] {
        says(&place, "less.json", &text);
        let refused = import(&place, "policy", "less.json", "policy", &[]);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains(lost), "{lost}: {refused:?}");
        assert!(
            refused.stderr.contains("--allow-removals 30"),
            "{refused:?}"
        );
        let fewer = import(
            &place,
            "policy",
            "less.json",
            "policy",
            &["--allow-removals", "29"],
        );
        assert_eq!(fewer.code, 1);
    }
    import(
        &place,
        "policy",
        "less.json",
        "policy",
        &["--allow-removals", "30"],
    )
    .ok();
}

#[test]
fn no_source_is_called_like_a_part_of_portcullis() {
    let place = Place::new();
    says(&place, "one.json", ONE);
    for name in [
        "external",
        "operator",
        "policy",
        "demo",
        "system",
        "time",
        "portcullis",
        "anonymous",
        "email",
    ] {
        let refused = import(&place, "org", "one.json", name, &[]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(
            refused.stderr.contains("choose another name"),
            "{refused:?}"
        );
    }
    import(&place, "org", "one.json", "import", &[]).ok();
    says(&place, "hr.json", r#"{"people": [{"login": "kim"}]}"#);
    import(&place, "org", "hr.json", "hr", &[]).ok();
    let log = place.run(&["audit"]).ok().stdout;
    assert!(
        log.contains("connector:hr") && log.contains("connector:import"),
        "{log}"
    );
}

#[test]
fn one_name_in_a_file_is_one_group() {
    let team = |name: &str| json!({ "name": name, "members": ["eve"], "maintainers": ["eve"] });
    let repo = |name: &str, people: Value| json!({ "org": "acme", "name": name, "people": people });
    let site = || repo("site", json!({ "ben": "write" }));
    let clashes = [
        (json!([team("App-acme/site-Owners")]), json!([site()])),
        (json!([team("App-acme/site-write")]), json!([site()])),
        (json!([]), json!([repo("site", json!({ "eve": "Owners" }))])),
        (
            json!([]),
            json!([
                repo("site-x", json!({ "ben": "write" })),
                repo("site", json!({ "eve": "x-write" }))
            ]),
        ),
        (
            json!([]),
            json!([
                repo("site", json!({ "eve": "x-write" })),
                repo("site-x", json!({ "ben": "write" }))
            ]),
        ),
    ];
    for (teams, repos) in clashes {
        let place = Place::new();
        let people = json!([{ "login": "ben" }, { "login": "eve" }]);
        let file = json!({ "people": people, "teams": teams, "repos": repos }).to_string();
        says(&place, "org.json", &file);
        let refused = place.run(&["import", "org", "org.json"]);
        assert_eq!(refused.code, 1, "{file}: {refused:?}");
        assert!(refused.stderr.contains("would be"), "{refused:?}");
        // Nor does a later file get at the group by its name.
        if teams != json!([]) {
            let place = Place::new();
            says(
                &place,
                "one.json",
                &json!({ "people": people, "repos": [site()] }).to_string(),
            );
            import(&place, "org", "one.json", "import", &[]).ok();
            says(
                &place,
                "two.json",
                &json!({ "people": people, "teams": teams }).to_string(),
            );
            let refused = place.run(&["import", "org", "two.json"]);
            assert_eq!(refused.code, 1, "{file}: {refused:?}");
            assert!(
                refused.stderr.contains("is a group of an app already"),
                "{refused:?}"
            );
        }
    }
}

#[test]
fn a_key_that_is_none_and_a_shape_that_is_none_are_told_by_file_and_line() {
    let place = Place::new();
    for (text, sentence) in [
        (
            "{\"people\": [],\n \"teams\": [{\"name\": \"core\", \"memebrs\": [\"ana\"]}]}",
            "unknown field `memebrs`",
        ),
        (
            "{\"people\": [],\n \"teams\": [{\"name\": \"core\", \"memebrs\": [\"ana\"]}]}",
            "bad.json:2:37: ",
        ),
        (
            "{\"people\": [],\n \"teams\": [{\"name\": \"core\", \"memebrs\": [\"ana\"]}]}",
            "did you mean `members`?",
        ),
        ("{\"poeple\": []}", "did you mean `people`?"),
        (
            "{\"people\": [{\"login\": \"a\", \"mail\": \"x\"}]}",
            "did you mean `email`?",
        ),
        ("[]", "an organisation: an object with `people`"),
        (
            "{\"people\": [\"ana\"]}",
            "expected a person: an object with a `login`",
        ),
        (
            "{\"people\": [[]]}",
            "expected a person: an object with a `login`",
        ),
        (
            "{\"people\": [], \"teams\": [7]}",
            "expected a team: an object with a `name`",
        ),
    ] {
        says(&place, "bad.json", text);
        let refused = place.run(&["import", "org", "bad.json"]);
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains("bad.json"), "{refused:?}");
        assert!(refused.stderr.contains(sentence), "{sentence}: {refused:?}");
        assert!(!refused.stderr.contains("struct"), "{refused:?}");
    }
}

#[test]
fn what_else_is_known_of_such_files_is_let_through() {
    let place = Place::new();
    let more = r#"{"people": [{"login": "ana", "id": 7, "tokens": ["t"]}],
        "orgs": [{"login": "acme", "owners": ["ana"], "members": [], "default_permission": "read"}],
        "teams": [{"name": "core", "kind": "team", "archived": false, "former": ["eve"]}],
        "repos": [{"org": "acme", "name": "site", "default_branch": "main", "fork": false,
                   "files": {"README.md": "hello"}}]}"#;
    says(&place, "more.json", more);
    import(&place, "org", "more.json", "hr", &[]).ok();
    // Nothing misspelt is.
    for (known, misspelt) in [("orgs", "ogrs"), ("tokens", "tokesn"), ("files", "flies")] {
        says(&place, "more.json", &more.replace(known, misspelt));
        let refused = import(&place, "org", "more.json", "hr", &[]);
        let sentence = format!("unknown field `{misspelt}`");
        assert!(refused.stderr.contains(&sentence), "{refused:?}");
        let sentence = format!("did you mean `{known}`?");
        assert!(refused.stderr.contains(&sentence), "{refused:?}");
    }
}

/// A policy file that says `group` of `core` and confers what `allows` allows.
fn granting(group: &str, allows: &str) -> String {
    format!(
        r#"{{"groups": [
  {{"name": "core",
   {group}
   "permissions": ["{allows}"]}}
]}}"#
    )
}

#[test]
fn a_policy_file_grants_to_a_group_that_another_source_fills() {
    let place = Place::new();
    let org = r#"{"people": [{"login": "ana"}, {"login": "ben"}],
        "teams": [{"name": "core", "description": "Decides", "members": ["ana"]}]}"#;
    says(&place, "org.json", org);
    let grants = |group: &str, allows: &str| {
        says(&place, "policy.json", &granting(group, allows));
        place.run(&["import", "policy", "policy.json", "--json"])
    };
    let may = |login: &str, what: &str| place.run(&["check", login, what]).code == 0;
    let kept = r#""kept_by": "up1","#;
    // Not before it is there, not without saying whose it is, and not where it is another's.
    let faulty = |group: &str, sentence: &str| {
        let refused = grants(group, "coffee:make");
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains(sentence), "{refused:?}");
    };
    faulty(
        kept,
        "policy.json:2 /groups/0/name: there is no group `core` yet; bring in what `up1` says first",
    );
    import(&place, "org", "org.json", "up1", &[]).ok();
    faulty(
        "",
        "the group `core` is kept by the source `up1`, not by `policy`",
    );
    faulty(
        r#""kept_by": "up2","#,
        "policy.json:2 /groups/0/name: the group `core` is not kept by the source `up2`",
    );
    faulty(r#""kept_by": "Up 1","#, "policy.json:3 /groups/0/kept_by");
    faulty(
        r#""kept_by": "up1", "members": ["ben"],"#,
        "/groups/0/members: `up1` says this of the group it keeps; leave it out here",
    );
    faulty(
        r#""kept_by": "up1", "description": "x","#,
        "/groups/0/description: `up1` says this",
    );
    assert!(!may("ana", "coffee:make"));
    // It grants, and touches nothing else; a newer file ends what it granted.
    assert_eq!(
        grants(kept, "coffee:make").ok().json()["changes"],
        json!({"entitlements": {"created": 1, "updated": 0, "ended": 0}})
    );
    assert_eq!(grants(kept, "coffee:make").ok().json()["changed"], false);
    assert!(may("ana", "coffee:make") && !may("ben", "coffee:make"));
    // Whoever fills the group goes on filling it, and leaves what the other grants.
    let again = import(&place, "org", "org.json", "up1", &["--json"])
        .ok()
        .json();
    assert_eq!(
        (&again["changed"], &again["drift"]),
        (&false.into(), &json!([]))
    );
    says(
        &place,
        "org.json",
        &org.replace(r#"["ana"]"#, r#"["ana", "ben"]"#),
    );
    import(&place, "org", "org.json", "up1", &[]).ok();
    assert!(may("ben", "coffee:make"));
    assert_eq!(
        grants(kept, "tea:make").ok().json()["changes"],
        json!({"entitlements": {"created": 1, "updated": 0, "ended": 1}})
    );
    assert!(may("ben", "tea:make") && !may("ben", "coffee:make"));
}

#[test]
fn a_dry_run_makes_no_database() {
    let place = Place::new();
    says(&place, "one.json", ONE);
    let would = import(&place, "org", "one.json", "hr", &["--dry-run"]).ok();
    assert!(would.stdout.contains("it would change"), "{would:?}");
    let left: Vec<_> = std::fs::read_dir(place.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
