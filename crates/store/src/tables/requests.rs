//! Requests, also those resolved: one that waits for each requester, group and kind.

use portcullis_model::Request;

use super::{Family, Stored, kind_text, to_body};
use crate::{actor, db::Value};

impl Stored for Request {
    const FAMILY: Family = Family::Requests;
    const COLUMNS: &'static [&'static str] = &[
        "requester_id",
        "group_id",
        "kind",
        "status",
        "decider",
        "reason_key",
        "created_at",
        "body",
    ];

    fn values(&self) -> Vec<Value> {
        let decider = self.state.resolution().map(|r| actor::to_text(r.by));
        vec![
            self.requester.uuid().into(),
            self.wants.group().uuid().into(),
            kind_text(self.wants.kind()).into(),
            self.state.as_str().into(),
            decider.into(),
            self.reason.key().into(),
            self.created_at.micros().into(),
            to_body(self),
        ]
    }
}
