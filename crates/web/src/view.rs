//! Which world a read sees: the current one, one no older than a position, or a past one.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use portcullis_model::{Position, Refusal, Timestamp, World};
use serde::Deserialize;

use crate::{Web, auth::Viewer, error::Failure};

/// The header that a write answers with and a read may send as "no older than".
pub(crate) const POSITION: &str = "portcullis-position";

/// How long a read waits for a position it demands.
const MOST_WAIT: Duration = Duration::from_secs(5);

/// Whether a read sees now or the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The current world, now.
    Now,
    /// The world as it was.
    Past(Timestamp),
}

/// The world a read sees and the time it is asked about.
#[derive(Clone, Debug)]
pub struct View {
    /// The facts.
    pub world: Arc<World>,
    /// The instant the question is about.
    pub now: Timestamp,
    /// Whether that is now.
    pub at: At,
}

#[derive(Deserialize)]
struct Asked {
    at: Option<String>,
}

impl FromRequestParts<Web> for View {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        if let Some(view) = parts.extensions.get::<Self>() {
            return Ok(view.clone());
        }
        let view = Self::asked(parts, web).await?;
        parts.extensions.insert(view.clone());
        Ok(view)
    }
}

impl View {
    async fn asked(parts: &Parts, web: &Web) -> Result<Self, Failure> {
        let Query(asked) = Query::<Asked>::try_from_uri(&parts.uri)
            .map_err(|error| Failure::from(Refusal::invalid("at", error.body_text())))?;
        let wanted = parts.headers.get(POSITION).map(|value| {
            value
                .to_str()
                .ok()
                .and_then(|text| text.trim().parse().ok())
                .map(Position)
                .ok_or_else(|| {
                    Refusal::invalid(
                        POSITION,
                        "the position is a whole number, as a write answered it",
                    )
                })
        });
        let wanted = wanted.transpose()?;
        let viewer = parts.extensions.get::<Viewer>();
        let time = web.app().time();
        let now = match viewer {
            Some(viewer) if time.jump.is_none() => viewer.context.now,
            _ => time.now,
        };
        let asked = asked.at.filter(|at| !at.is_empty());
        let world = match (wanted, viewer) {
            (Some(position), _) => web.app().live().at_least(position, MOST_WAIT).await?,
            (None, Some(viewer)) => Arc::clone(&viewer.world),
            (None, None) => web.app().world(),
        };
        let Some(at) = asked else {
            return Ok(Self {
                world,
                now,
                at: At::Now,
            });
        };
        let at: Timestamp =
            at.parse()
                .map_err(|bad: portcullis_model::time::ParseTimestampError| {
                    Refusal::invalid("at", bad.to_string())
                })?;
        if at >= now {
            return Ok(Self {
                world,
                now: at,
                at: At::Past(at),
            });
        }
        let world = web.past(at).await?;
        Ok(Self {
            world,
            now: at,
            at: At::Past(at),
        })
    }
}
