//! What was done, undone: the same edits the other way round, previewed where somebody loses.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use portcullis_app::log::Undo;
use portcullis_model::{Change, ChangeSet, EditKind, Noun, Position, RecordKind, Refusal};

use super::super::{
    fields::Submission,
    flow::{self, Step},
};
use crate::{Web, auth::is_local, error::Failure};

pub(super) async fn undo(
    State(web): State<Web>,
    headers: HeaderMap,
    mut sent: Submission,
) -> Result<Response, Failure> {
    let missing = || Refusal::not_found(Noun::LogEntry, sent.page.param("position"));
    let at = sent.page.param("position").parse();
    let at = at.map(Position).map_err(|_| missing())?;
    let operation = Undo::of(web.app(), at, sent.page.viewer.id).await?;
    if operation.links() {
        sent.page.viewer.in_person()?;
    }
    let back = came_from(&sent, &headers).unwrap_or_else(|| format!("/activity/{at}"));
    // A preview stands between here and there; it carries the way back along.
    sent.fields.0.retain(|(name, _)| name != "next");
    sent.fields.0.push(("next".into(), back.clone()));
    let step = Step::new(
        operation,
        format!("Undo entry {at} of the log"),
        "Undo",
        &*back,
    );
    let step = step.then(|committed| {
        if ends_things(&committed.change) {
            "/activity".into()
        } else {
            back
        }
    });
    flow::run(&web, &sent, step).await
}

/// The page the button stood on, without its notice.
fn came_from(sent: &Submission, headers: &HeaderMap) -> Option<String> {
    let next = sent.fields.get("next");
    let path = if next.is_empty() {
        let referer = headers.get(header::REFERER)?.to_str().ok()?;
        let (_, rest) = referer.split_once("://")?;
        rest[rest.find('/')?..].to_owned()
    } else {
        next.to_owned()
    };
    if !is_local(&path) || path.contains("/undo") {
        return None;
    }
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let kept: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("done="))
        .collect();
    Some(if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    })
}

/// Whether a thing that has a page of its own goes away, perhaps the page one came from.
fn ends_things(change: &ChangeSet) -> bool {
    use RecordKind as R;
    let outlines = change.changes.iter().map(Change::outline);
    outlines
        .filter(|of| of.edit == EditKind::Ended)
        .any(|of| matches!(of.record, R::User | R::Group | R::App | R::Tag | R::Request))
}
