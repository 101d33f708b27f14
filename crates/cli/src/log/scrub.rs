//! What is taken out of an account of a fault before anybody outside gets it: addresses, tokens, and
//! whatever looks like a secret.

use serde_json::Value;

/// The members of an event that hold what was said. Others are of the program, and stay.
const SAID: [&str; 8] = [
    "message",
    "logentry",
    "exception",
    "breadcrumbs",
    "extra",
    "tags",
    "contexts",
    "transaction",
];
/// Members below that are of the program, too: places in the code, ids and versions.
const OF_THE_PROGRAM: [&str; 7] = [
    "stacktrace",
    "trace",
    "device",
    "os",
    "rust",
    "runtime",
    "timestamp",
];
/// How secrets of ours and of others begin.
const BEGIN: [&str; 9] = [
    "pct_",
    "eyJ",
    "whsec_",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "ghp_",
    "ghs_",
    "github_pat_",
];

/// Takes it out of an event, as the protocol writes it.
pub(super) fn event(event: &mut Value) {
    let Value::Object(members) = event else {
        return;
    };
    for (name, member) in members {
        if SAID.contains(&name.as_str()) {
            value(member);
        }
    }
}

fn value(of: &mut Value) {
    match of {
        Value::String(said) => *said = text(said),
        Value::Array(items) => items.iter_mut().for_each(value),
        Value::Object(members) => {
            for (name, member) in members {
                if !OF_THE_PROGRAM.contains(&name.as_str()) {
                    value(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes it out of a sentence.
fn text(said: &str) -> String {
    let ends = |c: char| c.is_whitespace() || "\"'`<>()[]{},;".contains(c);
    let mut clean = String::with_capacity(said.len());
    for piece in said.split_inclusive(ends) {
        let word = piece.trim_end_matches(ends);
        let word = word.trim_end_matches(['.', ':', '?', '!']);
        // What stands before it says what it is.
        let (name, said) = match word.split_once('=') {
            Some((name, said)) if !name.contains("://") => (&word[..=name.len()], said),
            _ => ("", word),
        };
        clean.push_str(name);
        clean.push_str(instead_of(said).unwrap_or(said));
        clean.push_str(&piece[word.len()..]);
    }
    clean
}

fn instead_of(word: &str) -> Option<&'static str> {
    if BEGIN.iter().any(|begin| word.starts_with(begin)) {
        return Some("[secret]");
    }
    // A URL with a user in it, or with more than a host: paths and queries are secrets elsewhere.
    if let Some((_, rest)) = word.split_once("://") {
        let tells = rest.contains('@') || rest.trim_end_matches('/').contains(['/', '?', '#']);
        return tells.then_some("[address]");
    }
    if word.contains('@') {
        return Some("[address]");
    }
    let letters = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let is_id = word.len() == 36 && word.chars().filter(|c| *c == '-').count() == 4;
    let long = word.len() >= 24 && word.chars().all(letters) && !is_id;
    let mixed = long && word.contains(|c: char| c.is_ascii_digit()) && !word.contains("/api/");
    mixed.then_some("[secret]")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_and_secrets_are_taken_out_and_the_rest_is_said() {
        let table = [
            ("ana@example.com asks", "[address] asks"),
            ("mail to <ana@example.com>.", "mail to <[address]>."),
            ("token pct_0123456789abcdef, used", "token [secret], used"),
            ("Bearer eyJhbGciOi.J9", "Bearer [secret]"),
            ("at postgres://u:p@db/x: gone", "at [address]: gone"),
            (
                "hooks https://h.example/T0/B1?x=1 failed",
                "hooks [address] failed",
            ),
            ("https://idp.example says no", "https://idp.example says no"),
            (
                "key=dGhpcyBpcyBhIHNlY3JldCAx0000 wrong",
                "key=[secret] wrong",
            ),
            (
                "no group 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70",
                "no group 019354c2-7d3a-7b1e-9c41-2f6a8e4d5b70",
            ),
            (
                "a handler panicked: index 7 of 3",
                "a handler panicked: index 7 of 3",
            ),
            (
                "route=/api/v1/groups/{group}/members",
                "route=/api/v1/groups/{group}/members",
            ),
        ];
        for (said, clean) in table {
            assert_eq!(text(said), clean);
        }
    }

    #[test]
    fn only_what_was_said_is_looked_through() {
        let id = "0123456789abcdef0123456789abcdef";
        let mut sent = json!({
            "event_id": id,
            "message": "of ana@example.com",
            "exception": { "values": [{ "value": "pct_1", "stacktrace": { "frames": [{ "function": id }] } }] },
            "contexts": { "trace": { "trace_id": id }, "Rust Tracing Fields": { "subject": "a@b.c" } },
        });
        event(&mut sent);
        assert_eq!(
            sent,
            json!({
                "event_id": id,
                "message": "of [address]",
                "exception": { "values": [{ "value": "[secret]", "stacktrace": { "frames": [{ "function": id }] } }] },
                "contexts": { "trace": { "trace_id": id }, "Rust Tracing Fields": { "subject": "[address]" } },
            })
        );
    }
}
