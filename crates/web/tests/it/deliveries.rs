//! What is told outside: admins see it and decide about what was given up, on record.

use std::time::Duration;

use portcullis_store::{
    AuditEventFilter, Due, Effect, EffectState, LeaseTerms, OutboxFilter, OutboxRow, Settlement,
};
use portcullis_testkit::TestApp;
use serde_json::json;

use crate::browser::Browser;

/// Three deliveries of a sink: one was given up, one behind it waits, one is done.
async fn told(app: &TestApp) -> Vec<OutboxRow> {
    let (outbox, now) = (app.app.store().outbox(), app.app.now());
    let effect = |order: &str, key: &str, text: &str| Effect {
        order_key: order.into(),
        dedup_key: key.into(),
        payload: json!({ "type": "group.created", "text": text }),
        delay: Duration::ZERO,
    };
    let effects = [
        ("a", "1", "One <b>thing</b>."),
        ("a", "2", "Another thing."),
        ("b", "3", "A third thing."),
    ];
    let effects = effects.map(|(order, key, text)| ("siem".to_owned(), effect(order, key, text)));
    let due = Due {
        from: None,
        until: now,
        position: app.world().position(),
        effects: effects.into(),
    };
    assert!(outbox.write_due("test", due).await.unwrap());
    let terms = LeaseTerms {
        owner: "test".into(),
        until: now.plus_seconds(60),
        most: 9,
        together: 1,
    };
    let leased = outbox.claim("siem", now, &terms).await.unwrap();
    let settled = leased
        .into_iter()
        .map(|lease| match lease.effect.dedup_key.as_str() {
            "1" => (
                lease,
                Settlement::Dead {
                    why: "HTTP 410: <i>gone</i>".into(),
                },
            ),
            _ => (
                lease,
                Settlement::Done {
                    receipt: "HTTP 204".into(),
                },
            ),
        });
    outbox.settle(settled.collect(), now).await.unwrap();
    rows(app).await
}

async fn rows(app: &TestApp) -> Vec<OutboxRow> {
    let mut rows = app
        .app
        .store()
        .outbox()
        .list(&OutboxFilter::default())
        .await
        .unwrap()
        .items;
    rows.reverse();
    rows
}

#[tokio::test]
async fn admins_see_what_is_told_outside_and_nobody_else_does() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let page = ada.get("/settings/deliveries").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Nothing was told outside yet"));
    told(&app).await;
    let page = ada.get("/settings/deliveries").await.text;
    for part in [
        "One &#60;b&#62;thing",
        "Another thing.",
        "HTTP 410: &#60;i&#62;gone",
        "HTTP 204",
        "given up",
        "delivered",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let dead = ada
        .get("/settings/deliveries?state=dead&sink=siem")
        .await
        .text;
    assert!(
        dead.contains("One ") && !dead.contains("A third thing."),
        "{dead}"
    );
    let none = ada.get("/settings/deliveries?sink=nobody").await.text;
    assert!(none.contains("No delivery like that"), "{none}");
    for login in ["olga", "sven"] {
        let other = Browser::new(&app, login)?;
        assert_eq!(other.get("/settings/deliveries").await.status, 403);
        let tried = other
            .post(
                "/settings/deliveries/decide",
                &[("effect", "1"), ("do", "retry")],
            )
            .await;
        assert_eq!(tried.status, 403);
        assert!(
            !other
                .get("/activity")
                .await
                .text
                .contains("/settings/deliveries")
        );
    }
    assert!(
        ada.get("/activity")
            .await
            .text
            .contains("/settings/deliveries")
    );
    assert!(
        app.app
            .store()
            .audit_events(&AuditEventFilter::default())
            .await?
            .items
            .is_empty()
    );
    Ok(())
}

#[tokio::test]
async fn what_was_given_up_is_delivered_again_or_skipped_with_a_reason_on_record()
-> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let ada = Browser::new(&app, "ada")?;
    let all = told(&app).await;
    let (dead, behind) = (all[0].id.to_string(), all[1].id.to_string());
    let decide = "/settings/deliveries/decide?state=dead";
    for (fields, wrong) in [
        (vec![("do", "retry")], "select at least one"),
        (vec![("effect", &*dead), ("do", "skip")], "say why"),
        (vec![("effect", &*dead)], "choose whether"),
        (
            vec![("effect", &*behind), ("do", "retry")],
            "is not dead any more",
        ),
        (
            vec![("effect", "99999"), ("do", "retry")],
            "99999 is not dead",
        ),
    ] {
        let reply = ada.post(decide, &fields).await;
        assert_eq!(reply.status, 422, "{wrong}");
        assert!(reply.text.contains(wrong), "{wrong}: {}", reply.text);
    }
    assert_eq!(rows(&app).await, all);
    assert_eq!(
        ada.post(decide, &[("effect", &*dead), ("do", "retry")])
            .await
            .status,
        303
    );
    assert_eq!(rows(&app).await[0].state, EffectState::Waiting);
    let skip = [
        ("effect", &*dead),
        ("effect", &*behind),
        ("do", "skip"),
        ("reason", "the receiver is gone"),
    ];
    assert_eq!(ada.post(decide, &skip).await.status, 303);
    let now = rows(&app).await;
    assert!(now[..2].iter().all(|row| row.state == EffectState::Skipped));
    assert_eq!(now[0].receipt.as_deref(), Some("the receiver is gone"));
    let events = app
        .app
        .store()
        .audit_events(&AuditEventFilter::default())
        .await?
        .items;
    let kinds: Vec<_> = events
        .iter()
        .rev()
        .map(|event| event.kind.as_str())
        .collect();
    assert_eq!(kinds, ["outbox.retry", "outbox.skip", "outbox.skip"]);
    assert!(
        events
            .iter()
            .all(|event| event.actor.is_some_and(|actor| actor.user().is_some()))
    );
    Ok(())
}
