//! What a plan costs. Slow without optimisation: `cargo test --release -p portcullis-code --test plan_cost -- --ignored`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a measurement is told"
)]

mod planned;

use std::{fmt::Write as _, time::Instant};

use planned::*;
use portcullis_code::{Directory, Repository, plan};

/// One organisation of so many people, each in three of so many teams, which stand below each other by tens.
fn large(people: usize, teams: usize, moved: usize) -> Directory {
    let mut text = String::from(r#"{"people":["#);
    let comma = |n: usize| if n == 0 { "" } else { "," };
    for n in 0..people {
        _ = write!(
            text,
            r#"{}{{"id":{n},"login":"u{n}","email":"u{n}@example.com"}}"#,
            comma(n)
        );
    }
    text.push_str(r#"],"organizations":[{"login":"Org","owners":[],"members":["#);
    for n in 0..people {
        _ = write!(text, r#"{}"u{n}""#, comma(n));
    }
    text.push_str(r#"],"teams":["#);
    for team in 0..teams {
        let parent = match team {
            0..10 => "null".to_owned(),
            _ => format!("\"t{}\"", team / 10),
        };
        _ = write!(
            text,
            r#"{}{{"slug":"t{team}","name":"Team {team}","parent":{parent},"maintainers":[],"members":["#,
            comma(team)
        );
        let mut first = true;
        for n in (0..people).filter(|n| {
            (n + moved * usize::from(team == 77)) % teams == team
                || n * 7 % teams == team
                || n * 13 % teams == team
        }) {
            _ = write!(text, r#"{}"u{n}""#, if first { "" } else { "," });
            first = false;
        }
        text.push_str("]}");
    }
    text.push_str("]}]}");
    directory(&text)
}

fn written(permissions: usize, groups: usize, teams: usize, extra: &str) -> Repository {
    let mut files = Vec::new();
    let mut text = String::new();
    for n in 0..permissions {
        let only = if n % 5 == 0 { "devOnly" } else { "to" };
        _ = writeln!(
            text,
            "permission:{n}:\n  - ./groups/g{}\n  - {{{only}: Org/t{}}}\n  - Org/t{}",
            n % groups,
            n % teams,
            (n * 31 + 11) % teams
        );
    }
    files.push(("config/permissions.yaml".to_owned(), text));
    for n in 0..groups {
        let mut text = format!("members:\n  - Org/t{}\n", n % teams);
        if n + 1 < groups && n % 4 != 0 {
            _ = writeln!(text, "  - ./groups/g{}", n + 1);
        }
        if n == 3 {
            text.push_str(extra);
        }
        files.push((format!("config/groups/g{n}/group.yaml"), text));
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    repository(&files)
}

fn measured(name: &str, people: usize, permissions: usize, groups: usize, teams: usize) {
    let start = Instant::now();
    let before = large(people, teams, 0);
    println!("{name}: directory read in {:?}", start.elapsed());
    let now_there = large(people, teams, 1);
    let base = written(permissions, groups, teams, "");
    let head = written(permissions, groups, teams, "  - new@example.com\n");
    let nothing = Repository::default();
    for (what, base, head, old) in [
        ("no change", &base, &base, false),
        ("one line", &base, &head, false),
        ("one line, and the directory moved", &base, &head, true),
        ("first publish", &nothing, &head, false),
    ] {
        let mut inputs = inputs(base, head);
        inputs.directory = Some(&now_there);
        inputs.before = old.then_some(&before);
        let start = Instant::now();
        let plan = plan(&inputs).unwrap();
        let planned = start.elapsed();
        let comment = plan.markdown();
        println!(
            "{name}, {what}: plan {planned:?}, with comment {:?}, {} effects",
            start.elapsed(),
            plan.effects.len()
        );
        assert!(comment.len() < 60_000);
    }
}

#[test]
#[ignore = "measures"]
fn of_700_people() {
    measured("700 people", 700, 300, 150, 150);
}

#[test]
#[ignore = "measures"]
fn of_50_000_people() {
    measured("50,000 people", 50_000, 5_000, 1_000, 800);
}
