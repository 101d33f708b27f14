//! What is told outside and by what, with a way to try each out; and what people are told.

use portcullis_app::deliver::{Tried, try_out};
use portcullis_model::NoticeKind;

use super::common::{admins_only, tabs, trouble};
use crate::pages::{account::told, fields::Submission, prelude::*};

#[derive(Template)]
#[template(path = "settings/notifications.html")]
struct Notifications<'p> {
    page: &'p Page,
    sinks: Vec<Told>,
    tried: Option<Outcome>,
}

/// What is told.
struct Told {
    name: String,
    /// Whom it tells what.
    told: String,
    /// Since when it does not take that and what it said, where that is so.
    trouble: Option<(ui::When, String)>,
}

/// What came of trying one out.
struct Outcome {
    level: ui::Level,
    title: String,
    text: String,
    /// Where its deliveries are, where one was made.
    href: String,
}

fn deliveries(sink: &str) -> String {
    address("/settings/deliveries", &[("sink", sink)])
}

async fn drawn<'p>(
    web: &Web,
    page: &'p Page,
    tried: Option<Outcome>,
) -> Result<Notifications<'p>, Failure> {
    let mut sinks = Vec::new();
    for it in web.app().sinks() {
        sinks.push(Told {
            name: it.name().to_owned(),
            told: it.told(),
            trouble: trouble(web, page, it.name()).await?,
        });
    }
    Ok(Notifications { page, sinks, tried })
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    render(&drawn(&web, &page, None).await?)
}

/// Tries one out: field `sink`.
pub(super) async fn test(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    admins_only(&web.app().world(), &sent.page.viewer)?;
    let mut page = sent.page;
    page.path = "/settings/notifications".to_owned();
    let name = sent.fields.get("sink");
    let sinks = web.app().sinks();
    let sink = sinks.iter().find(|sink| sink.name() == name);
    let (Some(sink), Some(by)) = (sink, page.viewer.user()) else {
        let sentence = "nothing of that name is set up any more".to_owned();
        return Err(Failure::Http(axum::http::StatusCode::NOT_FOUND, sentence));
    };
    let (level, title, text, href) = match try_out(web.app(), &**sink, by).await? {
        Tried::Written => (
            ui::Level::Info,
            "A message to you is on its way.".to_owned(),
            "Whether it arrives stands with its deliveries; it may wait a little for others.",
            deliveries(name),
        ),
        Tried::Reached => (
            ui::Level::Good,
            format!("{name} answers."),
            "Nothing was written there: what it makes of an event is seen with its deliveries.",
            String::new(),
        ),
        Tried::Unreached(why) => (
            ui::Level::Bad,
            format!("{name} cannot be reached: {why}."),
            "What it is to be told waits.",
            String::new(),
        ),
    };
    let tried = Outcome {
        level,
        title,
        text: text.to_owned(),
        href,
    };
    render(&drawn(&web, &page, Some(tried)).await?)
}
