//! A clock that is set wrong for a moment ends nothing for good.

use jiff::SignedDuration;
use portcullis_app::tasks;
use portcullis_testkit::{Client, TestApp, both_engines};
use serde_json::json;

const TEN_YEARS: SignedDuration = SignedDuration::from_hours(87_600);

async fn decided(client: &Client<'_>, login: &str) -> bool {
    let question = json!({
        "subject": { "type": "user", "id": login },
        "action": { "name": "use" },
        "resource": { "type": "permission", "id": "invoices:read" },
    });
    let answer = client.post("/access/v1/evaluation", question).await;
    answer.expect(200).body["decision"] == true
}

async fn add(app: &TestApp, login: &str, until: &str) {
    let body = json!({ "users": [login], "until": until, "reason": "asked" });
    let path = "/api/v1/groups/App-Billing-Readers/members";
    let _ = app.as_user("ada").post(path, body).await.expect(200);
}

both_engines! {
    async fn ten_years_forward_for_a_moment_end_nothing_and_stamp_nothing(db: Database) {
        let app = TestApp::on(db).await?;
        let ada = app.as_user("ada");
        add(&app, "sven", "2026-06-01").await;
        assert!(decided(&ada, "sven").await);
        let position = app.world().position();

        app.clock.jump(TEN_YEARS);
        assert!(tasks::expire(&app.app).await?.is_none(), "nothing ends by such a clock");
        assert_eq!(app.world().position(), position);
        assert!(!decided(&ada, "sven").await, "what may have ended is not granted");
        let health = app.anonymous().get("/healthz").await.expect(200).body;
        let told = health["expiry"].as_str().unwrap();
        assert!(told.contains("2036-") && told.contains("portcullis expire"), "{told}");
        for (login, shown) in [("ada", true), ("sven", false)] {
            let page = app.as_user(login).get("/groups").await.expect(200);
            let page = page.body.as_str().unwrap().to_owned();
            assert_eq!(page.contains("Expiry is on hold"), shown, "{login}");
        }
        // People go on, and what they do is recorded when it was done.
        add(&app, "mia", "2026-07-01").await;
        let last = app.app.live().last_at().unwrap().to_string();
        assert!(last.starts_with("2026-03-02"), "{last}");

        app.clock.jump(-TEN_YEARS);
        assert!(decided(&ada, "sven").await);
        assert!(decided(&ada, "mia").await);
        assert!(app.anonymous().get("/healthz").await.body.get("expiry").is_none());

        // Time that does pass ends what it should, at once.
        app.clock.advance(SignedDuration::from_hours(24 * 29));
        let _ = tasks::expire(&app.app).await?;
        app.clock.advance(SignedDuration::from_hours(24 * 70));
        assert!(tasks::expire(&app.app).await?.is_some());
        assert!(!decided(&ada, "sven").await);
    }

    async fn now_is_never_before_the_last_entry(db: Database) {
        let app = TestApp::on(db).await?;
        let ada = app.as_user("ada");
        app.clock.advance(SignedDuration::from_hours(5));
        add(&app, "sven", "2026-03-02T14:00:01Z").await;
        app.clock.advance(SignedDuration::from_secs(2));
        let _ = tasks::expire(&app.app).await?;
        // Set back by hours: what has ended stays so, and nothing is asked about a time before the log.
        app.clock.jump(SignedDuration::from_hours(-4));
        assert!(!decided(&ada, "sven").await);
        let last = app.app.live().last_at().unwrap();
        assert!(app.app.now() >= last);
        add(&app, "mia", "2026-07-01").await;
        assert!(decided(&ada, "mia").await);
        // Years back, time goes on from where it was known to be.
        app.clock.jump(TEN_YEARS * -1);
        assert!(!decided(&ada, "sven").await);
        app.clock.advance(SignedDuration::from_hours(5));
        assert!(app.app.now() > last);
        let health = app.anonymous().get("/healthz").await.expect(200).body;
        assert!(health["expiry"].as_str().unwrap().contains("2016-"), "{health}");
    }
}
