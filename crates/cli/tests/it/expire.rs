//! What has ended by time, where the program waits for somebody's word.

use std::sync::Arc;

use portcullis_app::{App, RandomIds, group::AddPeople};
use portcullis_model::{Actor, Expiry, MembershipKind, Policy, Reason, SystemActor};
use portcullis_store::{Live, Store};
use portcullis_testkit::{ManualClock, app::company};

use crate::run::Place;

/// A company of two months ago, of which two members have ended since.
async fn long_ago(place: &Place) {
    let url = format!(
        "sqlite:{}",
        place.path().join("portcullis.sqlite").display()
    );
    let now = portcullis_app::Clock::now(&portcullis_app::SystemClock);
    let clock = ManualClock::at(now.plus_days(-60).to_jiff());
    let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
    let app = App::new(
        live,
        Arc::new(clock),
        Arc::new(RandomIds),
        Policy::default(),
    );
    company(&app).await.unwrap();
    let world = app.world();
    let user = |login: &str| world.find_user(login).unwrap().id;
    let add = AddPeople {
        group: world.find_group("Wiki").unwrap().id,
        kind: MembershipKind::Member,
        users: vec![user("sven"), user("mia")],
        until: Expiry::at(now.plus_days(-50)),
        reason: Reason::default(),
    };
    let context = app.context(Actor::System(SystemActor::Operator));
    app.commit(context, add, None).await.unwrap();
    app.store().close().await;
}

#[tokio::test]
async fn after_a_long_silence_ends_wait_for_a_word() {
    let place = Place::new();
    long_ago(&place).await;
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 3, "{doctor:?}");
    assert!(
        doctor.stdout.contains("look at: the clock shows"),
        "{doctor:?}"
    );

    let refused = place.run(&["expire"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused
            .stderr
            .contains("portcullis expire --allow-removals 2"),
        "{refused:?}"
    );
    let refused = place.run(&["expire", "--allow-removals", "1"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains("2 grants have ended at once"),
        "{refused:?}"
    );

    let done = place
        .run(&["expire", "--allow-removals", "2", "--json"])
        .ok()
        .json();
    assert_eq!((&done["ended"], &done["left"]), (&2.into(), &0.into()));
    let doctor = place.run(&["doctor"]);
    assert!(!doctor.stdout.contains("the clock shows"), "{doctor:?}");
    let done = place.run(&["expire"]).ok();
    assert!(done.stdout.contains("recorded 0 grants"), "{done:?}");
    let audit = place.run(&["audit", "--limit", "1"]).ok();
    assert!(audit.stdout.contains("time.expire"), "{audit:?}");
}

#[tokio::test]
async fn more_ends_at_once_than_configured_wait_for_a_word() {
    let place = Place::new();
    long_ago(&place).await;
    let config = "[limits]\nclock_jump_days = 0\nended_at_once = 1\n";
    std::fs::write(place.path().join("portcullis.toml"), config).unwrap();
    let doctor = place.run(&["doctor"]);
    assert!(
        doctor
            .stdout
            .contains("look at: 2 grants have ended at once"),
        "{doctor:?}"
    );
    assert_eq!(place.run(&["expire"]).code, 1);
    let two = config.replace("once = 1", "once = 2");
    std::fs::write(place.path().join("portcullis.toml"), two).unwrap();
    let done = place.run(&["expire"]).ok();
    assert!(done.stdout.contains("recorded 2 grants"), "{done:?}");
}
