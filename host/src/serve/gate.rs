//! Who comes in to health and metrics: so many at once, each for a few seconds. That bounds slow headers, idle connections and
//! slow readers with one rule.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// Connections at once; others wait in the system's queue.
const MOST_VISITS: usize = 32;

pub(super) struct Gate {
    listener: TcpListener,
    room: Arc<Semaphore>,
    visit: Duration,
}

impl Gate {
    /// Each connection may last as long as a `visit`.
    pub(super) fn new(listener: TcpListener, visit: Duration) -> Self {
        Self {
            listener,
            room: Arc::new(Semaphore::new(MOST_VISITS)),
            visit,
        }
    }
}

impl Listener for Gate {
    type Io = Visit;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Visit, SocketAddr) {
        let room = Arc::clone(&self.room);
        let place = room.acquire_owned().await.expect("it is never closed");
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let visit = Visit {
            stream,
            end: Box::pin(sleep(self.visit)),
            _place: place,
        };
        (visit, address)
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection whose time runs out.
pub(super) struct Visit {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Visit {
    fn check(&mut self, context: &mut Context<'_>) -> Result<()> {
        if self.end.as_mut().poll(context).is_ready() {
            return Err(Error::new(ErrorKind::TimedOut, "the visit took too long"));
        }
        Ok(())
    }
}

impl AsyncRead for Visit {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Visit {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use axum::Router;
    use axum::routing::get;

    use super::*;

    /// A server whose visits are short.
    async fn serve(visit: Duration) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has one");
        let router = Router::new().route("/", get(|| async { "x" }));
        tokio::spawn(axum::serve(Gate::new(listener, visit), router).into_future());
        address
    }

    fn connect(address: SocketAddr) -> std::net::TcpStream {
        let stream = std::net::TcpStream::connect(address).expect("it listens");
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("a socket");
        stream
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn half_a_head_and_silence_are_cut_off_and_make_room_for_others() {
        let address = serve(Duration::from_millis(200)).await;
        let mut slow: Vec<_> = (0..MOST_VISITS + 3).map(|_| connect(address)).collect();
        for stream in slow.iter_mut().step_by(2) {
            stream.write_all(b"GET / HT").expect("it is read");
        }
        for mut stream in slow {
            let mut left = Vec::new();
            // A reset is as good an end as any.
            let _ = stream.read_to_end(&mut left);
            assert!(
                left.is_empty() || left.starts_with(b"HTTP/1.1 4"),
                "{left:?}"
            );
        }
        let mut quick = connect(address);
        quick
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .expect("it is read");
        let mut answer = String::new();
        quick.read_to_string(&mut answer).expect("there is room");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
