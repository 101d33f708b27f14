//! What the pages of settings have in common.

use portcullis_app::tasks::trouble_of;
use portcullis_model::Timestamp;

use crate::{
    Web,
    pages::{
        frame::Page,
        prelude::{Failure, ui},
    },
};

/// The pages of settings.
pub(super) fn tabs(page: &Page) -> Vec<ui::Tab> {
    let tabs = [
        ("Sign-in", "/settings/sign-in"),
        ("Connectors", "/settings/connectors"),
        ("Notifications", "/settings/notifications"),
        ("Deliveries", "/settings/deliveries"),
        ("Tokens", "/settings/tokens"),
        ("About", "/settings/about"),
    ];
    let here = page.path.split('?').next().unwrap_or_default();
    let tab = |(label, href): (&str, &str)| ui::Tab::new(label, href, here);
    tabs.map(tab).into()
}

/// Since when a sink fails, and what was said then.
pub(super) async fn trouble(
    web: &Web,
    page: &Page,
    sink: &str,
) -> Result<Option<(ui::When, String)>, Failure> {
    let ever = Timestamp::from_micros(0);
    let trouble = trouble_of(web.app(), sink, ever).await?;
    Ok(trouble.map(|it| (page.when(&it.since), it.said)))
}

/// Refuses everybody else.
pub(super) fn admins_only(page: &Page) -> Result<(), Failure> {
    if page.is_admin() {
        return Ok(());
    }
    let sentence = "only admins see the settings; ask one of them".to_owned();
    Err(Failure::Http(axum::http::StatusCode::FORBIDDEN, sentence))
}
