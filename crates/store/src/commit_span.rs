//! The span of one operation's commit, from handing it in to its answer, and its line in the
//! program's log.

use std::time::Instant;

use portcullis_model::{Actor, Context, OperationName, World};
use tracing::{Span, field::Empty};

use crate::{CommitError, Committed, Replay, actor};

pub(crate) struct CommitSpan {
    span: Span,
    started: Instant,
}

impl CommitSpan {
    /// Begins inside whatever span the caller is in.
    pub(crate) fn new() -> Self {
        let span = tracing::info_span!(
            target: "portcullis::operations",
            "operation",
            operation = Empty,
            actor = Empty,
            position = Empty,
            outcome = Empty,
            duration_us = Empty,
        );
        Self {
            span,
            started: Instant::now(),
        }
    }

    /// Names the operation, which is known once it is planned.
    pub(crate) fn planned(&self, operation: OperationName) {
        self.span.record("operation", operation.as_str());
    }

    /// Ends the span with what is answered; `world` knows what the actor is called.
    pub(crate) fn close(
        self,
        context: &Context,
        world: &World,
        answer: &Result<Committed, CommitError>,
    ) {
        if self.span.is_disabled() {
            return;
        }
        match (
            context.actor,
            context.actor.user().and_then(|id| world.user(id)),
        ) {
            (Actor::User(_), Some(user)) => self.span.record("actor", user.login.as_str()),
            (other, _) => self.span.record("actor", actor::to_text(other)),
        };
        let outcome = match answer {
            Ok(committed) => {
                self.planned(committed.change.operation);
                self.span.record("position", committed.position.0);
                match committed.replayed {
                    Replay::Fresh => "committed",
                    Replay::Replayed => "replayed",
                    Replay::Unchanged => "unchanged",
                }
            }
            Err(error) => error.code(),
        };
        self.span.record("outcome", outcome);
        let duration = self.started.elapsed().as_micros();
        let duration = u64::try_from(duration).unwrap_or(u64::MAX);
        self.span.record("duration_us", duration);
        tracing::info!(target: "portcullis::operations", parent: &self.span, "answered");
    }
}
