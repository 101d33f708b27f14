//! A server that cannot read what others wrote answers nothing from what it knew before.

use std::time::Duration;

use jiff::SignedDuration;
use portcullis_testkit::{TestApp, both_engines};
use portcullis_web::Limits;
use serde_json::json;

/// Asks `/healthz` until it answers with this status.
async fn until_health_is(app: &TestApp, status: u16) -> serde_json::Value {
    for _ in 0..300 {
        let health = app.anonymous().get("/healthz").await;
        if health.status == status {
            return health.body;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("/healthz did not become {status}");
}

both_engines! {
    async fn decisions_stop_while_the_log_cannot_be_read_and_go_on_by_themselves(db: Database) {
        let limits = Limits { stale_after: Duration::from_secs(3), ..Limits::default() };
        let app = TestApp::within(db, limits).await?;
        let script = async |sql: &str| app.database.script(sql.to_owned()).await;
        let ada = app.as_user("ada");
        let question = json!({
            "subject": { "type": "user", "id": "ada" },
            "action": { "name": "use" },
            "resource": { "type": "permission", "id": "anything" },
        });
        let ask = async || ada.post("/access/v1/evaluation", question.clone()).await;
        let _ = ask().await.expect(200);

        // As another process would leave it whose entry this version cannot read.
        script("UPDATE log_head SET position = position + 1").await?;
        // It is still answered for a while: one look that fails is no reason to stop.
        let _ = ask().await.expect(200);
        let health = until_health_is(&app, 503).await;
        assert_eq!(health["status"], "stale");
        let ready = app.anonymous().get("/readyz").await.expect(503);
        assert_eq!(ready.body["status"], "stale");
        let refused = ask().await.expect(503);
        assert_eq!(refused.body["code"], "stale");
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.contains("audit verify") && detail.contains("limits.stale_after"), "{detail}");
        assert_eq!(health["detail"].as_str().unwrap()[..30], detail[..30]);
        for path in ["/api/v1/me", "/api/v1/groups", "/", "/groups"] {
            assert_eq!(ada.get(path).await.status, 503, "{path}");
        }

        script("UPDATE log_head SET position = position - 1").await?;
        assert_eq!(until_health_is(&app, 200).await["status"], "ok");
        let _ = ask().await.expect(200);
    }
}

both_engines! {
    async fn a_past_world_of_another_history_is_not_answered(db: Database) {
        let app = TestApp::on(db).await?;
        let ada = app.as_user("ada");
        app.clock.advance(SignedDuration::from_secs(60));
        let then = app.app.now();
        app.clock.advance(SignedDuration::from_secs(60));
        let _ = ada.post("/api/v1/tags", json!({ "name": "Later" })).await.expect(201);
        let name = async || {
            let path = format!("/api/v1/users/mia?at={then}");
            ada.get(&path).await.expect(200).body["name"].clone()
        };
        assert_eq!(name().await, "Mia Member");
        // As a restored database has it, in which the same positions hold other entries.
        let hash = if app.database.is_postgres() { "decode(repeat('ab', 32), 'hex')" } else { "randomblob(32)" };
        app.database.script(format!(
            "UPDATE users SET body = REPLACE(body, 'Mia Member', 'Mia Restored'); \
             UPDATE log SET hash = {hash}; \
             UPDATE log_head SET hash = (SELECT hash FROM log WHERE log.position = log_head.position)",
        )).await?;
        assert_eq!(name().await, "Mia Restored");
    }
}
