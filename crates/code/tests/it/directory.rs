//! The file of organisations.

use portcullis_code::{Directory, Findings, Repository};

use crate::common::{DIRECTORY, now, repository, told};

fn read(text: &str) -> (Option<Directory>, Vec<String>) {
    let mut findings = Findings::default();
    let read = Directory::read("d.json", text.as_bytes(), &mut findings);
    let told = findings.iter();
    let told = told.map(|found| {
        format!(
            "{}:{} {}",
            found.place.line, found.place.column, found.message
        )
    });
    (read, told.collect())
}

#[test]
fn all_that_does_not_fit_together_is_told_at_once_where_it_stands() {
    let (_, told) = read(
        r#"{"people": [
 {"id": 1, "login": "ana", "name": "Ana", "email": "ana@x.com"},
 {"id": 1, "login": "ANA", "name": null, "email": "nobody"},
 {"id": 2, "login": "ben", "mail": "ben@x.com"},
 {"id": true, "email": null}],
"organizations": [
 {"login": "Org", "owners": ["ben"], "members": ["ana", "anna"], "teams": [
  {"slug": "a", "name": "A", "parent": "gone", "maintainers": ["ben"], "members": ["ana"]},
  {"slug": "A", "name": "A", "parent": null, "maintainers": [], "members": ["ben"]},
  {"slug": "", "name": 1, "parent": null, "maintainers": [], "members": []},
  {"slug": "b", "name": "B", "parent": "c", "maintainers": [], "members": []},
  {"slug": "c", "name": "C", "parent": "b", "maintainers": []}]},
 {"login": "org", "owners": [], "members": [], "teams": []}]}"#,
    );
    let expected = [
        "3:2 `ANA` stands among the people twice",
        "3:9 `ana` has the number 1 too",
        "3:51 `nobody` of `ANA` is not an e-mail address; they are left out",
        "4:28 there is no key `mail` here",
        "5:2 `login` is missing",
        "5:9 expected a number, got true or false",
        "7:30 the owner `ben` is not among the members of `Org`",
        "7:57 `anna` in `Org` is not among the people",
        "9:3 the team `Org/A` is there twice",
        "9:77 the member of a team `ben` is not among the members of `Org`",
        "10:12 a name is empty",
        "10:24 expected a text, got a number",
        "12:3 `members` is missing",
        "8:40 `Org` has no team `gone`",
        "8:64 the maintainer `ben` is not among the members of `Org/a`",
        "11:40 teams stand below themselves: b → c → b",
        "13:2 the organisation `org` is there twice",
    ];
    for line in expected {
        assert!(told.iter().any(|told| told == line), "{line}\n{told:#?}");
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

#[test]
fn it_is_json_with_each_key_once() {
    let twice = DIRECTORY.replacen("\"organizations\"", "\"people\":[],\"organizations\"", 1);
    let (_, told) = read(&twice);
    assert_eq!(
        told,
        ["7:1 the key `people` is written twice; first on line 1"]
    );
    for (text, place) in [
        ("", "1:1"),
        ("people: []\norganizations: []\n", "1:1"),
        ("{\"people\": [],\n \"organizations\": [],}", "2:22"),
    ] {
        let (read, told) = read(text);
        assert!(read.is_none(), "{text}");
        assert!(told[0].starts_with(place), "{text}: {told:?}");
    }
    let (_, told) = read("[]");
    assert_eq!(told, ["1:1 expected a map, got a list"]);
    let (_, told) = read("{}");
    assert_eq!(
        told,
        ["1:1 `organizations` is missing", "1:1 `people` is missing"]
    );
}

#[test]
fn it_may_be_written_as_programs_write_json() {
    let text = "{\t\"people\":[{\"id\":1,\"login\":\"ana\",\"name\":\"\\ud83d\\ude00 \\/ \u{2028}\",\"email\":\"ana@x.com\"}],\n\t\"organizations\":[]}";
    let (read, told) = read(text);
    assert_eq!(told, Vec::<String>::new());
    assert!(read.is_some());
    let long = format!(
        r#"{{"people":[{{"id":1,"login":"ana","name":"{}","email":null}}],"organizations":[]}}"#,
        "x".repeat(5000)
    );
    assert_eq!(self::read(&long).1, Vec::<String>::new());
}

/// Teams below each other, as deep as there are.
fn deep(teams: usize) -> String {
    let teams = (0..teams).map(|n| {
        let parent = match n {
            0 => "null".to_owned(),
            n => format!("\"t{}\"", n - 1),
        };
        let member = if n + 1 == teams { "\"ana\"" } else { "" };
        format!(
            r#"{{"slug":"t{n}","name":"T{n}","parent":{parent},"maintainers":[],"members":[{member}]}}"#
        )
    });
    let teams = teams.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"people":[{{"id":1,"login":"ana","name":null,"email":"ana@x.com"}}],"organizations":[{{"login":"Org","owners":[],"members":["ana"],"teams":[{teams}]}}]}}"#
    )
}

#[test]
fn teams_may_stand_as_deep_as_they_like() {
    let (directory, told) = read(&deep(3_000));
    assert_eq!(told, Vec::<String>::new());
    let read = repository(&[("config/permissions.yaml", "A: [Org/t0]\n")]);
    let (resolved, _) = read.resolve(directory.as_ref(), "dev", now()).unwrap();
    assert_eq!(resolved.permissions["A"], ["ana@x.com".into()]);
}

#[test]
fn a_login_without_an_address_is_left_out_and_listed() {
    let directory = crate::common::directory();
    let found = |access: &str| {
        let files = [
            ("access.yaml", access),
            ("config/permissions.yaml", "A: [SEEK-Jobs/testers]\n"),
        ];
        let read: Repository = repository(&files);
        told(&read.validate(Some(&directory), now()))
    };
    assert_eq!(
        found("{}\n"),
        [
            "directory.json:4:1 no-email",
            "directory.json:6:1 shared-email"
        ]
    );
    assert_eq!(
        found("identity: {unresolved: ignore}\n"),
        ["directory.json:6:1 shared-email"]
    );
    // With domains, who is in none of them is left out as well.
    assert_eq!(
        found("identity: {email_domains: [y.com]}\n"),
        [
            "config/permissions.yaml:1:1 no-holders",
            "directory.json:2:1 email-domain",
            "directory.json:3:1 email-domain",
            "directory.json:4:1 no-email",
            "directory.json:5:1 email-domain",
            "directory.json:6:1 email-domain",
        ]
    );
    let refused = repository(&[
        ("access.yaml", "identity: {unresolved: error}\n"),
        ("config/permissions.yaml", "A: [SEEK-Jobs/testers]\n"),
    ]);
    let refused = refused.resolve(Some(&directory), "dev", now()).unwrap_err();
    assert!(refused.has_errors());
}
