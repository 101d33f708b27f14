//! Why somebody holds a permission, and why not.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use portcullis_code::{
    Content, Directory, Findings, Path, Place, Reason, Repository, Step, StepKind, Unknown, Why,
};
use portcullis_model::Timestamp;
use proptest::prelude::*;

const DIRECTORY: &str = r#"{"people":[
{"id":1,"login":"Ana","name":"Ana","email":"Ana@x.com"},
{"id":2,"login":"ben","name":"Ben","email":"ben@x.com"},
{"id":3,"login":"cy","name":null,"email":null}],
"organizations":[{"login":"SEEK-Jobs","owners":[],"members":["ana","ben","cy"],"teams":[
{"slug":"group-apps","name":"Group Apps","parent":null,"maintainers":[],"members":["ana"]},
{"slug":"testers","name":"Testers","parent":"group-apps","maintainers":[],"members":["ben","cy"]}]}]}"#;

fn repository(files: &[(&str, &str)]) -> Repository {
    let files = files.iter();
    Repository::read(
        files.map(|(path, text)| ((*path).to_owned(), Content::Bytes(text.as_bytes().to_vec()))),
    )
}

fn directory() -> Directory {
    Directory::read(
        "directory.json",
        DIRECTORY.as_bytes(),
        &mut Findings::default(),
    )
    .unwrap()
}

fn now() -> Timestamp {
    "2026-11-28T09:00:00Z".parse().unwrap()
}

fn why(files: &[(&str, &str)], person: &str, permission: &str, environment: &str) -> Why {
    asked(files, person, permission, environment)
        .unwrap_or_else(|wrong| panic!("{wrong}: {wrong:?}"))
}

fn asked(
    files: &[(&str, &str)],
    person: &str,
    permission: &str,
    environment: &str,
) -> Result<Why, Unknown> {
    let (repository, directory) = (repository(files), directory());
    let resolved = repository.access(Some(&directory), now());
    let (access, _) = resolved.unwrap_or_else(|found| panic!("{found:?}"));
    repository.why(&access, Some(&directory), person, permission, environment)
}

/// `name place`, by step.
fn told(path: &[Step]) -> Vec<String> {
    let told = |step: &Step| {
        let places: Vec<String> = step.places.iter().map(Place::to_string).collect();
        let only: Vec<String> = step
            .only
            .iter()
            .map(|name| format!(" only {name}"))
            .collect();
        format!(
            "{:?} {} {}{}",
            step.kind,
            step.name,
            places.join(" "),
            only.join("")
        )
    };
    path.iter().map(told).collect()
}

fn paths(why: &Why) -> Vec<Vec<String>> {
    why.paths.iter().map(|path| told(&path.steps)).collect()
}

const SEED: &[(&str, &str)] = &[
    (
        "config/permissions.yaml",
        "query:some-object:\n  - SEEK-Jobs/Group\u{a0}Apps\n  - devOnly: ./groups/group-apps\n  - prodOnly: ./groups/group-apps/prod-testers\nADMIN_OFFBOARDING: {implies: [query:some-object], grants: [Eve@x.com]}\n",
    ),
    (
        "config/groups/group-apps/group.yaml",
        "members:\n  - fay@x.com\n  - SEEK-Jobs/testers\n",
    ),
    (
        "config/groups/group-apps/prod-testers/group.yaml",
        "members:\n  - {to: gus@x.com, until: 2026-12-01}\n",
    ),
];

#[test]
fn each_step_says_which_line_leads_on() {
    let gus = why(SEED, "gus@x.com", "query:some-object", "dev");
    assert!(gus.holds);
    assert_eq!(gus.until, Some("2026-12-02T00:00:00Z".parse().unwrap()));
    assert_eq!(
        paths(&gus),
        [[
            "Written ./groups/group-apps config/permissions.yaml:3:14 only dev",
            "Folder ./groups/group-apps/prod-testers config/groups/group-apps/prod-testers/group.yaml:1:1",
            "Written gus@x.com config/groups/group-apps/prod-testers/group.yaml:2:10",
        ]]
    );
    let gus = why(SEED, "GUS@x.com", "query:some-object", "prod");
    assert_eq!(
        paths(&gus),
        [[
            "Written ./groups/group-apps/prod-testers config/permissions.yaml:4:15 only prod",
            "Written gus@x.com config/groups/group-apps/prod-testers/group.yaml:2:10",
        ]]
    );
}

#[test]
fn the_shortest_way_stands_first() {
    let ben = why(SEED, "ben@x.com", "query:some-object", "dev");
    assert_eq!(ben.until, None);
    assert_eq!(
        paths(&ben),
        [
            vec![
                "Written SEEK-Jobs/Group\u{a0}Apps config/permissions.yaml:2:5",
                "ChildTeam seek-jobs/testers ",
                "Directory ben ",
            ],
            vec![
                "Written ./groups/group-apps config/permissions.yaml:3:14 only dev",
                "Written SEEK-Jobs/testers config/groups/group-apps/group.yaml:3:5",
                "Directory ben ",
            ],
        ]
    );
    // A login means its address.
    assert_eq!(why(SEED, "Ben", "query:some-object", "dev"), ben);
}

#[test]
fn what_is_implied_says_by_what() {
    let eve = why(SEED, "eve@x.com", "query:some-object", "prod");
    assert_eq!(
        paths(&eve),
        [[
            "ImpliedBy ADMIN_OFFBOARDING config/permissions.yaml:5:31",
            "Written Eve@x.com config/permissions.yaml:5:60",
        ]]
    );
}

#[test]
fn a_group_that_takes_out_is_followed_into() {
    let files = &[
        ("config/permissions.yaml", "A: [./groups/most]\n"),
        (
            "config/groups/most/group.yaml",
            "members:\n  - SEEK-Jobs\n  - {except: ./groups/out}\n",
        ),
        ("config/groups/out/group.yaml", "members: [ben@x.com]\n"),
    ];
    assert_eq!(
        paths(&why(files, "ana@x.com", "A", "prod")),
        [[
            "Written ./groups/most config/permissions.yaml:1:5",
            "Written SEEK-Jobs config/groups/most/group.yaml:2:5",
            "Directory ana ",
        ]]
    );
    let ben = why(files, "ben@x.com", "A", "prod");
    assert!(!ben.holds);
    let [Reason::Except { group, steps }] = &ben.reasons[..] else {
        panic!("{:?}", ben.reasons);
    };
    assert_eq!(group, "./groups/most");
    assert_eq!(
        told(steps),
        [
            "Written ./groups/out config/groups/most/group.yaml:3:14",
            "Written ben@x.com config/groups/out/group.yaml:1:11",
        ]
    );
}

#[test]
fn a_no_names_the_nearest_reason() {
    let files = &[(
        "config/permissions.yaml",
        "A: [{to: old@x.com, until: 2026-11-01}, {devOnly: dev@x.com}, ana@x.com]\nB: []\n",
    )];
    let ended = why(files, "old@x.com", "A", "dev");
    assert_eq!(ended.until, None);
    let [
        Reason::Ended {
            at,
            path: Path { steps, .. },
        },
    ] = &ended.reasons[..]
    else {
        panic!("{:?}", ended.reasons);
    };
    assert_eq!(*at, "2026-11-02T00:00:00Z".parse().unwrap());
    assert_eq!(
        told(steps),
        ["Written old@x.com config/permissions.yaml:1:10"]
    );
    assert_eq!(
        why(files, "dev@x.com", "A", "prod").reasons,
        [Reason::Elsewhere {
            environments: vec!["dev".to_owned()]
        }]
    );
    let nobody = why(files, "who@x.com", "A", "prod").reasons;
    assert_eq!(nobody[0], Reason::UnknownPerson);
    let Reason::NotGranted { grantees } = &nobody[1] else {
        panic!("{nobody:?}");
    };
    assert_eq!(
        told(grantees),
        ["Written ana@x.com config/permissions.yaml:1:63"]
    );
    assert_eq!(
        why(files, "ben@x.com", "B", "prod").reasons,
        [Reason::NotGranted {
            grantees: Vec::new()
        }]
    );
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_name() {
    let ask = |person, permission, environment| match asked(SEED, person, permission, environment) {
        Err(Unknown(message)) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        ask("ana@x.com", "query:some-objekt", "dev"),
        "there is no permission `query:some-objekt`; did you mean `query:some-object`?"
    );
    assert_eq!(
        ask("ana@x.com", "query:some-object", "prd"),
        "there is no environment `prd`; did you mean `prod`?"
    );
    assert_eq!(
        ask("ban", "query:some-object", "dev"),
        "nobody with an e-mail address has the login `ban`; did you mean `ben`?"
    );
}

/// Which lines stand in a made-up repository: of the permission and of four groups, each naming people
/// and groups after it, so that nothing goes in a circle.
#[derive(Clone, Debug)]
struct Made(Vec<(usize, String)>);

fn made() -> impl Strategy<Value = Made> {
    let line = (0..5_usize, 0..8_usize).prop_map(|(list, who)| {
        let text = match who {
            0..=2 => format!("p{who}@x.com"),
            3 => "SEEK-Jobs/group-apps".to_owned(),
            _ if who - 3 > list => format!("./groups/g{}", who - 3),
            _ => "ana@x.com".to_owned(),
        };
        (list, text)
    });
    prop::collection::vec(line, 1..14).prop_map(Made)
}

impl Made {
    /// The repository with those lines that are kept: line `n` of a list stands on line `n + 2` of its file.
    fn files(&self, keep: impl Fn(&str, usize) -> bool) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for list in 0..5 {
            let (path, head) = match list {
                0 => ("config/permissions.yaml".to_owned(), "A:"),
                _ => (format!("config/groups/g{list}/group.yaml"), "members:"),
            };
            let mine = self.0.iter().filter(|(of, _)| *of == list).enumerate();
            let lines: Vec<String> = mine
                .map(|(at, (_, text))| match keep(&path, at + 2) {
                    true => format!("  - {text}\n"),
                    false => "  # taken out\n".to_owned(),
                })
                .collect();
            let body = match lines.iter().any(|line| line.starts_with("  - ")) {
                true => format!("{head}\n{}", lines.concat()),
                false => format!("{head} []\n"),
            };
            files.push((path, body));
        }
        files
    }

    fn why(&self, person: &str, keep: impl Fn(&str, usize) -> bool) -> Why {
        let files = self.files(keep);
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        why(&files, person, "A", "prod")
    }
}

fn lines(steps: &[Step]) -> BTreeSet<(String, usize)> {
    let places = steps.iter().flat_map(|step| &step.places);
    places
        .map(|place| (place.file.to_string(), place.line))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_path_alone_still_grants_it_and_without_all_of_them_nothing_does(made in made()) {
        for person in ["p0@x.com", "p1@x.com", "ana@x.com", "ben@x.com"] {
            let all = made.why(person, |_, _| true);
            let mut said = BTreeSet::new();
            for path in &all.paths {
                let own = lines(&path.steps);
                let kept = made.why(person, |file, line| own.contains(&(file.to_owned(), line)));
                prop_assert!(kept.holds, "{person} by {:?}", told(&path.steps));
                prop_assert!(path.steps.iter().all(|step| step.kind != StepKind::Written || !step.places.is_empty()));
                said.extend(own);
            }
            prop_assert!(!all.more);
            let without = made.why(person, |file, line| !said.contains(&(file.to_owned(), line)));
            prop_assert!(!without.holds, "{person} without {said:?} by {:?}", paths(&without));
            prop_assert_eq!(all.holds, !all.paths.is_empty());
            prop_assert_eq!(all.holds, all.reasons.is_empty());
        }
    }
}
