//! What is asked on the command line, and what it is told to ask next.

use crate::run::Place;

#[test]
fn what_to_do_next_names_the_same_data() {
    let place = Place::new();
    std::fs::write(
        place.path().join("o.json"),
        r#"{"people":[{"login":"ana"}]}"#,
    )
    .unwrap();
    let data = ["--data", "my data.sqlite"];
    let ran = place
        .run(&[&["import", "org", "o.json"], &data[..]].concat())
        .ok();
    let next = "`portcullis init EMAIL --data 'my data.sqlite'`";
    assert!(ran.stderr.contains(next), "{ran:?}");
    let doctor = place.run(&[&["doctor"], &data[..]].concat());
    assert!(doctor.stdout.contains(next), "{doctor:?}");
    let ran = place
        .run(&[&["init", "root@example.com"], &data[..]].concat())
        .ok();
    assert!(
        ran.stderr
            .contains("`portcullis serve --data 'my data.sqlite'`"),
        "{ran:?}"
    );
    let ran = place.run(&[&["who-can", "nothing:at-all"], &data[..]].concat());
    assert!(
        ran.stderr.contains("access LOGIN --data 'my data.sqlite'`"),
        "{ran:?}"
    );
    let ran = place.run(&[&["outbox", "retry", "7"], &data[..]].concat());
    assert!(
        ran.stderr.contains("outbox list --data 'my data.sqlite'`"),
        "{ran:?}"
    );
}

#[test]
fn who_is_no_more_is_found_by_id_and_by_last_name() {
    let place = Place::new();
    let brings_in = |text: &str| {
        std::fs::write(place.path().join("p.json"), text).unwrap();
        place.run(&["import", "policy", "p.json"]).ok();
    };
    brings_in(r#"{"users":[{"login":"eve"}],"groups":[{"name":"core","members":["eve"]}]}"#);
    let url = format!(
        "sqlite:{}",
        place.path().join("portcullis.sqlite").display()
    );
    let id = tokio::runtime::Runtime::new().unwrap().block_on(async {
        use portcullis_app::{App, RandomIds, SystemClock, user::DeleteUser};
        use portcullis_model::{Actor, Policy, SystemActor};
        use portcullis_store::{Live, Store};
        let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
        let (clock, ids) = (
            std::sync::Arc::new(SystemClock),
            std::sync::Arc::new(RandomIds),
        );
        let app = App::new(live, clock, ids, Policy::default());
        let user = app.world().find_user("eve").unwrap().id;
        let context = app.context(Actor::System(SystemActor::Operator));
        app.commit(context, DeleteUser { user }, None)
            .await
            .unwrap();
        app.store().close().await;
        user.to_string()
    });
    for subject in ["eve", "user:eve", id.as_str(), &format!("user:{id}")] {
        let found = place
            .run(&["audit", "--subject", subject, "--json"])
            .ok()
            .json();
        let entries = found["entries"].as_array().unwrap();
        let operations: Vec<_> = entries
            .iter()
            .map(|e| e["operation"].as_str().unwrap())
            .collect();
        assert_eq!(operations, ["user.delete", "import.policy"], "{subject}");
    }
    let none = place.run(&["audit", "--subject", "group:eve"]);
    assert_eq!(none.code, 1, "{none:?}");
    // Whoever has the login now is meant by it.
    brings_in(r#"{"users":[{"login":"EVE"}]}"#);
    let found = place
        .run(&["audit", "--subject", "eve", "--json"])
        .ok()
        .json();
    assert_eq!(found["entries"].as_array().unwrap().len(), 1, "{found}");
}

#[test]
fn a_day_begins_where_a_stretch_does_and_ends_where_it_ends() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    let today = portcullis_app::Clock::now(&portcullis_app::SystemClock);
    let today = today.to_string()[..10].to_owned();
    let day = ["diff", "--from", &today, "--to", &today, "--json"];
    let diff = place.run(&day).ok().json();
    assert_eq!(diff["from"].as_str().unwrap(), format!("{today}T00:00:00Z"));
    assert!(
        diff["to"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{today}T23:59:59")),
        "{diff}"
    );
    assert!(diff["counts"]["gains"].as_u64().unwrap() > 0, "{diff}");
    let day = ["audit", "--since", &today, "--until", &today, "--json"];
    let audit = place.run(&day).ok().json();
    assert!(!audit["entries"].as_array().unwrap().is_empty(), "{audit}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_found_and_no_riddle() {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    for (damage, said) in [
        ("UPDATE users SET body = 'x'", "cannot be read"),
        ("UPDATE users SET id = 'x'", "cannot be read"),
        ("UPDATE log SET body = 'x'", "broken at 1"),
        ("UPDATE log SET hash = 'x'", "broken at 1"),
        ("UPDATE log SET at = 'x'", "broken at 1"),
    ] {
        let copy = place.path().join("copy.sqlite");
        let _ = std::fs::remove_file(&copy);
        place.run(&["backup", "copy.sqlite"]).ok();
        let mut db = portcullis_testkit::db::on_sqlite().unwrap();
        db.url = format!("sqlite:{}", copy.display());
        let script =
            format!("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {damage}");
        db.script(script).await.unwrap();
        let ran = place.run(&["audit", "verify", "--data", "copy.sqlite"]);
        assert_eq!(ran.code, 3, "{damage}: {ran:?}");
        assert!(ran.stdout.contains(said), "{damage}: {ran:?}");
        assert!(!ran.stderr.contains("audit verify"), "{damage}: {ran:?}");
    }
}
