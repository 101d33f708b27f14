//! What is written, in which order, and that nothing is where nothing changed.

use super::*;

#[test]
fn files_are_canonical_and_named_by_person_and_permission() {
    let publication = publication(SMALL, 0);
    let files: BTreeMap<&str, &str> = publication
        .files()
        .map(|(name, bytes)| (name, std::str::from_utf8(bytes).unwrap()))
        .collect();
    assert_eq!(
        files,
        BTreeMap::from([
            (
                "all.json",
                r#"{"permissions":{"ADMIN":["ana@x.com"],"query:some-object":["ana@x.com","ben@x.com"],"unused":[]}}"#
            ),
            (
                ANA,
                r#"{"email":"ana@x.com","permissions":["ADMIN","query:some-object"]}"#
            ),
            (
                &by_email("BEN@X.com"),
                r#"{"email":"ben@x.com","permissions":["query:some-object"]}"#
            ),
            (
                "by-permission/ADMIN.json",
                r#"{"emails":["ana@x.com"],"permission":"ADMIN"}"#
            ),
            (
                "by-permission/query%3Asome-object.json",
                r#"{"emails":["ana@x.com","ben@x.com"],"permission":"query:some-object"}"#
            ),
            (
                "by-permission/unused.json",
                r#"{"emails":[],"permission":"unused"}"#
            ),
        ])
    );
}

#[test]
fn the_manifest_is_written_as_documented() {
    let about = About {
        next_expiry: Some(at(30)),
        ..about(0)
    };
    let publication = Publication::new("prod", &resolved(&[("A", &[])]), about).unwrap();
    let writes = plan(None, &publication);
    // `printf '{"permissions":{"A":[]}}' | sha256sum` and so on.
    let generation = "e188b6e508039631e8b873c5bbaf72e90c8a6be268c0462332afc70869f5d9e1";
    let permission = "1e349bee304b99f0fe1bc2eed0547c6ec5864b3d66abb9a6983ae618d42be784";
    let expected = format!(
        r#"{{"checked_at":"2026-11-28T09:00:00Z","counts":{{"associations":0,"people":0,"permissions":1}},"created_at":"2026-11-28T09:00:00Z","directory_read_at":"2026-11-28T09:00:00Z","environment":"prod","files":{{"all.json":{{"generation":"{generation}","sha256":"{generation}","size":24}},"by-permission/A.json":{{"generation":"{generation}","sha256":"{permission}","size":30}}}},"generation":"{generation}","long_names":{{}},"next_expiry":"2026-11-28T09:30:00Z","renewed_every":null,"sequence":1,"source":{{"commit":"c0","repository":"SEEK-Jobs/access"}},"stale":null,"version":1}}"#
    );
    assert_eq!(
        String::from_utf8(writes.last().unwrap().bytes.clone()).unwrap(),
        expected
    );
    let folder = format!("v1/prod/generations/{generation}");
    assert_eq!(
        paths(&writes),
        [
            format!("{folder}/all.json"),
            format!("{folder}/by-permission/A.json"),
            format!("{folder}/manifest.json"),
            "v1/prod/manifest.json".to_owned(),
        ]
    );
    let conditions: Vec<_> = writes.iter().map(|write| write.condition.clone()).collect();
    assert_eq!(
        conditions,
        [
            Condition::Immutable,
            Condition::Immutable,
            Condition::KeepFirst,
            Condition::First
        ]
    );
}

#[test]
fn the_same_permissions_give_the_same_bytes() {
    let turned: Vec<_> = SMALL.iter().rev().copied().collect();
    let writes = plan(None, &publication(SMALL, 0));
    assert_eq!(writes, plan(None, &publication(&turned, 0)));
    let generation = |minute| publication(SMALL, minute).generation().clone();
    assert_eq!(generation(0), generation(9));
}

#[test]
fn nothing_new_writes_nothing() {
    let old = manifest(&plan(None, &publication(SMALL, 0)));
    // Another commit, a later reading, weeks of minutes: the result is the same.
    for minute in [0, 1, 600] {
        assert_eq!(plan(Some(&old), &publication(SMALL, minute)), []);
    }
}

#[test]
fn only_what_changed_is_written_and_the_manifest_last() {
    let first = plan(None, &publication(SMALL, 0));
    let old = manifest(&first);
    let changed: &[(&str, &[&str])] = &[SMALL[0], ("query:some-object", &["ana@x.com"]), SMALL[2]];
    let new = publication(changed, 5);
    let writes = plan(Some(&old), &new);
    let folder = format!("v1/prod/generations/{}", new.generation());
    assert_eq!(
        paths(&writes),
        [
            format!("{folder}/all.json"),
            format!("{folder}/by-permission/query%3Asome-object.json"),
            format!("{folder}/manifest.json"),
            "v1/prod/manifest.json".to_owned(),
        ],
        "ana has what she had, and ben has no file any more"
    );
    assert_eq!(
        writes.last().unwrap().condition,
        Condition::Replaces(Digest::of(&first.last().unwrap().bytes))
    );
    let read = manifest(&writes);
    assert_eq!(read.path(&by_email("ben@x.com")), None);
    assert_eq!(
        read.path(ANA).unwrap(),
        format!("v1/prod/generations/{}/{ANA}", old.generation)
    );
    assert_eq!((old.sequence, read.sequence), (1, 2));
    assert_eq!(
        (read.created_at, read.source.commit.as_str()),
        (at(5), "c5")
    );
}

#[test]
fn a_later_end_is_told_without_a_new_generation() {
    let old = manifest(&plan(None, &publication(SMALL, 0)));
    let about = About {
        next_expiry: Some(at(90)),
        ..about(1)
    };
    let writes = plan(
        Some(&old),
        &Publication::new("prod", &resolved(SMALL), about).unwrap(),
    );
    assert_eq!(paths(&writes), ["v1/prod/manifest.json"]);
    let read = manifest(&writes);
    assert_eq!(read.next_expiry, Some(at(90)));
    assert_eq!(
        (read.created_at, read.source.commit.as_str()),
        (at(0), "c0")
    );
}

#[test]
fn two_publishers_meet_and_one_wins() {
    let mut store = Store::default();
    let (one, two) = (publication(SMALL, 0), publication(&SMALL[..1], 0));
    assert!(store.write(&plan(None, &one), 99));
    assert!(
        !store.write(&plan(None, &two), 99),
        "the first manifest is there"
    );
    let old = store.manifest();
    let late = plan(old.as_ref(), &publication(&SMALL[1..], 3));
    assert!(store.write(&plan(old.as_ref(), &two), 99));
    assert!(
        !store.write(&late, 99),
        "the manifest is not the one that was read"
    );
    assert_eq!(store.read().unwrap().permissions.len(), 1);
}

proptest::proptest! {
    /// Whenever a publisher stops, a reader has one publication whole: the last one that was finished.
    #[test]
    fn a_reader_has_a_generation_whole(
        steps in proptest::collection::vec((proptest::collection::vec((0..4_usize, 0..4_usize), 0..6), 0..14_usize), 1..8)
    ) {
        let mut store = Store::default();
        let mut expected = None;
        for (minute, (pairs, stops_after)) in (0..).zip(steps) {
            let mut permissions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (key, person) in pairs {
                permissions.entry(format!("k{key}")).or_default().insert(format!("p{person}@x.com"));
            }
            let resolved = of(permissions);
            let new = Publication::new("prod", &resolved, about(minute)).unwrap();
            let old = store.manifest();
            let writes = plan(old.as_ref(), &new);
            if store.write(&writes, stops_after) {
                expected = Some(resolved);
            }
            proptest::prop_assert_eq!(store.read(), expected.clone());
        }
    }
}

#[test]
fn what_rests_on_an_older_answer_is_refused() {
    let old = manifest(&plan(None, &publication(SMALL, 10)));
    let older = publication(&[], 9);
    assert_eq!(
        publisher().what_to_write(Some(&old), &older),
        Err(PublishError::OlderDirectory {
            new: at(9),
            old: at(10)
        })
    );
}
