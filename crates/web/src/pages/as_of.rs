//! Pages that show another time than now.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use portcullis_model::Timestamp;
use uuid::Uuid;

use super::{convert, frame::Page};
use crate::{At, Web, error::Failure, ui};

impl Page {
    /// The day the page shows, for a date field; empty for now.
    pub(crate) fn day(&self) -> String {
        match self.view.at {
            At::Past(at) => at.to_jiff().strftime("%Y-%m-%d").to_string(),
            At::Now => String::new(),
        }
    }

    /// When something came to be, also where the world that the page shows does not have it yet.
    pub(crate) async fn came(&self, web: &Web, id: Uuid) -> Result<Option<Timestamp>, Failure> {
        let At::Past(at) = self.view.at else {
            return Ok(None);
        };
        let came = web.app().store().first_mention(id).await?;
        Ok(came.filter(|came| *came > at))
    }

    /// The time the page shows.
    pub(super) fn past(&self) -> ui::Past {
        let (At::Past(at), now) = (self.view.at, self.viewer.context.now) else {
            return ui::Past::default();
        };
        let when = convert::when(at, now).absolute();
        let (title, text) = if at < now {
            let title = format!("As it was on {when}.");
            (title, "Nothing can be changed here.")
        } else {
            let title = format!("As it will be on {when}, if nothing changes.");
            (title, "Access that ends before then is left out.")
        };
        // An empty `at` is now, and says that it is meant.
        let back = self.with_last(&[("at", "")], "at");
        ui::Past { title, text, back }
    }
}

/// Where a page shows another time, what it leads to shows that time too: `at` is put into every
/// address and form of the page that has none, so that no template can forget it.
pub(super) async fn kept(request: Request, next: Next) -> Response {
    let at = super::frame::pair(request.uri().query().unwrap_or_default(), "at");
    let response = next.run(request).await;
    let Some(at) = at.filter(|at| !at.is_empty() && response.status() == StatusCode::OK) else {
        return response;
    };
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        let lost = "the page could not be read for its links";
        return Failure::Internal(lost.into()).into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    let html = String::from_utf8_lossy(&bytes);
    Response::from_parts(parts, Body::from(keeping(&html, &at)))
}

/// `html` with `at` in its addresses and in the forms that ask.
fn keeping(html: &str, at: &str) -> String {
    let (address, form) = ("href=\"/", "<form");
    let in_address = convert::escape(at).to_string();
    let mut links = html.split(address);
    let mut kept = links.next().unwrap_or_default().to_owned();
    for link in links {
        let (there, after) = link.split_once('"').unwrap_or((link, ""));
        let joint = if there.contains('?') { "&#38;" } else { "?" };
        kept += address;
        kept += there;
        if shows_time(there) && !there.split(['?', '&', ';']).any(|it| it.starts_with("at=")) {
            kept += &format!("{joint}at={in_address}");
        }
        kept.push('"');
        kept += after;
    }
    let mut forms = kept.split(form);
    let mut all = forms.next().unwrap_or_default().to_owned();
    for part in forms {
        let (opening, within) = part.split_once('>').unwrap_or((part, ""));
        let action = opening.split_once("action=\"/");
        let asks = action.is_some_and(|(_, action)| shows_time(action));
        let own = within.split("</form").next().unwrap_or_default();
        all = all + form + opening + ">";
        if asks && !opening.contains("method=\"post\"") && !own.contains("name=\"at\"") {
            // What was read as a time holds nothing that means something in HTML.
            all += &format!("<input type=\"hidden\" name=\"at\" value=\"{at}\">");
        }
        all += within;
    }
    all
}

/// Whether what is at `/address` can show another time.
fn shows_time(address: &str) -> bool {
    let place = address.split(['/', '?', '"']).next();
    matches!(
        place,
        Some(
            "people"
                | "groups"
                | "roles"
                | "apps"
                | "tags"
                | "why"
                | "compare"
                | "rules"
                | "search"
                | "expiring"
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_and_every_form_that_asks_keeps_the_time() {
        let html = r#"<a href="/groups/x"></a><a href="/why?user=ana&#38;group=x"></a>
            <a href="/people/ana?at="></a><a href="/why?a=b&#38;at=2026-01-01"></a>
            <a href="/requests/new"></a><a href="/"></a><use href="/assets/a.svg?v=1#x"/>
            <form action="/search"><input></form><form method="post" action="/groups/x"></form>
            <form action="/why"><input name="at"></form>"#;
        let kept = keeping(html, "2026-03-01");
        for part in [
            r#"href="/groups/x?at=2026-03-01""#,
            r#"href="/why?user=ana&#38;group=x&#38;at=2026-03-01""#,
            r#"href="/people/ana?at=""#,
            r#"href="/why?a=b&#38;at=2026-01-01""#,
            r#"href="/requests/new""#,
            r#"href="/""#,
            r#"href="/assets/a.svg?v=1#x""#,
            r#"<form action="/search"><input type="hidden" name="at" value="2026-03-01"><input>"#,
            r#"<form method="post" action="/groups/x"></form>"#,
            r#"<form action="/why"><input name="at"></form>"#,
        ] {
            assert!(kept.contains(part), "{part} in {kept}");
        }
    }
}
