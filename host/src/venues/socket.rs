//! Keeps websockets to venues alive: connects, subscribes, answers, notices silence, connects again for as long as it is wanted.
//!
//! * What a socket sends is handed on as text with the time it was received; nothing is read here.
//! * A connection that ends is opened again after growing jittered pauses, for ever.
//! * A connection that grows old, or that was asked to begin anew, is replaced: the new one stands and has answered before the old
//!   one ends, so for a moment both hand on the same. Every line says which connection it is from.
//! * One that says nothing for as long as its channels never do is given up.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::http::{Addresses, HttpError};
use super::rest::shown;
use super::stream::Connection;
use super::tls;
use crate::domain::Timestamp;

/// Now, by the clock of this machine.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "when something was received is what a recording is about"
)]
pub fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.map_or(0, |d| d.as_millis());
    Timestamp(i64::try_from(ms).unwrap_or(i64::MAX))
}

/// Something a connection did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// When, by the clock of this machine.
    pub at: Timestamp,
    /// Index of the connection, as they were given.
    pub connection: usize,
    /// Counts up each time it is opened.
    pub generation: u64,
    /// What.
    pub what: Incoming,
}

/// What a connection does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// It stands; subscriptions are sent now.
    Opened,
    /// The last subscription was sent.
    Subscribed,
    /// A frame, as it was sent.
    Frame(String),
    /// It ended, and why. Only one that had opened closes.
    Closed(String),
    /// It was ended because a newer one stands: nothing was missed between them.
    Replaced,
    /// It could not be opened, and why; it is tried again.
    Unreachable(String),
}

/// Is told what connections do, from whichever thread it happens on; it must not wait.
pub type Listener = Arc<dyn Fn(Received) + Send + Sync>;

/// How patient connections are.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until a connection stands.
    pub connect_timeout_ms: u64,
    /// The shortest pause before it is opened again; up to as much is added by chance.
    pub pause_min_ms: u64,
    /// The longest, likewise.
    pub pause_max_ms: u64,
    /// Between two subscriptions: venues count messages by the second.
    pub subscribe_pause_ms: u64,
    /// How long a replacement may be silent before it counts as standing.
    pub answer_wait_ms: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 10_000,
            pause_min_ms: 250,
            pause_max_ms: 30_000,
            subscribe_pause_ms: 250,
            answer_wait_ms: 5_000,
        }
    }
}

/// Connections that are kept until this is dropped.
#[derive(Debug)]
pub struct Sockets {
    renew: Vec<mpsc::UnboundedSender<()>>,
    /// Ends every task when it goes.
    runtime: Option<Runtime>,
}

impl Sockets {
    /// Opens connections and keeps them open. What they do goes to `out`.
    ///
    /// # Errors
    /// [`HttpError::Setup`]: this machine has no threads left.
    pub fn open(
        connections: &[Connection],
        addresses: &Addresses,
        patience: Patience,
        out: &Listener,
    ) -> Result<Self, HttpError> {
        tls::install();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("sockets")
            .enable_all()
            .build()
            .map_err(|e| HttpError::Setup(e.to_string()))?;
        let mut renew = Vec::new();
        for (index, connection) in connections.iter().enumerate() {
            let (sender, receiver) = mpsc::unbounded_channel();
            renew.push(sender);
            let line = Line {
                url: format!("{}{}", addresses.base(&connection.place), connection.path),
                index,
                connection: connection.clone(),
                patience,
                out: Arc::clone(out),
            };
            runtime.spawn(line.keep(receiver));
        }
        Ok(Self {
            renew,
            runtime: Some(runtime),
        })
    }

    /// Replaces a connection by a new one, which subscribes anew.
    pub fn renew(&self, connection: usize) {
        if let Some(sender) = self.renew.get(connection) {
            // The task lives as long as the runtime.
            let _ = sender.send(());
        }
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// One connection and what it needs to be opened again.
#[derive(Clone)]
struct Line {
    url: String,
    index: usize,
    connection: Connection,
    patience: Patience,
    out: Listener,
}

/// One opening of a connection.
struct Opening {
    task: JoinHandle<()>,
    /// It has subscribed and heard something.
    ready: oneshot::Receiver<()>,
    stop: oneshot::Sender<()>,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Line {
    /// Opens the connection again and again.
    async fn keep(self, mut renew: mpsc::UnboundedReceiver<()>) {
        let mut generation = 0;
        let mut pauses = self.pauses();
        // Only a connection that stood for a while shows that the venue is well: one may answer and close again and again.
        let healthy = Duration::from_millis(self.patience.pause_max_ms);
        loop {
            generation += 1;
            let mut live = self.start(generation);
            let mut opened = Instant::now();
            let mut is_alive = (&mut live.ready).await.is_ok();
            // A replacement that failed is tried again at once, not after another life.
            let mut is_due = false;
            while is_alive {
                if !is_due {
                    let life = self.connection.life_ms.unwrap_or(u64::from(u32::MAX));
                    let is_over = tokio::select! {
                        _ = &mut live.task => true,
                        () = sleep(Duration::from_millis(life)) => false,
                        Some(()) = renew.recv() => false,
                    };
                    if opened.elapsed() >= healthy {
                        pauses = self.pauses();
                    }
                    if is_over {
                        break;
                    }
                }
                generation += 1;
                let mut next = self.start(generation);
                // The old one goes on until the new one stands.
                let stands = tokio::select! {
                    stands = &mut next.ready => stands.is_ok(),
                    _ = &mut live.task => (&mut next.ready).await.is_ok(),
                };
                is_due = !stands;
                if stands {
                    let _ = live.stop.send(());
                    live = next;
                    opened = Instant::now();
                } else {
                    is_alive = !live.task.is_finished();
                    sleep(pauses.next().unwrap_or_default()).await;
                }
            }
            sleep(pauses.next().unwrap_or_default()).await;
        }
    }

    fn pauses(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(self.patience.pause_min_ms))
            .with_max_delay(Duration::from_millis(self.patience.pause_max_ms))
            .with_factor(2.0)
            .without_max_times()
            .with_jitter()
            .build()
    }

    fn start(&self, generation: u64) -> Opening {
        let (ready, is_ready) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        Opening {
            task: tokio::spawn(self.clone().run(generation, ready, stopped)),
            ready: is_ready,
            stop,
        }
    }

    /// From the first attempt to the end of the connection.
    async fn run(self, generation: u64, ready: oneshot::Sender<()>, stop: oneshot::Receiver<()>) {
        let wait = Duration::from_millis(self.patience.connect_timeout_ms);
        let opened = timeout(wait, connect_async_with_config(&self.url, None, true)).await;
        let mut socket = match opened {
            Ok(Ok((socket, _))) => socket,
            Ok(Err(e)) => return self.tell(generation, Incoming::Unreachable(e.to_string())),
            Err(_) => {
                let why = format!("no answer within {} s", wait.as_secs());
                return self.tell(generation, Incoming::Unreachable(why));
            }
        };
        self.tell(generation, Incoming::Opened);
        let end = self.listen(&mut socket, generation, ready, stop).await;
        self.tell(generation, end);
        // A venue that does not answer the farewell is not waited for.
        let _ = timeout(Duration::from_secs(1), socket.close(None)).await;
    }

    fn tell(&self, generation: u64, what: Incoming) {
        (self.out)(Received {
            at: wall_clock(),
            connection: self.index,
            generation,
            what,
        });
    }

    /// Subscribes, then hands on what comes; how it ended.
    async fn listen(
        &self,
        socket: &mut Socket,
        generation: u64,
        ready: oneshot::Sender<()>,
        mut stop: oneshot::Receiver<()>,
    ) -> Incoming {
        let silence = Duration::from_millis(self.connection.silence_ms);
        let forever = Duration::from_secs(u64::from(u32::MAX));
        let pause = Duration::from_millis(self.patience.subscribe_pause_ms);
        let keep_alive = self.connection.ping.as_ref();
        let every = keep_alive.map_or(forever, |(_, ms)| Duration::from_millis(*ms));
        let mut subscriptions = self.connection.subscribe.iter();
        let mut next_subscription = Instant::now();
        let mut next_ping = Instant::now() + every;
        let mut silent_at = Instant::now() + silence.min(forever);
        let mut ready = Some(ready);
        let mut is_subscribed = false;
        let mut ready_at = Instant::now() + forever;
        loop {
            let received = tokio::select! {
                // In this order: a venue that never pauses must not keep us from subscribing.
                biased;
                _ = &mut stop => return Incoming::Replaced,
                () = sleep_until(silent_at) => {
                    return Incoming::Closed(format!("silent for {} s", silence.as_secs_f64()));
                }
                () = sleep_until(ready_at) => {
                    ready_at += forever;
                    let _ = ready.take().map(|r| r.send(()));
                    continue;
                }
                () = sleep_until(next_subscription), if !is_subscribed => {
                    if let Some(text) = subscriptions.next()
                        && let Err(e) = socket.send(Message::text(text.as_str())).await
                    {
                        return Incoming::Closed(format!("subscribing: {e}"));
                    }
                    next_subscription = Instant::now() + pause;
                    // Told before anything else is read: what comes from now on is complete.
                    if subscriptions.len() == 0 {
                        is_subscribed = true;
                        let wait = Duration::from_millis(self.patience.answer_wait_ms);
                        ready_at = Instant::now() + wait;
                        self.tell(generation, Incoming::Subscribed);
                    }
                    continue;
                }
                () = sleep_until(next_ping) => {
                    next_ping += every;
                    let text = keep_alive.map_or("", |(text, _)| text.as_str());
                    if let Err(e) = socket.send(Message::text(text)).await {
                        return Incoming::Closed(format!("keeping it alive: {e}"));
                    }
                    continue;
                }
                received = socket.next() => received,
            };
            silent_at = Instant::now() + silence.min(forever);
            match received {
                Some(Ok(Message::Text(text))) => {
                    self.tell(generation, Incoming::Frame(text.as_str().to_owned()));
                    if is_subscribed {
                        let _ = ready.take().map(|r| r.send(()));
                    }
                }
                Some(Ok(Message::Binary(bytes))) => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    self.tell(generation, Incoming::Frame(text));
                }
                Some(Ok(Message::Close(frame))) => {
                    let said = frame.map_or_else(String::new, |f| {
                        format!(": {} {}", f.code, shown(&f.reason))
                    });
                    return Incoming::Closed(format!("closed by the venue{said}"));
                }
                // Pings are answered by the library with the next read.
                Some(Ok(_)) => {}
                Some(Err(e)) => return Incoming::Closed(e.to_string()),
                None => return Incoming::Closed("ended without a word".to_owned()),
            }
        }
    }
}
