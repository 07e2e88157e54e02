//! Peers that stop: a connection that takes or gives nothing for too long is given up,
//! so that slow ones cannot hold what everybody needs.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// A time that runs only while somebody waits.
struct Patience {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
    runs: bool,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        let timer = Box::pin(sleep_until(Instant::now() + limit));
        Self {
            limit,
            timer,
            runs: false,
        }
    }

    /// Something has moved.
    fn rest(&mut self) {
        self.runs = false;
    }

    /// Whether the wait has been too long; wakes the task when it will have been.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.runs {
            self.timer.as_mut().reset(Instant::now() + self.limit);
            self.runs = true;
        }
        self.timer.as_mut().poll(cx).is_ready()
    }
}

/// A connection whose other side must take what is written to it within a time.
pub(super) struct Steady<T> {
    inner: T,
    writing: Patience,
}

impl<T> Steady<T> {
    pub(super) fn new(inner: T, limit: Duration) -> Self {
        Self {
            inner,
            writing: Patience::new(limit),
        }
    }

    fn judge<R>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        match poll {
            Poll::Ready(done) => {
                self.writing.rest();
                Poll::Ready(done)
            }
            Poll::Pending if self.writing.is_over(cx) => Poll::Ready(Err(stalled())),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn stalled() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the other side takes nothing")
}

impl<T: AsyncRead + Unpin> AsyncRead for Steady<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Steady<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.judge(cx, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.judge(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_flush(cx);
        self.judge(cx, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.judge(cx, poll)
    }
}

/// A body that must go on within a time, and whose bytes are counted.
pub(super) struct Flow<B> {
    inner: B,
    waiting: Patience,
    count: Box<dyn Fn(u64) + Send>,
}

impl<B> Flow<B> {
    pub(super) fn new(inner: B, limit: Duration, count: Box<dyn Fn(u64) + Send>) -> Self {
        Self {
            inner,
            waiting: Patience::new(limit),
            count,
        }
    }
}

impl<B> Body for Flow<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                self.waiting.rest();
                let frame = frame.map(|frame| frame.map_err(io::Error::other));
                if let Some(Ok(frame)) = &frame
                    && let Some(data) = frame.data_ref()
                {
                    (self.count)(data.len() as u64);
                }
                Poll::Ready(frame)
            }
            Poll::Pending if self.waiting.is_over(cx) => Poll::Ready(Some(Err(stalled()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A body that takes room in a budget until it was sent, or nobody takes it.
pub(super) struct Held<B> {
    inner: B,
    _room: Option<tokio::sync::OwnedSemaphorePermit>,
}

impl<B> Held<B> {
    pub(super) fn new(inner: B, room: Option<tokio::sync::OwnedSemaphorePermit>) -> Self {
        Self { inner, _room: room }
    }
}

impl<B: Body + Unpin> Body for Held<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
