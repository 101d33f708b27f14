//! Names of files, environments and what stands in a manifest.

use super::*;

#[test]
fn what_cannot_stand_in_a_path_or_a_manifest_is_refused() {
    let new =
        |environment: &str, about: About| Publication::new(environment, &resolved(SMALL), about);
    for environment in ["", "..", "Prod", "a/b", "é"] {
        let refused = new(environment, about(0)).unwrap_err();
        assert_eq!(refused, PublishError::Environment(environment.to_owned()));
    }
    for commit in ["", "a b", "\"", "<", "é", "\u{7f}"] {
        let source = Source {
            commit: commit.to_owned(),
            repository: None,
        };
        let refused = new("prod", About { source, ..about(0) }).unwrap_err();
        assert_eq!(refused, PublishError::Text(commit.to_owned()));
    }
    let twins = resolved(&[("a", &[]), ("A", &["x@x.com"])]);
    assert_eq!(
        Publication::new("prod", &twins, about(0)).unwrap_err(),
        PublishError::SameFile("A".to_owned(), "a".to_owned())
    );
    let old = manifest(&plan(None, &publication(SMALL, 0)));
    let dev = new("dev", about(1)).unwrap();
    assert!(matches!(
        publisher().what_to_write(Some(&old), &dev),
        Err(PublishError::OtherEnvironment { .. })
    ));
}

#[test]
fn names_fit_every_disk() {
    for (key, name) in [
        ("query:some-object", "query%3Asome-object"),
        ("ADMIN_OFFBOARDING", "ADMIN_OFFBOARDING"),
        ("a/b\\c", "a%2Fb%5Cc"),
        (".", "%2E"),
        ("..", "%2E."),
        (".hidden", "%2Ehidden"),
        ("CON", "%43ON"),
        ("nul.x", "%6Eul.x"),
        ("console", "console"),
        ("lpt9", "%6Cpt9"),
        ("100%", "100%25"),
        ("a b", "a%20b"),
        ("é*", "%C3%A9%2A"),
        ("long/x", "long%2Fx"),
    ] {
        assert_eq!(
            by_permission(key),
            format!("by-permission/{name}.json"),
            "{key}"
        );
    }
    let (most, more) = ("a".repeat(250), "a".repeat(251));
    assert_eq!(by_permission(&most), format!("by-permission/{most}.json"));
    let long = format!("by-permission/long/{}.json", Digest::of(more.as_bytes()));
    assert_eq!(by_permission(&more), long);
}

#[test]
fn a_long_name_is_told_in_the_manifest() {
    let key = "😀".repeat(200);
    let read = manifest(&plan(
        None,
        &publication(&[(&key, &["a@x.com"]), ("b", &[])], 0),
    ));
    let name = format!("by-permission/long/{}.json", Digest::of(key.as_bytes()));
    assert!(read.files.contains_key(&name));
    assert_eq!(
        read.long_names,
        BTreeMap::from([("%F0%9F%98%80".repeat(200), name)])
    );
}

proptest::proptest! {
    #[test]
    fn two_keys_never_share_a_file(one in "\\PC{1,30}", two in "\\PC{1,30}") {
        proptest::prop_assume!(one != two);
        let name = by_permission(&one);
        proptest::prop_assert_ne!(&name, &by_permission(&two));
        let file = name.strip_prefix("by-permission/").unwrap();
        let file = file.strip_prefix("long/").unwrap_or(file);
        proptest::prop_assert!(file.len() <= 255 && !file.starts_with('.'));
        proptest::prop_assert!(file.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
    }
}
