//! A connection's bytes, with an end to every wait.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use super::settings::{Deadlines, Phase};

/// Who takes fewer bytes of an answer than this in [`Deadlines::stalled`] is gone.
pub(super) const LEAST: usize = 16 << 10;

/// A stream that fails where the other end takes too long.
pub(super) struct Watched {
    stream: TcpStream,
    deadlines: Deadlines,
    phase: Arc<Phase>,
    /// The turn that `head` belongs to.
    turn: u64,
    /// By when the head of the next request must be there.
    head: Option<Instant>,
    /// Whether some of it is.
    begun: bool,
    reading: Alarm,
    /// By when enough must have been taken, and how much was since that was set.
    taken: Option<Instant>,
    bytes: usize,
    writing: Alarm,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, deadlines: Deadlines, phase: Arc<Phase>) -> Self {
        Self {
            stream,
            deadlines,
            turn: phase.turn(),
            phase,
            head: Some(Instant::now() + deadlines.head),
            begun: false,
            reading: Alarm::default(),
            taken: None,
            bytes: 0,
            writing: Alarm::default(),
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let turn = this.follow();
        // What comes while a request is answered is its body, which has a deadline of its own.
        let between = turn.is_multiple_of(2);
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(cx, buffer) {
            if between && !this.begun && buffer.filled().len() > before {
                this.begun = true;
                let end = Instant::now() + this.deadlines.head;
                this.head = Some(this.head.filter(|_| turn == 0).unwrap_or(end));
            }
            return Poll::Ready(read);
        }
        if !between {
            return Poll::Pending;
        }
        ready!(this.poll_silence(cx));
        Poll::Ready(Err(late("the request did not arrive in time")))
    }
}

impl Watched {
    /// Takes note of a new turn.
    fn follow(&mut self) -> u64 {
        let turn = self.phase.turn();
        if turn != self.turn {
            (self.turn, self.head, self.begun) = (turn, None, false);
        }
        turn
    }

    /// Ready once the next request should have been there.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let idle = self.deadlines.idle;
        let end = *self.head.get_or_insert_with(|| Instant::now() + idle);
        self.reading.poll(cx, end)
    }

    /// What became of writing some of an answer.
    fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        wrote: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(wrote) = wrote {
            self.bytes += wrote.as_ref().copied().unwrap_or_default();
            if self.bytes >= LEAST {
                self.taken = None;
            }
            return Poll::Ready(wrote);
        }
        let end = *self.taken.get_or_insert_with(|| {
            self.bytes = 0;
            Instant::now() + self.deadlines.stalled
        });
        ready!(self.writing.poll(cx, end));
        Poll::Ready(Err(late("the answer was not taken in time")))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.wrote(cx, wrote)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.wrote(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Flushing comes when all is written.
        this.taken = None;
        if this.follow().is_multiple_of(2) {
            // The next request is not read for before some of it is there, so that its wait begins
            // here. Whoever is woken reads, and fails there.
            let _ = this.poll_silence(cx);
        }
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

fn late(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, why)
}

/// Wakes at a time that is mostly put off: setting it later costs nothing until it would ring.
#[derive(Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Ready once `end` has come.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, end: Instant) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if sleep.deadline() > end {
            sleep.as_mut().reset(end);
        }
        loop {
            ready!(sleep.as_mut().poll(cx));
            if sleep.deadline() >= end {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(end);
        }
    }
}
