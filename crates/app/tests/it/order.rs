//! In which order a subject's rules are asked.

use portcullis_app::decide::{Decider, Types, permission_question};
use portcullis_model::decide::subject_rules;
use serde_json::json;

use crate::town::{NOW, Town, list, permission};

fn rule(access: &str, tag: &str) -> serde_json::Value {
    json!({
        "access": access,
        "where": { "rsrc_type": "doc", "action": "read", "rsrc_match": [] },
        "$meta": tag,
    })
}

/// Which rules `login` is judged by, in order, by their notes; permissions by their effect.
fn order(town: &Town, login: &str) -> Vec<String> {
    let held = town.world.held_by(town.uid(login), NOW);
    let rules = subject_rules(&held).rules;
    let all = rules.0.iter().map(|rule| match &rule.meta {
        Some(meta) => meta.as_str().unwrap().to_owned(),
        None => format!("permission, {}", rule.effect),
    });
    all.collect()
}

fn town() -> Town {
    Town::new()
        .users(&["ana"])
        .groups(&["Beta", "alpha", "Zeta"])
        .member("ana", "Beta")
        .member("ana", "alpha")
        .member("ana", "Zeta")
}

#[test]
fn the_higher_priority_is_asked_first_and_permissions_stand_at_zero() {
    let town = town()
        .confers("alpha", list("low", -1, &json!([rule("deny", "low")])))
        .confers("alpha", permission("p", &[]))
        .confers("Zeta", list("high", 1, &json!([rule("allow", "high")])));
    assert_eq!(order(&town, "ana"), ["high", "permission, allow", "low"]);
}

#[test]
fn inside_a_priority_denies_come_before_allows() {
    let town = town()
        .confers(
            "alpha",
            list(
                "mixed",
                0,
                &json!([
                    rule("allow", "a1"),
                    rule("deny", "a2"),
                    rule("allow", "a3"),
                    rule("deny", "a4"),
                ]),
            ),
        )
        .confers("Zeta", list("deny", 0, &json!([rule("deny", "z")])));
    assert_eq!(order(&town, "ana"), ["z", "a2", "a4", "a1", "a3"]);
}

#[test]
fn then_come_the_names_of_groups_and_of_lists() {
    let allow = |tag: &str| json!([rule("allow", tag)]);
    let town = town()
        .confers("alpha", list("b", 0, &allow("alpha b")))
        .confers("Zeta", list("x", 0, &allow("Zeta x")))
        .confers("alpha", list("a", 0, &allow("alpha a")))
        .confers("Beta", list("y", 0, &allow("Beta y")));
    // Names of groups are compared as they are written: capitals first.
    assert_eq!(
        order(&town, "ana"),
        ["Beta y", "Zeta x", "alpha a", "alpha b"]
    );
}

#[test]
fn an_exception_to_a_deny_is_a_list_of_higher_priority() {
    let sealed = json!([{
        "access": "deny",
        "where": { "rsrc_type": "permission", "action": "use", "rsrc_match": [["@id", "=", "vault:open"]] }
    }]);
    let town = town()
        .confers("alpha", permission("vault:open", &[]))
        .confers("Zeta", list("sealed", 0, &sealed));
    let asked = permission_question("user", "ana", "vault:open", None);
    let may = |town: &Town| {
        let answer = Decider::new(Types::default()).decide(&town.world, NOW, &asked);
        let (by, _) = answer.decided_by.expect("a rule decides");
        (answer.allowed, by.grant.label().to_owned())
    };
    assert_eq!(may(&town), (false, "sealed".to_owned()));
    let but = json!([{
        "access": "allow",
        "where": { "rsrc_type": "permission", "action": "use", "rsrc_match": [["@id", "=", "vault:open"]] }
    }]);
    let town = town.confers("Beta", list("breakglass", 10, &but));
    assert_eq!(may(&town), (true, "breakglass".to_owned()));
}

#[test]
fn where_no_rule_matches_none_is_named() {
    let town = town();
    let asked = permission_question("user", "ana", "vault:open", None);
    let answer = Decider::new(Types::default()).decide(&town.world, NOW, &asked);
    assert!(!answer.allowed && answer.decided_by.is_none());
}
