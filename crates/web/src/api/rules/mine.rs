//! The rules somebody is judged by, for whoever decides at another place by the same answers.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_model::{Position, User};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    api::{Answer, Finds, Key, Of, Read, wire::Until},
    error::Failure,
    http::text::hex,
    view::POSITION,
};

/// The rules somebody is judged by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Judged {
    /// The place in the log this was taken from.
    #[schema(value_type = u64)]
    position: Position,
    /// All rules in the order in which they are asked; the first that matches decides, and what
    /// none matches is denied.
    #[schema(value_type = Vec<Object>)]
    rules: Value,
    /// What rules see of the subject, by the names they use, such as `subject.login`.
    #[schema(value_type = Object)]
    attributes: BTreeMap<String, Value>,
    /// Until when this holds if nothing changes.
    until: Until,
}

/// The rules you are judged by
///
/// One list, put together from all your groups: a program that decides by it shows and hides what
/// the decision point permits and denies. With `If-None-Match`, 304 if nothing has changed.
#[utoipa::path(get, path = "/me/rules", tag = "rules", responses((status = 200, body = Judged), (status = 304, description = "As it was.")))]
pub(crate) async fn my_rules(headers: HeaderMap, read: Read) -> Answer {
    let user = read.one(&Key::<User>::new("@me".into()))?;
    judged(&read, user, &headers)
}

/// The rules somebody is judged by
///
/// Rules are open to whoever is signed in, as is what groups confer. What rules see of somebody else,
/// `attributes`, is told to admins only; others get the login.
#[utoipa::path(get, path = "/users/{user}/rules", tag = "rules", responses((status = 200, body = Judged), (status = 304, description = "As it was.")))]
pub(crate) async fn user_rules(user: Of<User>, headers: HeaderMap, read: Read) -> Answer {
    judged(&read, &user, &headers)
}

fn judged(read: &Read, user: &User, headers: &HeaderMap) -> Answer {
    let (world, now) = (&*read.world, read.now);
    let decider = read.web.decider();
    let policy = decider.policy(world, user, now);
    let redaction = decider.redaction(world, now, Some(read.viewer.id), user);
    let rules = policy.engine().map(|engine| engine.rules().to_json());
    let mut attributes: BTreeMap<String, Value> = policy
        .attributes()
        .iter()
        .map(|(name, value)| (format!("subject.{name}"), value))
        .filter(|(name, _)| redaction.shows(name))
        .map(|(name, value)| (name, value.to_json()))
        .collect();
    attributes.insert(
        "subject.id".into(),
        world.judged_as(user).login.as_str().into(),
    );
    if let Some(kind) = decider.types().subjects.first() {
        attributes.insert("subject.type".into(), kind.as_str().into());
    }
    let judged = Judged {
        position: world.position(),
        // What does not compile together lets nobody in.
        rules: rules.unwrap_or_else(|| Value::Array(Vec::new())),
        attributes,
        until: Until(world.held_until(user.id, now)),
    };
    let tag = tag(&judged)?;
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == tag || known.trim() == "*");
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        read.answer(&judged)?
    };
    stamp(&mut response, &tag, world.position())?;
    Ok(response)
}

/// What stands for the same answers: where the log has moved and the rules have not, it stays.
fn tag(judged: &Judged) -> Result<String, Failure> {
    let same = (&judged.rules, &judged.attributes, judged.until);
    let bytes = serde_json::to_vec(&same).map_err(|bug| Failure::Internal(bug.to_string()))?;
    Ok(format!("W/\"{}\"", hex(&Sha256::digest(bytes)[..16])))
}

fn stamp(response: &mut Response, tag: &str, position: Position) -> Result<(), Failure> {
    let tag = HeaderValue::from_str(tag).map_err(|bug| Failure::Internal(bug.to_string()))?;
    let own = HeaderValue::from_static("private, no-cache");
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, own);
    headers.insert(POSITION, HeaderValue::from(position.0));
    Ok(())
}
