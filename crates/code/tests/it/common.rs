//! How the tests say what stands in a repository, and read what is found.

use portcullis_code::{Content, Directory, Findings, Repository};
use portcullis_model::Timestamp;

pub(crate) const DIRECTORY: &str = r#"{"people":[
{"id":1,"login":"Ana","name":"Ana","email":"ana@x.com"},
{"id":2,"login":"ben","name":"Ben","email":"ben@x.com"},
{"id":3,"login":"cy","name":null,"email":null},
{"id":4,"login":"dee","name":"Dee","email":"dee@x.com"},
{"id":5,"login":"dee-bot","name":"Dee","email":"dee@x.com"}],
"organizations":[{"login":"SEEK-Jobs","owners":["dee"],"members":["ana","ben","cy","dee","dee-bot"],"teams":[
{"slug":"group-apps","name":"Group Apps","parent":null,"maintainers":["ana"],"members":["ana","dee"]},
{"slug":"testers","name":"Testers","parent":"group-apps","maintainers":[],"members":["ben","cy"]},
{"slug":"twin-a","name":"Twin","parent":null,"maintainers":[],"members":[]},
{"slug":"twin-b","name":"twin","parent":null,"maintainers":[],"members":[]}]}]}"#;

pub(crate) fn repository(files: &[(&str, &str)]) -> Repository {
    let files = files.iter();
    Repository::read(
        files.map(|(path, text)| ((*path).to_owned(), Content::Bytes(text.as_bytes().to_vec()))),
    )
}

pub(crate) fn directory() -> Directory {
    let mut findings = Findings::default();
    let read = Directory::read("directory.json", DIRECTORY.as_bytes(), &mut findings);
    assert_eq!(told(&findings), Vec::<String>::new());
    read.unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-11-28T09:00:00Z".parse().unwrap()
}

pub(crate) fn told(findings: &Findings) -> Vec<String> {
    findings
        .iter()
        .map(|found| format!("{} {}", found.place, found.code))
        .collect()
}

pub(crate) fn validated(files: &[(&str, &str)]) -> Vec<String> {
    let findings = repository(files).validate(Some(&directory()), now());
    let own = told(&findings).into_iter();
    own.filter(|line| !line.starts_with("directory.json"))
        .collect()
}

#[track_caller]
pub(crate) fn permissions(text: &str, expected: &[&str]) {
    assert_eq!(
        validated(&[("config/permissions.yaml", text)]),
        expected,
        "{text}"
    );
}

pub(crate) fn resolved(files: &[(&str, &str)], environment: &str) -> String {
    let resolved = repository(files).resolve(Some(&directory()), environment, now());
    let (resolved, _) = resolved.unwrap_or_else(|findings| panic!("{:?}", told(&findings)));
    serde_json::to_string(&resolved).unwrap()
}

pub(crate) const SEED: &[(&str, &str)] = &[
    (
        "config/permissions.yaml",
        "query:some-object:\n  - SEEK-Jobs/Group\u{a0}Apps\n  - devOnly: ./groups/group-apps\n  - prodOnly: ./groups/group-apps/prod-testers\nADMIN_OFFBOARDING:\n  - Eve@x.com\n",
    ),
    (
        "config/groups/group-apps/group.yaml",
        "members:\n  - fay@x.com\n",
    ),
    (
        "config/groups/group-apps/prod-testers/group.yaml",
        "members:\n  - gus@x.com\n",
    ),
];
