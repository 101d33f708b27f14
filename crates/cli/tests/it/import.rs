//! A small organisation whose answers can be told by heart.

use serde_json::Value;

use crate::run::{Place, small_org};

fn imported() -> Place {
    let place = Place::new();
    place.run(&["import", "org", &small_org()]).ok();
    place
}

fn who_can(place: &Place, permission: &str) -> Vec<String> {
    let users = place.who_can(permission);
    users
        .iter()
        .map(|user| user["login"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn people_of_nested_and_included_teams_count_and_archived_repos_confer_nothing() {
    let place = imported();
    // core: ana; its children core-docs (ben) and core-docs-web (cem); fay by name.
    assert_eq!(
        who_can(&place, "repo:acme/site:write"),
        ["ana", "ben", "cem", "fay"]
    );
    // friends: dee, and eli through the included helpers.
    assert_eq!(who_can(&place, "repo:acme/site:triage"), ["dee", "eli"]);
    assert_eq!(
        who_can(&place, "repo:acme/docs:write"),
        ["ben", "cem", "dee", "eli"]
    );
    assert_eq!(who_can(&place, "repo:acme/attic:write"), [""; 0]);
}

#[test]
fn who_can_has_exactly_the_promised_shape() {
    let answer = imported()
        .run(&["who-can", "repo:acme/site:triage", "--json"])
        .ok()
        .json();
    let step = |group: &str| serde_json::json!({"group": group, "kind": "member", "until": null});
    let path = |text: &str, steps: Vec<Value>| serde_json::json!({"text": text, "until": null, "steps": steps});
    let site = "App-acme/site-triage";
    assert_eq!(
        answer,
        serde_json::json!({"users": [
            {"login": "dee", "name": "Dee Walker", "until": null, "paths": [
                path("dee → group friends → group App-acme/site-triage", vec![step("friends"), step(site)])]},
            {"login": "eli", "name": "Eli Rossi", "until": null, "paths": [
                path("eli → group helpers → group friends → group App-acme/site-triage",
                    vec![step("helpers"), step("friends"), step(site)])]},
        ]})
    );
}

#[test]
fn a_second_import_changes_nothing_and_a_dry_run_never_does() {
    let place = Place::new();
    let dry = place
        .run(&["import", "org", &small_org(), "--dry-run", "--json"])
        .ok()
        .json();
    assert_eq!(
        (
            &dry["changed"],
            &dry["changes"]["users"]["created"],
            &dry["position"]
        ),
        (&false.into(), &6.into(), &0.into())
    );
    let first = place
        .run(&["import", "org", &small_org(), "--json"])
        .ok()
        .json();
    assert_eq!(first["changed"], true);
    assert_eq!(first["changes"]["apps"]["created"], 3);
    let second = place.run(&["import", "org", &small_org()]).ok();
    assert!(second.stdout.contains("nothing to change"), "{second:?}");
    assert_eq!(
        place.run(&["audit", "--json"]).ok().json()["entries"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_file_that_cannot_be_taken_is_refused_with_every_fault() {
    let place = Place::new();
    let file = place.path().join("bad.json");
    std::fs::write(
        &file,
        r#"{"people":[{"login":"a b"}],"teams":[{"name":"t","members":["x","y"]}]}"#,
    )
    .unwrap();
    let ran = place.run(&["import", "org", "bad.json"]);
    assert_eq!(ran.code, 1);
    for fault in [
        "/people/0/login",
        "/teams/0/members/0",
        "/teams/0/members/1",
    ] {
        assert!(ran.stderr.contains(fault), "{ran:?}");
    }
    std::fs::write(&file, "{").unwrap();
    assert_eq!(place.run(&["import", "org", "bad.json"]).code, 1);
    assert_eq!(place.run(&["import", "org", "nowhere.json"]).code, 1);
}

#[test]
fn a_dry_run_names_who_joins_and_who_leaves() {
    let place = imported();
    let mut org: Value =
        serde_json::from_str(&std::fs::read_to_string(small_org()).unwrap()).unwrap();
    let teams = org["teams"].as_array_mut().unwrap();
    let friends = teams
        .iter_mut()
        .find(|team| team["name"] == "friends")
        .unwrap();
    friends["members"] = serde_json::json!(["ana"]);
    std::fs::write(place.path().join("less.json"), org.to_string()).unwrap();
    let told = place
        .run(&["import", "org", "less.json", "--dry-run"])
        .ok()
        .stdout;
    assert!(told.contains("dee leaves friends as member"), "{told}");
    assert!(told.contains("ana joins friends as member"), "{told}");
    let json = place
        .run(&["import", "org", "less.json", "--dry-run", "--json"])
        .json();
    let dee = serde_json::json!({ "login": "dee", "group": "friends", "kind": "member" });
    assert_eq!(
        json["people"]["leaves"],
        serde_json::json!({ "count": 1, "first": [dee] })
    );
}

#[test]
fn faults_stand_a_line_each_and_a_refused_file_makes_no_database() {
    let place = Place::new();
    let people: Vec<_> = (0..30)
        .map(|n| serde_json::json!({ "login": format!("no {n}") }))
        .collect();
    let org = serde_json::json!({ "people": people, "teams": [], "repos": [] });
    std::fs::write(place.path().join("bad.json"), org.to_string()).unwrap();
    let ran = place.run(&["import", "org", "bad.json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.stderr.matches("\n  bad.json:1 /people/").count(),
        20,
        "{ran:?}"
    );
    assert!(ran.stderr.contains("\n  and 10 more\n"), "{ran:?}");
    let made = std::fs::read_dir(place.path()).unwrap();
    assert_eq!(made.count(), 1, "only the file");
}

#[test]
fn explain_shows_every_path_or_what_is_missing_and_whom_to_ask() {
    let place = imported();
    let yes = place.run(&["explain", "cem", "repo:acme/site:write"]).ok();
    assert!(
        yes.stdout.contains(
            "cem → group core-docs-web → group core-docs → group core → group App-acme/site-write"
        ),
        "{yes:?}"
    );
    let no = place.run(&["explain", "dee", "core"]);
    assert_eq!(no.code, 3, "{no:?}");
    assert!(
        no.stdout.contains("missing: membership of core") && no.stdout.contains("ask ana"),
        "{no:?}"
    );
    let json = place.run(&["explain", "dee", "core", "--json"]);
    assert_eq!((json.code, &json.json()["holds"]), (3, &false.into()));
    let owner = place
        .run(&["explain", "ana", "core", "--kind", "owner"])
        .ok();
    assert!(
        owner.stdout.contains("yes: ana owns group core"),
        "{owner:?}"
    );
    let not = place.run(&["explain", "ben", "core", "--kind", "owner"]);
    assert_eq!(not.code, 3, "{not:?}");
    let missing = "no: ben does not own group core";
    assert!(not.stdout.contains(missing), "{not:?}");
    assert!(not.stdout.contains("missing: ownership of core"), "{not:?}");
    let wrong = place.run(&["explain", "ben", "repo:acme/site:write", "--kind", "owner"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.stderr.contains("leave out --kind"), "{wrong:?}");
    let unknown = place.run(&["explain", "dee", "cores"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("did you mean `core`?"),
        "{unknown:?}"
    );
    assert_eq!(place.run(&["check", "cem", "repo:acme/site:write"]).code, 0);
    assert_eq!(place.run(&["check", "eli", "repo:acme/site:write"]).code, 3);
    assert_eq!(
        place.run(&["check", "nobody", "repo:acme/site:write"]).code,
        1
    );
}

#[test]
fn what_a_rule_allows_or_denies_is_told_with_group_list_and_rule() {
    let place = imported();
    let policy = r#"{"groups": [
        {"name": "friends", "kept_by": "import", "rules": [{"list": "quiet", "rules": [
            {"access": "deny", "where": {"rsrc_type": "doc", "action": "x", "rsrc_match": []}},
            {"access": "deny", "where": {"rsrc_type": "permission", "action": "use",
             "rsrc_match": [["@id", "=", "repo:acme/site:triage"]]}, "$meta": {"why": "until the release"}}]}]},
        {"name": "core", "kept_by": "import", "rules": [{"list": "coffee", "rules": [
            {"access": "allow", "where": {"rsrc_type": "permission", "action": "use",
             "rsrc_match": [["@id", "=", "coffee:make"]]}}]}]}]}"#;
    std::fs::write(place.path().join("policy.json"), policy).unwrap();
    place.run(&["import", "policy", "policy.json"]).ok();

    let denied = place.run(&["explain", "dee", "repo:acme/site:triage"]);
    assert_eq!(denied.code, 3);
    let why = "denied by rule 2 of the list `quiet` of `friends` (why: until the release)";
    assert!(denied.stdout.contains(why), "{denied:?}");
    assert!(
        denied.stdout.contains("though dee → group friends"),
        "{denied:?}"
    );
    let told = place
        .run(&["explain", "dee", "repo:acme/site:triage", "--json"])
        .json();
    assert_eq!(told["holds"], false);
    let by = serde_json::json!({"group": "friends", "kind": "rules", "entitlement": "quiet", "rule": 2,
        "effect": "deny", "meta": {"why": "until the release"}});
    assert_eq!(told["decided_by"], by);
    assert_eq!(told.get("ways"), None, "no group gives what a rule denies");

    let checked = place.run(&["check", "dee", "repo:acme/site:triage", "--explain"]);
    for said in [
        &format!("no; {why}"),
        "deny: rule 2 of the list `quiet` of `friends`: denies",
        "@id = \"repo:acme/site:triage\" (holds: @id is \"repo:acme/site:triage\")",
        "1 rule about other things",
    ] {
        assert!(checked.stdout.contains(said), "{said} in {checked:?}");
    }
    let told = place
        .run(&[
            "check",
            "dee",
            "repo:acme/site:triage",
            "--explain",
            "--json",
        ])
        .json();
    assert_eq!(told["decided_by"], by);
    assert_eq!(told["explanation"]["decided_by"]["group"], "friends");

    // What no group confers and a rule allows.
    let makes = place.run(&["explain", "ana", "coffee:make"]).ok();
    assert!(
        makes
            .stdout
            .contains("allowed by rule 1 of the list `coffee` of `core`"),
        "{makes:?}"
    );
    let holds = place.run(&["explain", "ana", "repo:acme/site:write"]).ok();
    let by = "allowed by the permission `repo:acme/site:write` of `App-acme/site-write`";
    assert!(holds.stdout.contains(by), "{holds:?}");
}

#[test]
fn before_the_import_nobody_had_anything_and_the_difference_says_so() {
    let place = imported();
    let past = place
        .run(&[
            "who-can",
            "repo:acme/site:write",
            "--at",
            "2020-01-01",
            "--json",
        ])
        .ok();
    assert_eq!(past.json(), serde_json::json!({"users": []}));
    let diff = place
        .run(&["diff", "--from", "2020-01-01", "--json"])
        .ok()
        .json();
    assert_eq!(diff["counts"]["people"], 6);
    assert_eq!(diff["counts"]["losses"], 0);
    let gains = diff["gains"].as_array().unwrap();
    assert_eq!(diff["counts"]["gains"], gains.len());
    assert!(
        gains
            .iter()
            .any(|line| line["user"] == "cem" && line["name"] == "repo:acme/docs:write")
    );
    let access = place.run(&["access", "cem", "--json"]).ok().json();
    assert_eq!(access["permissions"].as_array().unwrap().len(), 2);
}

#[test]
fn somebody_imported_becomes_the_first_admin_and_the_second_needs_force() {
    let place = imported();
    assert_eq!(place.run(&["doctor"]).code, 3);
    place.run(&["init", "ana@example.com"]).ok();
    let again = place.run(&["init", "ana@example.com"]).ok();
    assert!(again.stdout.contains("nothing to change"), "{again:?}");
    let other = place.run(&["init", "ben@example.com"]);
    assert_eq!(other.code, 1);
    assert!(
        other.stderr.contains("`ana` administers this already"),
        "{other:?}"
    );
    place.run(&["init", "ben@example.com", "--force"]).ok();
    assert_eq!(place.run(&["doctor"]).code, 0);
    // What was granted here stays when the file is read again.
    place.run(&["import", "org", &small_org()]).ok();
    assert_eq!(
        place.run(&["explain", "ben", "App-Portcullis-Owners"]).code,
        0
    );
}

#[test]
fn the_log_is_listed_filtered_verified_and_found_broken() {
    let place = imported();
    place.run(&["init", "ana@example.com"]).ok();
    let by = |args: &[&str]| {
        place
            .run(&[&["audit", "--json"], args].concat())
            .ok()
            .json()["entries"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (
            by(&[]),
            by(&["--actor", "import"]),
            by(&["--operation", "user."]),
            by(&["--subject", "ana"])
        ),
        (2, 1, 1, 2)
    );
    assert_eq!(
        (by(&["--limit", "1"]), by(&["--since", "2099-01-01"])),
        (1, 0)
    );
    place.run(&["backup", "copy.sqlite"]).ok();
    assert_eq!(
        place.run(&["backup", "copy.sqlite"]).code,
        1,
        "a copy is never overwritten"
    );
    let verify = |data: &str| place.run(&["audit", "verify", "--json", "--data", data]);
    assert_eq!(
        verify("copy.sqlite").ok().json()["hash"],
        verify("portcullis.sqlite").ok().json()["hash"]
    );
    // A forger who changes who did it, in the file itself.
    let copy = place.path().join("copy.sqlite");
    let mut bytes = std::fs::read(&copy).unwrap();
    let at = bytes
        .windows(15)
        .position(|window| window == b"user.init_admin")
        .unwrap();
    bytes[at..at + 4].copy_from_slice(b"uSer");
    std::fs::write(&copy, bytes).unwrap();
    let broken = verify("copy.sqlite");
    assert_eq!(
        (broken.code, &broken.json()["intact"]),
        (3, &false.into()),
        "{broken:?}"
    );
}

#[test]
fn what_a_policy_file_no_longer_says_ends_and_nothing_else() {
    let place = imported();
    let says = |name: &str, policy: &str| std::fs::write(place.path().join(name), policy).unwrap();
    let list = |name: &str| {
        format!(
            r#"{{"list": "{name}", "rules": [{{"access": "allow", "where":
                {{"rsrc_type": "{name}", "action": "read", "rsrc_match": []}}}}]}}"#
        )
    };
    let (tea, coffee) = (list("tea"), list("coffee"));
    says(
        "both.json",
        &format!(
            r#"{{"groups": [{{"name": "kitchen", "members": ["ben", "dee"], "permissions": ["kettle:use"],
                "rules": [{tea}, {coffee}]}}]}}"#
        ),
    );
    says(
        "tea.json",
        &format!(r#"{{"groups": [{{"name": "kitchen", "members": ["dee"], "rules": [{tea}]}}]}}"#),
    );
    place.run(&["import", "policy", "both.json"]).ok();
    let asked = |who: &str, what: &str| place.run(&["check", who, "read", what]).code;
    assert_eq!((asked("dee", "tea:1"), asked("dee", "coffee:1")), (0, 0));

    let would = place
        .run(&["import", "policy", "tea.json", "--dry-run"])
        .ok();
    assert!(would.stdout.contains("it would change"), "{would:?}");
    assert_eq!(asked("dee", "coffee:1"), 0);

    let done = place
        .run(&["import", "policy", "tea.json", "--json"])
        .ok()
        .json();
    assert_eq!(done["changes"]["entitlements"]["ended"], 2);
    assert_eq!(done["changes"]["memberships"]["ended"], 1);
    assert_eq!((asked("dee", "tea:1"), asked("dee", "coffee:1")), (0, 3));
    assert_eq!(asked("ben", "tea:1"), 3);
    assert_eq!(place.run(&["check", "dee", "kettle:use"]).code, 3);
    // What the other file says is not this one's to end, nor the other way round.
    assert_eq!(
        place.run(&["check", "dee", "repo:acme/site:triage"]).code,
        0
    );
    let again = place
        .run(&["import", "org", &small_org(), "--json"])
        .ok()
        .json();
    assert_eq!(again["changed"], false, "{again}");
    assert_eq!(asked("dee", "tea:1"), 0);
}

#[test]
fn a_file_that_would_end_too_much_needs_the_number_and_drift_is_told() {
    let place = imported();
    place.run(&["init", "ana@example.com"]).ok();
    let people = r#"{"people": [{"login": "ana"}, {"login": "ben"}]}"#;
    std::fs::write(place.path().join("people.json"), people).unwrap();
    let import = |more: &[&str]| place.run(&[&["import", "org", "people.json"], more].concat());
    let refused = import(&["--dry-run"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let next = "--allow-removals ";
    let at = refused.stderr.find(next).unwrap() + next.len();
    let number: String = refused.stderr[at..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let fewer = (number.parse::<usize>().unwrap() - 1).to_string();
    assert_eq!(import(&["--allow-removals", &fewer]).code, 1);
    assert_eq!(who_can(&place, "repo:acme/site:triage"), ["dee", "eli"]);
    let would = import(&["--allow-removals", &number, "--dry-run", "--json"])
        .ok()
        .json();
    let ended = |what: &str| would["changes"][what]["ended"].as_u64().unwrap_or_default();
    let all = ended("memberships") + ended("inclusions") + ended("entitlements");
    assert_eq!(all.to_string(), number);
    import(&["--allow-removals", &number]).ok();
    assert_eq!(who_can(&place, "repo:acme/site:triage"), [""; 0]);

    // The same list under another name says who is in it, and leaves the others.
    let says = |name: &str, members: &str| {
        let policy = format!(r#"{{"groups": [{{"name": "kitchen", "members": [{members}]}}]}}"#);
        std::fs::write(place.path().join(name), policy).unwrap();
    };
    says("one.json", r#""ana", "ben""#);
    says("two.json", r#""ben""#);
    place.run(&["import", "policy", "one.json"]).ok();
    let other = ["import", "policy", "two.json", "--source", "two"];
    let refused = place.run(&other);
    assert_eq!(refused.code, 1, "{refused:?}");
    place
        .run(&[&other[..], &["--adopt", "kitchen"]].concat())
        .ok();
    let text = place.run(&other).ok().stdout;
    assert!(
        text.contains("nothing to change") && text.contains("`ana` as member of `kitchen`"),
        "{text}"
    );
    let drift = &place.run(&[&other[..], &["--json"]].concat()).ok().json()["drift"];
    assert_eq!(drift[0]["code"], "extra", "{drift}");
    assert_eq!(drift.as_array().unwrap().len(), 1);
}
