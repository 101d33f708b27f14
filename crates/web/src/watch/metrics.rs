//! `/metrics`: numbers for Prometheus, in its text format.
//!
//! They tell how many people and sessions there are, so they are for whoever may read, by a token or a session:
//! an address proves nothing, because what stands before the program may ask from this machine for everybody.

use std::fmt::Write as _;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use portcullis_app::tasks::expiry_held_in;
use portcullis_model::Purpose;

use super::counts;
use crate::{Web, auth::Viewer, error::Failure};

/// The format and its version.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(State(web): State<Web>, viewer: Viewer) -> Result<Response, Failure> {
    let outbox = web.app().store().outbox().counts().await?;
    let outbox = outbox.iter().map(|row| {
        let labels = [("sink", row.sink.as_str()), ("state", row.state.as_str())];
        (labelled(&labels), row.count)
    });
    let mut page = Page::default();
    let version = labelled(&[("version", env!("CARGO_PKG_VERSION"))]);
    page.gauge("build_info", "The version that runs.", [(version, 1)]);
    // What is stale answers nothing here either.
    let ready = u64::from(!web.is_draining());
    page.gauge("ready", "Whether requests should come here.", one(ready));
    page.counter(
        "http_answers_total",
        "Answers since the start, by the class of their status.",
        counts::answers().map(|(class, count)| (labelled(&[("class", &class)]), count)),
    );
    page.counter(
        "decisions_total",
        "Decisions since the start.",
        counts::decisions().map(|(said, count)| (labelled(&[("decision", &said)]), count)),
    );
    page.gauge(
        "log_position",
        "The commits that this process knows of, by all processes since the log began.",
        one(viewer.world.position().0),
    );
    page.gauge(
        "outbox_effects",
        "Effects outside that are not done, by sink and state.",
        outbox,
    );
    let held = u64::from(expiry_held_in(web.app()).is_some());
    page.gauge(
        "expiry_held",
        "Whether ends wait for somebody to look before they are recorded.",
        one(held),
    );
    page.world(&viewer);
    Ok(([(header::CONTENT_TYPE, TEXT)], page.0).into_response())
}

fn one(value: u64) -> [(String, u64); 1] {
    [(String::new(), value)]
}

/// Labels with their values, in braces.
fn labelled(labels: &[(&str, &str)]) -> String {
    let escaped = |value: &str| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        value.replace('\n', "\\n")
    };
    let labels = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
    format!("{{{}}}", labels.collect::<Vec<_>>().join(","))
}

/// A page of numbers.
#[derive(Default)]
struct Page(String);

impl Page {
    /// What only grows while the program runs.
    fn counter(&mut self, name: &str, help: &str, rows: impl IntoIterator<Item = (String, u64)>) {
        self.rows(name, "counter", help, rows);
    }

    /// What goes up and down.
    fn gauge(&mut self, name: &str, help: &str, rows: impl IntoIterator<Item = (String, u64)>) {
        self.rows(name, "gauge", help, rows);
    }

    fn rows(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        rows: impl IntoIterator<Item = (String, u64)>,
    ) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP portcullis_{name} {help}");
        let _ = writeln!(self.0, "# TYPE portcullis_{name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(self.0, "portcullis_{name}{labels} {value}");
        }
    }

    /// How much there is of what.
    fn world(&mut self, viewer: &Viewer) {
        let (world, now) = (&viewer.world, viewer.context.now);
        let sessions = world.credentials().filter(|held| {
            matches!(held.purpose, Purpose::Session(_)) && held.validity.contains(now)
        });
        let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
        self.gauge(
            "sessions",
            "Sessions that have not ended.",
            one(count(sessions.count())),
        );
        let sizes = [
            ("users", world.user_count()),
            ("groups", world.group_count()),
            ("apps", world.app_count()),
            ("memberships", world.membership_count()),
            ("inclusions", world.inclusions().count()),
            ("entitlements", world.entitlements().count()),
            ("requests", world.requests().count()),
        ];
        let sizes = sizes.map(|(kind, many)| (labelled(&[("kind", kind)]), count(many)));
        self.gauge("records", "Records of the current world, by kind.", sizes);
    }
}
