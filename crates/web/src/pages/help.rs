//! What Portcullis is for, what to do first, the keys, and the documentation of this very version.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::IntoResponse as _,
};

use crate::{pages::prelude::*, ui::assets};

#[derive(Template)]
#[template(path = "help.html")]
struct Help<'p> {
    page: &'p Page,
    is_admin: bool,
    admins: Vec<ui::Entity>,
    docs: Vec<ui::Link>,
}

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    let world = &page.viewer.world;
    let admins = world.admins(None, page.viewer.context.now).into_iter();
    let docs = assets::docs().into_iter();
    render(&Help {
        page: &page,
        is_admin: page.is_admin(),
        admins: admins.take(FEW).map(convert::user).collect(),
        docs: docs
            .map(|(path, title)| ui::Link::new(title, format!("/docs/{path}")))
            .collect(),
    })
}

/// A page of the documentation, as it was written.
pub(crate) async fn doc(_page: Page, Path(path): Path<String>) -> Result<Response, Failure> {
    let text = assets::doc(&path).ok_or_else(|| {
        let missing = format!("there is no page `{path}` in the documentation; see `/help`");
        Failure::Http(StatusCode::NOT_FOUND, missing)
    })?;
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    Ok(([kind], text).into_response())
}
