//! A comment makes nothing of what stands in a repository, and fits.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod planned;

use planned::*;
use portcullis_code::{MARKER, plan};

/// What of a comment is no code: where Markdown, links and mentions would be read.
fn outside_of_code(comment: &str) -> String {
    let parts: Vec<&str> = comment.split('`').collect();
    assert_eq!(parts.len() % 2, 1, "a code span is open: {comment}");
    let outside: Vec<&str> = parts.into_iter().step_by(2).collect();
    outside.join(" ")
}

const NASTY: [&str; 9] = [
    "@SEEK-Jobs/everybody",
    "`@team` https://evil.example",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "a | b \\| c",
    "</details><!-- portcullis:plan -->",
    "# **head** #12",
    "``x`` ~~y~~ www.evil.example",
    "![x](https://evil.example/x.png)",
];

#[test]
fn nothing_of_a_key_a_name_or_a_reason_gets_out() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let keys: String = NASTY.iter().map(|key| format!("{}: {{owner: '@SEEK-Jobs/owners', sensitivity: high, grants: [a@x.com, new@evil.example]}}\n", quoted(key))).collect();
    let access = format!(
        "limits: {{freezes: [{{from: 2026-11-27, until: 2026-11-30, reason: {}}}]}}\n",
        quoted("@SEEK-Jobs/all <b>now</b> `|`")
    );
    let group = "config/groups/@SEEK-Jobs <b>`|/group.yaml";
    let head = repository(&[
        (
            "config/permissions.yaml",
            &format!("{keys}G: [{}]\n", quoted("./groups/@SEEK-Jobs <b>`|")),
        ),
        ("access.yaml", &access),
        (group, "members: [b@x.com]\n"),
    ]);
    let base = repository(&[("config/permissions.yaml", "{}\n")]);
    let mut inputs = inputs(&base, &head);
    inputs.author = Some("@me <i>");
    let plan = plan(&inputs).unwrap();
    let comment = plan.markdown();
    let outside = outside_of_code(&comment);
    let ours = outside
        .replace(MARKER, "")
        .replace("<details><summary>", "")
        .replace("</summary>", "")
        .replace("</details>", "");
    for c in ['@', '<', '>', '[', ']', '!', '~', '\\'] {
        assert!(!ours.contains(c), "{c} in {ours}");
    }
    for word in ["evil", "http", "www", "SEEK", "#12", "everybody"] {
        assert!(!ours.contains(word), "{word} in {ours}");
    }
    // Every row of a table has the cells of its head.
    for table in comment.split("\n\n").filter(|part| part.starts_with('|')) {
        let cells: Vec<usize> = table.lines().map(|row| row.matches('|').count()).collect();
        assert!(cells.iter().all(|n| *n == cells[0]), "{table}");
    }
    assert_eq!(comment.matches("\n### ").count(), 1);
    // What cannot be seen is shown.
    let hidden = repository(&[(
        "config/permissions.yaml",
        "A: [SEEK-Jobs/Group\u{a0}Apps]\n",
    )]);
    assert!(
        planned(&base, &hidden)
            .markdown()
            .contains("`SEEK-Jobs/Group\\u{a0}Apps`")
    );
}

#[test]
fn what_does_not_fit_is_counted_and_no_table_is_cut() {
    let people = |n: usize| -> String {
        (0..n)
            .map(|n| format!("  - person-{n}@example.com\n"))
            .collect()
    };
    let base = repository(&[("config/permissions.yaml", "A: []\n")]);
    let head = repository(&[("config/permissions.yaml", &format!("A:\n{}", people(5_000)))]);
    let comment = planned(&base, &head).markdown();
    assert!(comment.len() < 60_000, "{}", comment.len());
    assert!(comment.contains("### Access plan: 5,000 people gain, 0 people lose\n"));
    assert!(comment.contains("There are too many people to name here; `plan.json` has them all.\n\n| permission | env | gain | lose | other end |\n|---|---|---|---|---|\n| `A` | `dev` | 5,000 | 0 | 0 |\n"));
    assert!(!comment.contains("person-0@"));

    let permissions: String = (0..2_000)
        .map(|n| format!("permission-{n}: [a@x.com, b@x.com]\n"))
        .collect();
    let base = repository(&[("config/permissions.yaml", "{}\n")]);
    let head = repository(&[("config/permissions.yaml", &permissions)]);
    let comment = planned(&base, &head).markdown();
    assert!(comment.len() < 60_000, "{}", comment.len());
    assert!(comment.contains("New permissions: 2,000\n"));
    assert!(
        comment.contains("- `dev`: 4,000 gains, 0 losses, 0 other ends, in 2,000 permissions\n")
    );
    outside_of_code(&comment);
}

#[test]
fn many_flags_are_counted() {
    let permissions = |people: &str| -> String {
        (0..900)
            .map(|n| format!("permission-{n}: {{sensitivity: high, grants: [{people}]}}\n"))
            .collect()
    };
    let base = repository(&[("config/permissions.yaml", &permissions("a@x.com"))]);
    let head = repository(&[("config/permissions.yaml", &permissions("a@x.com, b@x.com"))]);
    let comment = planned(&base, &head).markdown();
    assert!(comment.len() < 60_000, "{}", comment.len());
    assert!(comment.contains("- **escalation**: 1,800 times\n"));
}
