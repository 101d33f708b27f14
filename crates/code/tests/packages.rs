//! Versions, identifiers and texts of packages. Whether they compile is asked in `packages_compiled.rs`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use portcullis_code::{
    Content, Place, Repository,
    packages::{
        Change, Key, Keys, Language, Names, Published, Version, VersionError, collisions, package,
    },
};

fn key(line: usize, description: &str, deprecated: Option<&str>) -> Key {
    let start = Place::start(&"config/permissions.yaml".into());
    Key {
        place: Place { line, ..start },
        description: description.to_owned(),
        deprecated: deprecated.map(str::to_owned),
    }
}

fn keys(all: &[&str]) -> Keys {
    let all = all.iter().enumerate();
    all.map(|(at, name)| ((*name).to_owned(), key(at + 1, "", None)))
        .collect()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// What follows on a package of `old` at 1.2.3.
fn next(old: &Keys, new: &Keys) -> (Change, String) {
    let old = Published::new(&Names::default(), old, version("1.2.3"));
    let (change, version) = old.next(&Names::default(), new);
    (change, version.to_string())
}

#[test]
fn the_version_follows_from_the_keys() {
    let two = keys(&["a", "b"]);
    let told = |description, deprecated| {
        let mut told = two.clone();
        told.insert("a".to_owned(), key(9, description, deprecated));
        told
    };
    for (old, new, change, version) in [
        (two.clone(), keys(&["b", "a"]), Change::None, "1.2.3"),
        (
            two.clone(),
            told("What it is for", None),
            Change::Patch,
            "1.2.4",
        ),
        (two.clone(), keys(&["a", "b", "c"]), Change::Minor, "1.3.0"),
        (two.clone(), told("", Some("use b")), Change::Minor, "1.3.0"),
        (
            told("", Some("use b")),
            told("", Some("use c")),
            Change::Patch,
            "1.2.4",
        ),
        (told("", Some("use b")), two.clone(), Change::Patch, "1.2.4"),
        (two.clone(), keys(&["a"]), Change::Major, "2.0.0"),
        (two.clone(), keys(&["a", "B"]), Change::Major, "2.0.0"),
        (two.clone(), keys(&["a", "c", "d"]), Change::Major, "2.0.0"),
        (two.clone(), keys(&[]), Change::Major, "2.0.0"),
    ] {
        assert_eq!(next(&old, &new), (change, version.to_owned()), "{new:?}");
    }
}

#[test]
fn another_name_of_the_constants_breaks() {
    let keys = keys(&["a"]);
    let old = Published::new(&Names::default(), &keys, Version::FIRST);
    let other = Names::default().with_constants("PERMISSIONS", "Permission", "isPermission");
    assert_eq!(
        old.next(&other.unwrap(), &keys),
        (Change::Major, version("2.0.0"))
    );
}

#[test]
fn what_a_package_says_of_itself_is_read_again() {
    let keys = keys(&["a", "é\"\\"]);
    for language in Language::ALL {
        let files = package(language, &Names::default(), &keys, version("3.1.4")).unwrap();
        let name = files
            .keys()
            .find(|path| path.ends_with("keys.json"))
            .unwrap();
        let read = Published::read(files[name].as_bytes()).unwrap();
        assert_eq!(read.version(), version("3.1.4"), "{language:?}");
        assert_eq!(read.next(&Names::default(), &keys).0, Change::None);
    }
    assert_eq!(
        Published::read(br#"{"format":2,"x":1}"#),
        Err(VersionError::Format(2))
    );
    for wrong in [
        "",
        "{}",
        r#"{"format":1,"keys":{},"names":["a","b","c"],"version":"01.0.0"}"#,
    ] {
        let read = Published::read(wrong.as_bytes());
        assert!(matches!(read, Err(VersionError::Form(_))), "{wrong}");
    }
    for wrong in [
        "1",
        "1.2",
        "1.2.3.4",
        "1.2.x",
        "v1.2.3",
        "1.2.3-alpha",
        "",
        "1..3",
        "+1.2.3",
    ] {
        assert!(wrong.parse::<Version>().is_err(), "{wrong}");
    }
}

#[test]
fn identifiers_are_made_of_letters_and_digits() {
    for (key, python, rust, go) in [
        (
            "query:some-object",
            "QUERY_SOME_OBJECT",
            "QuerySomeObject",
            "QuerySomeObject",
        ),
        (
            "ADMIN_OFFBOARDING",
            "ADMIN_OFFBOARDING",
            "AdminOffboarding",
            "AdminOffboarding",
        ),
        (
            "userIds:read",
            "USER_IDS_READ",
            "UserIdsRead",
            "UserIdsRead",
        ),
        ("2fa", "KEY_2FA", "Key2fa", "Key2fa"),
        ("café", "CAF_U00E9", "CafU00e9", "CafU00e9"),
        ("日本", "U65E5_U672C", "U65e5U672c", "U65e5U672c"),
        ("*", "U002A", "U002a", "U002a"),
        ("::", "U003A_U003A", "U003aU003a", "U003aU003a"),
        ("self", "SELF", "Self_", "Self"),
        ("a-l-l", "A_L_L", "ALL_", "ALL"),
        ("class", "CLASS", "Class", "Class"),
    ] {
        assert_eq!(Language::Python.identifier(key).as_deref(), Some(python));
        assert_eq!(Language::Rust.identifier(key).as_deref(), Some(rust));
        assert_eq!(Language::Go.identifier(key).as_deref(), Some(go));
        assert_eq!(Language::Npm.identifier(key), None);
    }
}

#[test]
fn two_keys_of_one_name_are_findings() {
    let keys = keys(&["a:b", "x", "a-b", "a1", "a-1"]);
    let found: Vec<_> = collisions(&keys, &Language::ALL)
        .iter()
        .map(|found| format!("{} {} {}", found.place, found.code, found.message))
        .collect();
    assert_eq!(
        found,
        [
            "config/permissions.yaml:3:1 identifier-collision `a-b` and `a:b` are both `A_B` in Python, `AB` in Rust, `AB` in Go",
            "config/permissions.yaml:5:1 identifier-collision `a-1` and `a1` are both `A1` in Rust, `A1` in Go",
        ]
    );
    assert!(
        !collisions(&keys, &[Language::Npm]).has_errors(),
        "strings need no names"
    );
    assert!(package(Language::Python, &Names::default(), &keys, Version::FIRST).is_err());
    assert!(package(Language::Npm, &Names::default(), &keys, Version::FIRST).is_ok());
}

#[test]
fn the_three_names_and_the_remarks_are_in_the_types() {
    let mut all = keys(&["query:some-object"]);
    all.insert(
        "ADMIN".to_owned(),
        key(2, "Does\nall */ @it", Some("use `query:some-object`")),
    );
    let files = package(Language::Npm, &Names::default(), &all, Version::FIRST).unwrap();
    let expected = r#"// The keys of all permissions. Generated; changes are lost.

/** All keys, in order. */
export declare const BACK_OFFICE_PERMISSIONS: readonly [
  /**
   * Does all *\/ \@it
   * @deprecated use `query:some-object`
   */
  "ADMIN",
  "query:some-object",
];

/** One of the keys. */
export type BackOfficePermission = (typeof BACK_OFFICE_PERMISSIONS)[number];

/** Whether a value is one of the keys. */
export declare function isBackOfficePermission(value: unknown): value is BackOfficePermission;
"#;
    assert_eq!(files["index.d.ts"], expected);
    assert_eq!(files["index.d.cts"], expected);
    let python = package(Language::Python, &Names::default(), &all, Version::FIRST).unwrap();
    let python = &python["backoffice_permissions/__init__.py"];
    assert!(python.contains(
        "    #: Does all */ @it\n    #: Deprecated: use `query:some-object`\n    ADMIN = \"ADMIN\"\n"
    ));
    let go = package(Language::Go, &Names::default(), &all, Version::FIRST).unwrap();
    assert!(
        go["backofficepermissions.go"].contains(
            "//\n// Deprecated: use `query:some-object`\nconst BackOfficePermissionAdmin "
        )
    );
    let rust = package(Language::Rust, &Names::default(), &all, Version::FIRST).unwrap();
    assert!(
        rust["src/lib.rs"]
            .contains("    #[deprecated(note = \"use `query:some-object`\")]\n    Admin,\n")
    );
}

#[test]
fn a_second_major_version_has_another_path_in_go() {
    let go = |text: &str| {
        package(
            Language::Go,
            &Names::default(),
            &keys(&["a"]),
            version(text),
        )
        .unwrap()["go.mod"]
            .clone()
    };
    assert!(go("1.9.0").starts_with("module example.com/backoffice-permissions\n"));
    assert!(go("2.0.0").starts_with("module example.com/backoffice-permissions/v2\n"));
}

#[test]
fn names_that_would_not_compile_are_refused() {
    let names = Names::default;
    for (array, union, guard) in [
        ("A", "B", "C"),
        ("class", "Permission", "isIt"),
        ("A", "permission", "isIt"),
        ("A", "Self", "isIt"),
        ("A", "StrEnum", "isIt"),
        ("A", "Permission", "A"),
        ("Permission", "Permission", "isIt"),
        ("A-B", "Permission", "isIt"),
        ("A", "Permission", "is\"It"),
        ("", "Permission", "isIt"),
        ("known", "Permission", "isIt"),
    ] {
        assert!(
            names().with_constants(array, union, guard).is_err(),
            "{array} {union} {guard}"
        );
    }
    for name in [
        "", "A", "@seek", "@/x", "../x", "a b", "a\"", "@a/b/c", ".a", "_a",
    ] {
        assert!(names().with_npm(name).is_err(), "{name}");
    }
    for name in ["", "class", "1a", "a-", "A", "a/b", "a\n"] {
        assert!(names().with_python(name).is_err(), "{name}");
    }
    for name in ["", "self", "1a", "a.b", "A", "test", "a\""] {
        assert!(names().with_rust(name).is_err(), "{name}");
    }
    for name in [
        "", "a", "a/../b", "a/b/v2", "a/1", "a/func", "a b/c", "a//b", "a/b/",
    ] {
        assert!(names().with_go(name).is_err(), "{name}");
    }
    let good = names()
        .with_constants("PERMISSIONS", "Permission", "isPermission")
        .unwrap();
    let good = good
        .with_npm("@seek/permissions")
        .unwrap()
        .with_python("seek.permissions")
        .unwrap();
    let good = good.with_rust("seek-permissions").unwrap();
    assert!(good.with_go("github.com/SEEK-Jobs/permissions").is_ok());
}

#[test]
fn the_keys_of_a_repository_come_with_what_is_said_of_them() {
    let text = "A: [a@x.com]\nB: {description: Does it, deprecated: use A, grants: [a@x.com]}\n";
    let file = Content::Bytes(text.as_bytes().to_vec());
    let repository = Repository::read([("config/permissions.yaml".to_owned(), file)]);
    assert!(
        !repository
            .validate(None, "2026-11-28T09:00:00Z".parse().unwrap())
            .has_errors()
    );
    let expected = [
        ("A", key(1, "", None)),
        ("B", key(2, "Does it", Some("use A"))),
    ];
    let expected = expected.map(|(name, key)| (name.to_owned(), key));
    assert_eq!(repository.keys(), Keys::from(expected));
}
