//! A proposal on its way to the writer, and back to who made it with an answer.

use std::sync::Arc;

use portcullis_model::{Clock, Context, World};
use tokio::sync::oneshot;

use crate::{
    CommitError, Committed, Idempotency, Judged, Proposal, actor, commit_span::CommitSpan,
    idempotency::Key, proposal::Build,
};

/// The answer to one caller.
pub(crate) type Answer = Result<Committed, CommitError>;

/// A proposal on its way.
pub(crate) struct Job {
    pub(crate) context: Context,
    pub(crate) source: Source,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) clock: Option<Arc<dyn Clock>>,
    pub(crate) span: CommitSpan,
    answer: oneshot::Sender<Answer>,
}

/// Where a job's change comes from.
pub(crate) enum Source {
    /// It is still to be built.
    Build(Build, Option<Box<Judged>>),
    /// It was built in a batch that a rule of the tables turned down.
    Built(Arc<portcullis_model::ChangeSet>),
    /// It was built and answered without a change.
    Settled,
}

impl Job {
    pub(crate) fn new(
        context: Context,
        proposal: Proposal,
        answer: oneshot::Sender<Answer>,
    ) -> Self {
        Self {
            context,
            source: Source::Build(proposal.build, proposal.judged),
            idempotency: proposal.idempotency,
            clock: proposal.clock,
            span: CommitSpan::new(),
            answer,
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        let idempotency = self.idempotency.as_ref()?;
        let actor = actor::to_text(self.context.actor);
        Some((actor, idempotency.key.clone()))
    }

    pub(crate) fn answer(self, world: &World, answer: Answer) {
        self.span.close(&self.context, world, &answer);
        // Whoever no longer listens has hung up; what is written stays written.
        let _ = self.answer.send(answer);
    }
}
