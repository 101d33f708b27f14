//! Requests, also those resolved: one that waits for each requester and thing that is wanted.

use portcullis_model::{Request, request::WantsTarget};

use super::{Stored, to_body};
use crate::{actor, db::Value};

impl Stored for Request {
    const COLUMNS: &'static [&'static str] = &[
        "requester_id",
        "wants_key",
        "target_id",
        "status",
        "decider",
        "reason_key",
        "created_at",
        "body",
    ];

    fn values(&self) -> Vec<Value> {
        let target = match self.wants.target() {
            WantsTarget::Group(group) => Some(group.uuid()),
            WantsTarget::App(app) => Some(app.uuid()),
            WantsTarget::Directory => None,
        };
        let decider = self.state.resolution().map(|r| actor::to_text(r.by));
        vec![
            self.requester.uuid().into(),
            self.wants.key().into(),
            target.into(),
            self.state.as_str().into(),
            decider.into(),
            self.reason.key().into(),
            self.created_at.micros().into(),
            to_body(self),
        ]
    }
}
