//! What a file leaves unsaid, and two kinds of file.

use crate::{
    run::Place,
    sources::{ONE, holds, import, says},
};

const GROUP: &str = r#"{"users": [{"login": "ana"}], "groups": [{"name": "core",
    "members": ["ana"], "permissions": ["a:do"], "rules": [{"list": "l", "rules": []}]}]}"#;

#[test]
fn what_a_file_does_not_say_of_a_group_is_not_ended() {
    let place = Place::new();
    says(&place, "p.json", GROUP);
    import(&place, "policy", "p.json", "rules", &[]).ok();
    says(&place, "p.json", r#"{"groups": [{"name": "core"}]}"#);
    let done = import(&place, "policy", "p.json", "rules", &["--json"]);
    assert_eq!(done.ok().json()["changed"], false);
    assert!(holds(&place, "ana", "core"));
    // What it says to be empty is.
    let none = r#"{"groups": [{"name": "core", "members": [], "permissions": []}]}"#;
    says(&place, "p.json", none);
    let allowed = &["--allow-removals", "3", "--json"];
    let done = import(&place, "policy", "p.json", "rules", allowed)
        .ok()
        .json();
    assert_eq!(done["changes"]["memberships"]["ended"], 1, "{done}");
    assert_eq!(done["changes"]["entitlements"]["ended"], 2, "{done}");
    assert!(!holds(&place, "ana", "core"));

    // Nor of a team.
    let place = Place::new();
    says(&place, "o.json", ONE);
    import(&place, "org", "o.json", "up1", &[]).ok();
    assert!(holds(&place, "ana", "core"));
    says(
        &place,
        "o.json",
        &ONE.replace(r#", "members": ["ana"]"#, ""),
    );
    let done = import(&place, "org", "o.json", "up1", &["--json"]);
    assert_eq!(done.ok().json()["changed"], false);
    assert!(holds(&place, "ana", "core"));
    says(&place, "o.json", &ONE.replace(r#"["ana"]"#, "[]"));
    import(&place, "org", "o.json", "up1", &["--allow-removals", "1"]).ok();
    assert!(!holds(&place, "ana", "core"));
}

#[test]
fn two_kinds_of_file_have_two_names() {
    let place = Place::new();
    says(&place, "o.json", ONE);
    says(&place, "p.json", r#"{"users": [{"login": "eve"}]}"#);
    import(&place, "org", "o.json", "hr", &[]).ok();
    let refused = import(
        &place,
        "policy",
        "p.json",
        "hr",
        &["--allow-removals", "99"],
    );
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused
            .stderr
            .contains("`hr` is a file of another kind: `import org`"),
        "{refused:?}"
    );
    assert!(holds(&place, "ana", "core"));
    import(&place, "policy", "p.json", "hr-rules", &[]).ok();
    let refused = import(&place, "org", "o.json", "hr-rules", &[]);
    assert!(refused.stderr.contains("`import policy`"), "{refused:?}");
    import(&place, "org", "o.json", "hr", &[]).ok();
}
