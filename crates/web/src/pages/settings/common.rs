//! What the pages of settings have in common.

use axum::{
    extract::{FromRequestParts as _, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use portcullis_app::tasks::trouble_of;
use portcullis_model::{Timestamp, World};

use crate::{
    Web,
    auth::Viewer,
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

/// Lets admins in and nobody else, whatever the route is.
pub(super) async fn gate(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let viewer = Viewer::from_request_parts(&mut parts, &web).await;
    match viewer.and_then(|viewer| admins_only(&viewer.world, &viewer)) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(failure) => failure.into_response(),
    }
}

/// Refuses everybody else.
pub(super) fn admins_only(world: &World, viewer: &Viewer) -> Result<(), Failure> {
    if world.is_admin(viewer.id, viewer.context.now) {
        return Ok(());
    }
    let sentence = "only admins see the settings; ask one of them".to_owned();
    Err(Failure::Http(axum::http::StatusCode::FORBIDDEN, sentence))
}
