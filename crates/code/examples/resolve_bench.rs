//! How long a large organisation takes from bytes to who holds what, and how much memory:
//! `cargo run --release -p portcullis-code --example resolve_bench`, for 50,000 people and 5,000
//! permissions over nested groups and teams; or `-- DIR DIRECTORY.json` for files that are there.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement, told on the terminal"
)]

use std::{
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use portcullis_code::{Content, Directory, Findings, Repository};

const PEOPLE: usize = 50_000;
const PERMISSIONS: usize = 5_000;
const TEAMS: usize = 2_000;
const GROUPS: usize = 3_000;

type Files = Vec<(String, Content)>;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (files, directory) = match &arguments[..] {
        [dir, directory] => {
            let mut files = Vec::new();
            for name in ["access.yaml", "config"] {
                walk(&Path::new(dir).join(name), name, &mut files);
            }
            (files, std::fs::read(directory).unwrap())
        }
        _ => (files(), directory().into_bytes()),
    };
    let bytes: usize = files.iter().map(|(_, content)| size(content)).sum();
    println!(
        "{} files, {bytes} bytes; directory of {} bytes; {}",
        files.len(),
        directory.len(),
        memory()
    );
    let now = "2026-11-28T09:00:00Z".parse().unwrap();
    let (all, cpu) = (Instant::now(), on_cpu());
    let repository = measure("read the repository", || Repository::read(files));
    let mut findings = Findings::default();
    let directory = measure("read the directory", || {
        Directory::read("directory.json", &directory, &mut findings).unwrap()
    });
    let (access, warned) = measure("validate", || {
        let access = repository.access(Some(&directory), now);
        access.unwrap_or_else(|findings| panic!("{:?}", findings.iter().next()))
    });
    let resolved = measure("resolve", || access.resolved("prod"));
    let holders: usize = resolved.permissions.values().map(Vec::len).sum();
    let json = measure("write JSON", || serde_json::to_vec(&resolved).unwrap());
    println!(
        "{:<22}{:>10.1?}, {:>10.1?} cpu; {} permissions, {holders} holders, {} bytes, {} warnings",
        "all of it",
        all.elapsed(),
        on_cpu() - cpu,
        resolved.permissions.len(),
        json.len(),
        warned.iter().count()
    );
}

fn measure<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let (start, cpu) = (Instant::now(), on_cpu());
    let done = run();
    let (took, cpu) = (start.elapsed(), on_cpu() - cpu);
    println!("{what:<22}{took:>10.1?}, {cpu:>10.1?} cpu; {}", memory());
    done
}

/// The time this thread has had a processor. On a busy machine the clock on the wall counts the
/// neighbours too.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn memory() -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() / 1024
    };
    format!("{} MB, {} MB at most", line("VmRSS:"), line("VmHWM:"))
}

fn size(content: &Content) -> usize {
    match content {
        Content::Bytes(bytes) => bytes.len(),
        Content::Link | Content::Unread(_) => 0,
    }
}

fn walk(path: &Path, name: &str, files: &mut Files) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let below = format!("{name}/{}", entry.file_name().to_str().unwrap());
            walk(&entry.path(), &below, files);
        }
    } else if path.exists() {
        files.push((
            name.to_owned(),
            Content::Bytes(std::fs::read(path).unwrap()),
        ));
    }
}

/// Groups ten to a folder and four folders deep, which name teams, people and other groups.
fn files() -> Files {
    let path = |n: usize| {
        let parts = [n / 1000 % 10, n / 100 % 10, n / 10 % 10, n % 10];
        let parts: Vec<_> = parts.iter().map(|digit| format!("g{digit}")).collect();
        parts.join("/")
    };
    let mut files = Vec::new();
    for n in 0..GROUPS {
        let mut text = format!("members:\n  - Org/team-{}\n", n % TEAMS);
        for k in 0..5 {
            _ = writeln!(
                text,
                "  - person-{}@example.com",
                (n * 31 + k * 977) % PEOPLE
            );
        }
        // Later groups name earlier ones, so that none names itself.
        if n > 1000 {
            _ = writeln!(text, "  - ./groups/{}", path(n % 1000));
        }
        let name = format!("config/groups/{}/group.yaml", path(n));
        files.push((name, Content::Bytes(text.into_bytes())));
    }
    let mut text = String::new();
    for n in 0..PERMISSIONS {
        let (group, other) = (path(n * 7 % GROUPS), path(n * 13 % GROUPS));
        _ = writeln!(
            text,
            "query:object-{n}:\n  - Org/team-{}\n  - devOnly: ./groups/{other}\n  - ./groups/{group}",
            n * 3 % TEAMS
        );
        if n % 100 == 0 {
            let above = group.rsplit_once('/').map_or("", |(above, _)| above);
            _ = writeln!(text, "  - ./groups/{above}");
        }
    }
    let name = "config/permissions.yaml".to_owned();
    files.push((name, Content::Bytes(text.into_bytes())));
    files
}

fn directory() -> String {
    let people = (0..PEOPLE).map(|n| {
        format!(
            r#"{{"id":{n},"login":"person-{n}","name":"Person {n}","email":"person-{n}@example.com"}}"#
        )
    });
    let people = people.collect::<Vec<_>>().join(",\n");
    let logins = |all: &mut dyn Iterator<Item = usize>| {
        let all: Vec<_> = all.map(|n| format!("\"person-{n}\"")).collect();
        all.join(",")
    };
    let teams = (0..TEAMS).map(|n| {
        let parent = match n {
            0..100 => "null".to_owned(),
            n => format!("\"team-{}\"", n / 10),
        };
        let members = logins(&mut (0..50).map(|k| (n * 25 + k) % PEOPLE));
        format!(
            r#"{{"slug":"team-{n}","name":"Team {n}","parent":{parent},"maintainers":[],"members":[{members}]}}"#
        )
    });
    let teams = teams.collect::<Vec<_>>().join(",\n");
    let members = logins(&mut (0..PEOPLE));
    format!(
        r#"{{"people":[{people}],"organizations":[{{"login":"Org","owners":[],"members":[{members}],"teams":[{teams}]}}]}}"#
    )
}
