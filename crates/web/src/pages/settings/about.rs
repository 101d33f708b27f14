//! What this program is, and how it is set up.

use super::common::tabs;
use crate::pages::prelude::*;

#[derive(Template)]
#[template(path = "settings/about.html")]
struct About<'p> {
    page: &'p Page,
    facts: Vec<(&'static str, String)>,
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let world = web.app().world();
    let limits = web.limits();
    let url = web.public_url().unwrap_or("the address asked");
    let facts = vec![
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Database", web.app().store().engine().name().to_owned()),
        ("This server", web.app().instance().to_owned()),
        ("Log position", world.position().to_string()),
        ("Address", url.to_owned()),
        ("People and programs", world.user_count().to_string()),
        (
            "Groups, roles and apps",
            (world.group_count() + world.app_count()).to_string(),
        ),
        ("Grants", world.membership_count().to_string()),
        (
            "Changes a user may send in a minute",
            limits.writes_per_minute.to_string(),
        ),
        (
            "Answers without having seen the log",
            format!("{} s at most", limits.stale_after.as_secs()),
        ),
    ];
    render(&About { page: &page, facts })
}
