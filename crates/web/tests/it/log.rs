//! The program's own log: one line for each request and each commit, and no secret in any.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};

use axum::http::Method;
use portcullis_testkit::TestApp;
use serde_json::json;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt as _},
    registry::{LookupSpan, Scope},
};

use crate::browser::Browser;

type Fields = BTreeMap<String, String>;

/// A line that ended a span: its level, and the fields of the spans it stands in, innermost last.
#[derive(Clone, Debug)]
struct Line {
    target: String,
    level: String,
    spans: Vec<(String, Fields)>,
    fields: Fields,
}

impl Line {
    /// The fields of the innermost span, without how long it took, which must be told.
    fn told(&self) -> Fields {
        let (_, mut fields) = self.spans.last().cloned().unwrap();
        let took = fields.remove("duration_us").unwrap();
        assert!(took.parse::<u64>().unwrap() > 0, "{self:?}");
        fields
    }
}

#[derive(Default)]
struct Visited(Fields);

impl Visit for Visited {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

/// Everything this thread's program tells, as long as the guard lives.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Line>>>);

impl Log {
    fn at(filter: &str) -> (Self, DefaultGuard) {
        let log = Self::default();
        let targets: Targets = filter.parse().unwrap();
        let layer = log.clone().with_filter(targets);
        let subscriber = tracing_subscriber::registry().with(layer);
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn take(&self, target: &str) -> Vec<Line> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
        let of_target = lines.into_iter().filter(|line| line.target == target);
        of_target.collect()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut visited = Visited::default();
        attributes.record(&mut visited);
        context.span(id).unwrap().extensions_mut().insert(visited);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(span.extensions_mut().get_mut::<Visited>().unwrap());
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Visited::default();
        event.record(&mut fields);
        let scope = context.event_scope(event).into_iter();
        let spans = scope.flat_map(Scope::from_root).map(|span| {
            let visited = span.extensions();
            let fields = visited.get::<Visited>().unwrap().0.clone();
            (span.name().to_owned(), fields)
        });
        self.0.lock().unwrap().push(Line {
            target: event.metadata().target().to_owned(),
            level: event.metadata().level().to_string(),
            spans: spans.collect(),
            fields: fields.0,
        });
    }
}

fn fields(of: &[(&str, &str)]) -> Fields {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    of.iter().map(owned).collect()
}

fn question() -> serde_json::Value {
    json!({
        "subject": { "type": "user", "id": "max" },
        "action": { "name": "use" },
        "resource": { "type": "permission", "id": "invoices:read" },
    })
}

const NAMED: (&str, &str) = ("x-request-id", "one.of_many-1");

#[tokio::test]
async fn a_request_is_one_span_that_names_route_id_actor_and_status() {
    let app = TestApp::start().await.unwrap();
    let (log, _guard) = Log::at("portcullis=debug");
    let cases = [
        (
            Method::GET,
            "/api/v1/users/ada",
            None,
            "/api/v1/users/{user}",
            "200",
            "DEBUG",
        ),
        (
            Method::GET,
            "/people/nobody",
            None,
            "/people/{login}",
            "404",
            "DEBUG",
        ),
        (
            Method::POST,
            "/access/v1/evaluation",
            Some(question()),
            "/access/v1/evaluation",
            "200",
            "DEBUG",
        ),
        (
            Method::POST,
            "/api/v1/tags",
            Some(json!({ "name": "Rare" })),
            "/api/v1/tags",
            "201",
            "INFO",
        ),
        (
            Method::DELETE,
            "/api/v1/tags/none",
            None,
            "/api/v1/tags/{tag}",
            "404",
            "INFO",
        ),
    ];
    for (method, path, body, route, status, level) in cases {
        let ada = app.as_user("ada");
        let reply = ada.send(method.clone(), path, body, &[NAMED]).await;
        assert_eq!(reply.status.to_string(), status, "{path}: {}", reply.body);
        let lines = log.take("portcullis::requests");
        assert_eq!(lines.len(), 1, "{path}: {lines:?}");
        assert_eq!(lines[0].level, level, "{path}");
        let expected = [
            ("method", method.as_str()),
            ("route", route),
            ("request_id", NAMED.1),
            ("actor", "ada"),
            ("status", status),
        ];
        assert_eq!(lines[0].told(), fields(&expected));
    }
    let _ = app.anonymous().get("/no/such?place").await.expect(404);
    let told = log.take("portcullis::requests")[0].told();
    assert!(
        !told.contains_key("route") && !told.contains_key("actor"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_commit_is_one_span_inside_its_request_that_names_operation_position_and_outcome() {
    let app = TestApp::start().await.unwrap();
    let (log, _guard) = Log::at("portcullis=info");
    let ada = app.as_user("ada");
    let rare = || json!({ "name": "Rare" });
    let key = ("idempotency-key", "once");
    let position = app.world().position().0 + 1;
    let at = position.to_string();
    let made = [
        ("operation", "tag.create"),
        ("actor", "ada"),
        ("position", &at),
    ];
    let other = json!({ "name": "Other" });
    for (body, outcome) in [
        (rare(), "committed"),
        (rare(), "replayed"),
        (other, "idempotency_key_reused"),
    ] {
        let _ = ada
            .send(Method::POST, "/api/v1/tags", Some(body), &[NAMED, key])
            .await;
        let lines = log.take("portcullis::operations");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0].level, "INFO");
        let mut expected = fields(&made);
        if outcome == "idempotency_key_reused" {
            expected = fields(&[("actor", "ada")]);
        }
        expected.insert("outcome".into(), outcome.into());
        assert_eq!(lines[0].told(), expected);
        let (name, request) = &lines[0].spans[0];
        assert_eq!(name, "request");
        assert_eq!(request["request_id"], NAMED.1);
    }
    let sven = app.as_user("sven");
    let _ = sven
        .post("/api/v1/tags", json!({ "name": "Mine" }))
        .await
        .expect(403);
    let told = log.take("portcullis::operations")[0].told();
    let refused = [
        ("operation", "tag.create"),
        ("actor", "sven"),
        ("outcome", "not_allowed"),
    ];
    assert_eq!(told, fields(&refused));
}

#[tokio::test]
async fn by_default_nothing_is_told_but_what_fails() {
    let app = TestApp::start().await.unwrap();
    let (log, _guard) = Log::at("warn");
    let ada = app.as_user("ada");
    let _ = ada
        .post("/access/v1/evaluation", question())
        .await
        .expect(200);
    let _ = ada
        .post("/api/v1/tags", json!({ "name": "Rare" }))
        .await
        .expect(201);
    let _ = ada.get("/api/v1/users/nobody").await.expect(404);
    assert!(log.0.lock().unwrap().is_empty(), "{:?}", log.0);
    let far = [NAMED, ("portcullis-position", "999999")];
    let reply = ada.send(Method::GET, "/api/v1/users/ada", None, &far).await;
    assert_eq!(reply.expect(503).body["request_id"], NAMED.1);
    let mut lines = log.take("portcullis::requests");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let mut line = lines.remove(0);
    assert_eq!(line.level, "WARN");
    assert!(line.fields.remove("duration_us").is_some());
    let expected = [
        ("message", "answered"),
        ("method", "GET"),
        ("route", "/api/v1/users/{user}"),
        ("request_id", NAMED.1),
        ("actor", "ada"),
        ("status", "503"),
    ];
    assert_eq!(line.fields, fields(&expected));
}

/// Where the lines of a formatter go.
#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Text {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_is_told_at_any_level() {
    let app = TestApp::start().await.unwrap();
    let text = Text::default();
    let writer = text.clone();
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .with_filter("portcullis=trace".parse::<Targets>().unwrap());
    let subscriber = tracing_subscriber::registry().with(lines);
    let _guard = tracing::subscriber::set_default(subscriber);

    let ada = Browser::new(&app, "ada").unwrap();
    let page = ada.get("/tags/new?q=marker-query").await.text;
    let form = page
        .split_once("name=\"csrf\" value=\"")
        .map(|(_, rest)| rest);
    let form = form
        .and_then(|rest| rest.split('"').next())
        .expect("a form");
    let sent = [
        ("csrf", form),
        ("name", "Rare"),
        ("description", "marker-field"),
    ];
    assert_eq!(
        ada.post("/tags/new?next=marker-query", &sent).await.status,
        303
    );

    let secrets = [
        ("authorization", "Bearer marker-bearer"),
        ("cookie", "portcullis=marker-cookie; session=marker-cookie"),
        ("x-csrf-token", "marker-form"),
        ("x-request-id", "marker id"),
    ];
    for (method, path) in [
        (Method::GET, "/api/v1/users?q=marker-query"),
        (Method::GET, "/people/marker-path"),
        (Method::GET, "/marker-path?token=marker-query"),
        (Method::POST, "/api/v1/tags?preview=marker-query"),
        (Method::POST, "/access/v1/evaluation?explain=marker-query"),
    ] {
        let body = (method == Method::POST).then(|| json!({ "name": "marker-body" }));
        let _ = app
            .anonymous()
            .send(method.clone(), path, body.clone(), &secrets)
            .await;
        let known = app
            .as_user("ada")
            .send(method, path, body, &secrets[1..])
            .await;
        assert_ne!(known.status, 401, "{path}");
    }

    let told = String::from_utf8(text.0.lock().unwrap().clone()).unwrap();
    assert!(
        told.contains("tag.create") && told.contains("actor=\"ada\""),
        "{told}"
    );
    for secret in ["marker", "demo-ada", form, "?"] {
        assert!(!told.contains(secret), "{secret} is told:\n{told}");
    }
}

#[tokio::test]
async fn an_id_that_may_not_stand_in_a_log_is_replaced() {
    let app = TestApp::start().await.unwrap();
    let long = "x".repeat(65);
    let mut seen = std::collections::BTreeSet::new();
    for bad in ["", "two words", "a;b", "a=\"b\"", "<b>", &long] {
        let headers = [("x-request-id", bad)];
        let user = app.anonymous();
        let reply = user
            .send(Method::GET, "/api/v1/me", None, &headers)
            .await
            .expect(401);
        let id = reply.header("x-request-id").unwrap();
        let digits = id.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(id.len() == 16 && digits, "{bad:?}: {id:?}");
        assert_eq!(reply.body["request_id"], id);
        assert!(seen.insert(id.to_owned()), "{id} twice");
    }
    for path in ["/people", "/healthz", "/assets/app.css", "/no-such-page"] {
        let reply = app.as_user("ada").get(path).await;
        assert_eq!(
            reply.header("x-request-id").map(str::len),
            Some(16),
            "{path}"
        );
    }
    let longest = "x".repeat(64);
    let headers = [("x-request-id", longest.as_str())];
    let reply = app
        .anonymous()
        .send(Method::GET, "/api/v1/me", None, &headers)
        .await;
    assert_eq!(reply.header("x-request-id"), Some(longest.as_str()));
}
