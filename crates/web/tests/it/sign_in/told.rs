//! The settings page of who is told what: what is set up, and trying it out.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use portcullis_app::{
    deliver::{Answer, Checking, Delivering, Delivery, LogSink, Sink, to_person},
    notices::Notice,
};
use portcullis_model::{ChangeSet, Context, World};
use portcullis_store::{AuditEventFilter, Effect, EffectSource, OutboxFilter};
use portcullis_testkit::TestApp;
use portcullis_web::Ways;
use reqwest::{Method, StatusCode};

use super::gate::Gate;

/// Writes to people, or to one place that cannot be reached.
struct Sent {
    name: &'static str,
    to_people: bool,
}

impl EffectSource for Sent {
    fn name(&self) -> &str {
        self.name
    }

    fn effects(&self, _: &ChangeSet, _: &World, _: &Context) -> Vec<Effect> {
        Vec::new()
    }
}

impl Sink for Sent {
    fn deliver<'a>(&'a self, _: &'a Delivery) -> Delivering<'a> {
        let receipt = "sent".to_owned();
        Box::pin(std::future::ready(Answer::Done { receipt }))
    }

    fn told(&self) -> String {
        "Each person by <b>pigeon</b>.".to_owned()
    }

    fn tell(&self, notice: &Notice, key: String) -> Option<Effect> {
        to_person(notice, key, Duration::ZERO).filter(|_| self.to_people)
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(std::future::ready(Err("no <road> leads there".to_owned())))
    }
}

#[tokio::test]
async fn admins_see_who_is_told_what_and_try_it_out() -> Result<()> {
    let it = TestApp::start().await?;
    let sent = |name, to_people| Arc::new(Sent { name, to_people }) as Arc<dyn Sink>;
    let sinks = vec![
        sent("pigeon", true),
        sent("tower", false),
        Arc::new(LogSink),
    ];
    let gate = Gate::of(&it.app.clone().telling(sinks), Ways::default(), None).await?;
    let ada = gate.sign_in(&it.app, "ada").await;
    let (page, test) = ("/settings/notifications", "/settings/notifications/test");

    let shown = gate.get(page, &ada).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("&#60;b&#62;pigeon") || shown.text.contains("&lt;b&gt;pigeon"));
    let sven = gate.sign_in(&it.app, "sven").await;
    assert_eq!(gate.get(page, &sven).await.status, StatusCode::FORBIDDEN);

    let tries = async |cookie: &str, csrf: &str, sink: &str| {
        let form = [("csrf", csrf), ("sink", sink)];
        gate.ask(Method::POST, test, &[("cookie", cookie)], Some(&form))
            .await
    };
    let own = gate.form_token(&ada).await;
    let written = tries(&ada, &own, "pigeon").await;
    assert_eq!(written.status, StatusCode::OK);
    assert!(written.text.contains("A message to you is on its way"));
    let outbox = it.app.store().outbox();
    let rows = outbox.list(&OutboxFilter::default()).await?.items;
    let payload = &rows[0].payload;
    assert_eq!((rows.len(), &*rows[0].sink), (1, "pigeon"));
    assert_eq!(
        (payload["about"].as_str(), payload["to"]["name"].as_str()),
        (Some("test"), Some("Ada Admin"))
    );
    let unreached = tries(&ada, &own, "tower").await.text;
    assert!(unreached.contains("tower cannot be reached") && !unreached.contains("<road>"));
    assert!(tries(&ada, &own, "log").await.text.contains("log answers"));

    // Nobody else, not without the form's token, and nothing that is not there.
    let theirs = gate.form_token(&sven).await;
    assert_eq!(
        tries(&sven, &theirs, "pigeon").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        tries(&ada, &theirs, "pigeon").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(tries(&ada, &own, "owl").await.status, StatusCode::NOT_FOUND);
    assert_eq!(outbox.list(&OutboxFilter::default()).await?.items.len(), 1);

    // It is on record who tried what, and the page of deliveries tells it.
    let filter = AuditEventFilter {
        kind: Some("outbox.test".into()),
        ..AuditEventFilter::default()
    };
    let tried = it.app.store().audit_events(&filter).await?.items;
    let tried: Vec<_> = tried
        .iter()
        .rev()
        .map(|it| it.body["sink"].as_str().unwrap())
        .collect();
    assert_eq!(tried, ["pigeon", "tower", "log"]);
    assert!(
        gate.get("/settings/deliveries", &ada)
            .await
            .text
            .contains("Tested: tower")
    );
    let connectors = gate.get("/settings/connectors", &ada).await.text;
    assert!(
        ["pigeon", "tower", "log"]
            .iter()
            .all(|name| connectors.contains(name))
    );
    Ok(())
}
