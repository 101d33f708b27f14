//! What a reader makes of a manifest: how old it is, and what is none.

use portcullis_code::{Directory, Findings};

use super::*;

#[test]
fn no_answer_of_the_directory_leaves_the_files_and_is_told_once() {
    let mut store = Store::default();
    store.write(&plan(None, &publication(SMALL, 0)), 99);
    let old = store.manifest().unwrap();
    assert_eq!(old.age_seconds(at(60)), 0, "nothing tells that it is old");
    let stale = publisher().mark_stale(&old, Trouble::Partial, at(10), Some(at(5)));
    let write = stale.unwrap().unwrap();
    assert!(store.write(std::slice::from_ref(&write), 99));
    let read = store.manifest().unwrap();
    assert_eq!(read.files, old.files);
    assert_eq!(
        store.read().unwrap(),
        resolved(&[("ADMIN", &["ana@x.com"]), SMALL[1], SMALL[2]])
    );
    let told = String::from_utf8(write.bytes).unwrap();
    assert!(
        told.contains(r#""stale":{"reason":"partial","since":"2026-11-28T09:10:00Z"}"#),
        "{told}"
    );
    assert_eq!(
        read.age_seconds(at(65)),
        60 * 60,
        "since the directory was last read wholly"
    );
    let again = publisher().mark_stale(&read, Trouble::Unreachable, at(11), None);
    assert_eq!(again.unwrap(), None);
    // It is there again and says the same.
    let writes = plan(Some(&read), &publication(SMALL, 20));
    assert_eq!(paths(&writes), ["v1/prod/manifest.json"]);
    assert_eq!(manifest(&writes).stale, None);
}

#[test]
fn a_manifest_is_renewed_where_that_is_asked_for() {
    let publisher = Publisher {
        renew_every: Some(3600),
        ..publisher()
    };
    let write = |old: Option<&Manifest>, minute| {
        publisher
            .what_to_write(old, &publication(SMALL, minute))
            .unwrap()
    };
    let old = manifest(&write(None, 0));
    assert_eq!(write(Some(&old), 59), []);
    assert_eq!(
        old.age_seconds(at(90)),
        90 * 60,
        "a publisher that has died shows"
    );
    let renewed = write(Some(&old), 60);
    assert_eq!(paths(&renewed), ["v1/prod/manifest.json"]);
    assert_eq!(manifest(&renewed).age_seconds(at(90)), 30 * 60);
}

#[test]
fn what_has_ended_counts_as_old() {
    let about = About {
        next_expiry: Some(at(30)),
        ..about(0)
    };
    let read = manifest(&plan(
        None,
        &Publication::new("prod", &resolved(SMALL), about).unwrap(),
    ));
    assert_eq!(
        (read.age_seconds(at(30)), read.age_seconds(at(40))),
        (0, 600)
    );
}

#[test]
fn a_reader_refuses_what_is_not_as_it_was_published() {
    let writes = plan(None, &publication(SMALL, 0));
    let bytes = &writes.last().unwrap().bytes;
    let text = String::from_utf8(bytes.clone()).unwrap();
    let read = |text: &str| Manifest::read(text.as_bytes(), "prod", Trust::Store);
    let good = read(&text).unwrap();
    assert_eq!(
        read(&text.replace("\"version\":1", "\"version\":2,\"new\":true")),
        Err(ManifestError::Version(2))
    );
    assert_eq!(
        read(&text.replace(":{", ": {")),
        Err(ManifestError::NotCanonical)
    );
    for wrong in [
        text.replace("\"version\":1", "\"new\":true,\"version\":1"),
        text.replace("\"sequence\":1", "\"sequence\":1,\"sequence\":1"),
        text.replace("\"stale\":null,", ""),
        text.replace("\"generation\":\"", "\"generation\":\"A"),
        String::new(),
        "[]".to_owned(),
        text[..text.len() - 1].to_owned(),
    ] {
        assert!(
            matches!(
                read(&wrong),
                Err(ManifestError::Form(_) | ManifestError::NotCanonical)
            ),
            "{wrong}"
        );
    }
    assert_eq!(
        Manifest::read(bytes, "dev", Trust::Store),
        Err(ManifestError::Environment("prod".to_owned()))
    );
    let mut forged = writes[0].bytes.clone();
    assert_eq!(good.check("all.json", &forged), Ok(()));
    forged[2] = b'P';
    let refused = Err(ManifestError::Digest("all.json".to_owned()));
    assert_eq!(good.check("all.json", &forged), refused, "of the same size");
    assert_eq!(
        good.check("all.json", b"{}"),
        Err(ManifestError::Digest("all.json".to_owned()))
    );
    assert_eq!(
        good.check("x", b"{}"),
        Err(ManifestError::NoFile("x".to_owned()))
    );
    let later = manifest(&plan(Some(&good), &publication(&[], 1)));
    assert_eq!(later.follows(&good), Ok(()));
    assert_eq!(
        good.follows(&later),
        Err(ManifestError::Earlier { found: 1, seen: 2 })
    );
}

#[test]
fn a_manifest_names_no_file_elsewhere() {
    let writes = plan(None, &publication(SMALL, 0));
    let text = String::from_utf8(writes.last().unwrap().bytes.clone()).unwrap();
    for name in [
        "../x.json",
        "by-permission/../../x.json",
        "by-permission/.json",
        "by-email/x.json",
        "/all.json",
        "manifest.json",
        "by-permission/long/x.json",
    ] {
        let forged = text.replace("\"by-permission/ADMIN.json\"", &format!("\"{name}\""));
        let read = Manifest::read(forged.as_bytes(), "prod", Trust::Store);
        let refused = ManifestError::Form(format!("no file is called `{name}`"));
        assert_eq!(read, Err(refused));
    }
}

#[test]
fn an_answer_that_cannot_be_or_is_old_is_none() {
    let judged = |organizations: &str, minute| {
        let people = r#"[{"id":1,"login":"ana","name":null,"email":null}]"#;
        let text = format!(r#"{{"people":{people},"organizations":{organizations}}}"#);
        let mut findings = Findings::default();
        let read = Directory::read("directory.json", text.as_bytes(), &mut findings).unwrap();
        Trouble::of(&read, at(0), at(minute), 600)
    };
    let with = r#"{"login":"A","owners":["ana"],"members":["ana"],"teams":[]}"#;
    let without = r#"{"login":"B","owners":[],"members":[],"teams":[]}"#;
    assert_eq!(judged("[]", 0), Some(Trouble::Empty));
    assert_eq!(
        judged(&format!("[{with},{without}]"), 0),
        Some(Trouble::Empty)
    );
    assert_eq!(judged(&format!("[{with}]"), 10), None);
    assert_eq!(judged(&format!("[{with}]"), 11), Some(Trouble::Old));
}
