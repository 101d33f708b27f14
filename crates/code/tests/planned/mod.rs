//! What the tests of plans share.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses some of it, and fails by panicking"
)]

use std::collections::BTreeSet;

use portcullis_code::{
    Content, Digests, Directory, Findings, FlagCode, Inputs, Plan, Repository, plan,
};
use portcullis_model::Timestamp;

pub(crate) const DIRECTORY: &str = r#"{"people":[
{"id":1,"login":"Ana","name":"Ana","email":"ana@x.com"},
{"id":2,"login":"ben","name":"Ben","email":"ben@x.com"},
{"id":3,"login":"cy","name":null,"email":null},
{"id":4,"login":"dee","name":"Dee","email":"dee@x.com"}],
"organizations":[{"login":"SEEK-Jobs","owners":["dee"],"members":["ana","ben","cy","dee"],"teams":[
{"slug":"group-apps","name":"Group Apps","parent":null,"maintainers":["ana"],"members":["ana","dee"]},
{"slug":"testers","name":"Testers","parent":"group-apps","maintainers":[],"members":["ben","cy"]}]}]}"#;

pub(crate) fn directory(text: &str) -> Directory {
    let mut findings = Findings::default();
    let read = Directory::read("directory.json", text.as_bytes(), &mut findings);
    assert!(!findings.has_errors(), "{findings:?}");
    read.unwrap()
}

pub(crate) fn repository(files: &[(&str, &str)]) -> Repository {
    let files = files.iter();
    Repository::read(
        files.map(|(path, text)| ((*path).to_owned(), Content::Bytes(text.as_bytes().to_vec()))),
    )
}

pub(crate) fn now() -> Timestamp {
    "2026-11-28T09:00:00Z".parse().unwrap()
}

/// With the directory above.
pub(crate) fn inputs<'i>(base: &'i Repository, head: &'i Repository) -> Inputs<'i> {
    static READ: std::sync::OnceLock<Directory> = std::sync::OnceLock::new();
    Inputs {
        base,
        head,
        before: None,
        directory: Some(READ.get_or_init(|| directory(DIRECTORY))),
        now: now(),
        author: None,
        digests: Digests::default(),
        fail_on: BTreeSet::new(),
    }
}

pub(crate) fn planned(base: &Repository, head: &Repository) -> Plan {
    plan(&inputs(base, head)).unwrap_or_else(|findings| panic!("{findings:?}"))
}

pub(crate) fn codes(plan: &Plan) -> Vec<FlagCode> {
    plan.flags.iter().map(|flag| flag.code).collect()
}

/// `permission +person` and `permission -person` in an environment, in order.
pub(crate) fn changes(plan: &Plan, environment: &str) -> Vec<String> {
    let mut all = Vec::new();
    for effect in plan
        .effects
        .iter()
        .filter(|it| it.environment == environment)
    {
        let mut own: Vec<String> = effect
            .gaining()
            .map(|it| format!("{} +{it}", effect.permission))
            .collect();
        own.extend(
            effect
                .losing()
                .map(|it| format!("{} -{it}", effect.permission)),
        );
        own.sort();
        all.extend(own);
    }
    all
}
