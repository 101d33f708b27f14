//! The bodies of requests, which must arrive in time, and of answers, whose end is an end of waiting.

use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::rejection::BytesRejection,
    http::StatusCode,
};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::Instant;

use super::{settings::Phase, stream::Alarm};
use crate::error::Failure;

/// What a client sends, until its time is over.
pub(super) struct Sent {
    body: Incoming,
    time: Duration,
    end: Option<Instant>,
    alarm: Alarm,
}

impl Sent {
    pub(super) fn new(body: Incoming, time: Duration) -> Self {
        Self {
            body,
            time,
            end: None,
            alarm: Alarm::default(),
        }
    }
}

/// A body did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("it did not arrive within {0:?}; send it again")]
struct Late(Duration);

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let time = this.time;
        let end = *this.end.get_or_insert_with(|| Instant::now() + time);
        match this.alarm.poll(cx, end) {
            Poll::Ready(()) => Poll::Ready(Some(Err(Late(time).into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Why a body could not be read.
pub(crate) fn unread(refused: &BytesRejection) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(refused);
    while let Some(error) = cause {
        if let Some(late) = error.downcast_ref::<Late>() {
            return Failure::Http(StatusCode::REQUEST_TIMEOUT, format!("the body: {late}"));
        }
        cause = error.source();
    }
    Failure::Http(refused.status(), refused.body_text())
}

/// What is answered: with its end the wait for the next request begins.
pub(super) struct Answer {
    body: Body,
    phase: Arc<Phase>,
}

/// A request that is being answered.
pub(super) struct Begun(Arc<Phase>);

impl Answer {
    /// Begins an answer.
    pub(super) fn begun(phase: &Arc<Phase>) -> Begun {
        phase.next();
        Begun(Arc::clone(phase))
    }
}

impl Begun {
    /// The answer.
    pub(super) fn with(self, body: Body) -> Answer {
        Answer {
            body,
            phase: self.0,
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.phase.next();
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
