//! What the pages of settings have in common.

use crate::pages::{
    frame::Page,
    prelude::{Failure, ui},
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

/// Refuses everybody else.
pub(super) fn admins_only(page: &Page) -> Result<(), Failure> {
    if page.is_admin() {
        return Ok(());
    }
    let sentence = "only admins see the settings; ask one of them".to_owned();
    Err(Failure::Http(axum::http::StatusCode::FORBIDDEN, sentence))
}
