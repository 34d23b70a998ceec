//! A plain client: connects as an adapter says, reads all there is, comes back when it was cut off.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use host::domain::{Candle, InstrumentKind};
use host::venues::adapters;
use host::venues::stream::{Channel, Stream, StreamEvent};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::VenueSim;

/// A client of one connection.
pub(super) struct Client {
    sim: Arc<super::Shared>,
    url: String,
    subscribe: Vec<String>,
    pub(super) stream: Arc<dyn Stream>,
    socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    /// It opens another connection when it heard nothing for so long.
    pub(super) patience: Duration,
    pub(super) frames: Vec<String>,
    pub(super) events: Vec<StreamEvent>,
    /// Frames that could not be read.
    pub(super) unread: usize,
    pub(super) farewells: Vec<String>,
}

impl Client {
    /// Of what an adapter opens first for these channels.
    pub(super) fn of(sim: &VenueSim, venue: &str, wanted: &[(&str, Channel)]) -> Self {
        let stream = adapters::stream(venue, InstrumentKind::LinearPerpetual).expect("a venue");
        let wanted: Vec<_> = wanted.iter().map(|(s, c)| ((*s).to_owned(), *c)).collect();
        let (connections, _) = stream.connections(&wanted);
        // Binance has a connection for books, which comes last.
        let connection = connections.first().expect("something is wanted");
        Self {
            sim: Arc::clone(&sim.shared),
            url: format!("{}{}", sim.ws_url(), connection.path),
            subscribe: connection.subscribe.clone(),
            stream,
            socket: None,
            patience: Duration::from_secs(60),
            frames: Vec::new(),
            events: Vec::new(),
            unread: 0,
            farewells: Vec::new(),
        }
    }

    /// One that says this on that path.
    pub(super) fn saying(sim: &VenueSim, venue: &str, path: &str, say: &[&str]) -> Self {
        let mut client = Self::of(sim, venue, &[("BTCUSDT", Channel::Mark)]);
        client.url = format!("{}{path}", sim.ws_url());
        client.subscribe = say.iter().map(|text| (*text).to_owned()).collect();
        client
    }

    /// Opens its connection and subscribes.
    pub(super) async fn connect(&mut self) {
        let (socket, _) = connect_async(&self.url).await.expect("it is there");
        self.socket = Some(socket);
        self.subscribe().await;
    }

    async fn subscribe(&mut self) {
        let Some(socket) = &mut self.socket else {
            return;
        };
        for text in &self.subscribe {
            // One that fails is noticed with the next read.
            let _ = socket.send(Message::text(text.as_str())).await;
        }
    }

    /// Reads until the play is over, connecting again and again.
    pub(super) async fn listen(&mut self) {
        self.until(|shared| shared.progress.lock().expect("no panic").is_finished)
            .await;
    }

    /// Lets so many minutes be played, and reads them.
    pub(super) async fn steps(&mut self, sim: &VenueSim, minutes: i64) {
        let target = self.sim.progress.lock().expect("no panic").played + minutes;
        // At the end of the history nobody listens.
        let _ = sim.steps.send(minutes);
        self.until_played(target).await;
    }

    /// Reads until so many minutes were played in all, or the play is over.
    pub(super) async fn until_played(&mut self, minutes: i64) {
        self.until(|shared| {
            let progress = shared.progress.lock().expect("no panic");
            progress.is_finished || progress.played >= minutes
        })
        .await;
    }

    /// Reads so many frames.
    pub(super) async fn read(&mut self, frames: usize) {
        while self.frames.len() < frames {
            if self.socket.is_none() {
                self.connect().await;
            }
            self.turn().await;
        }
    }

    async fn until(&mut self, is_enough: impl Fn(&super::Shared) -> bool) {
        let mut silent = Duration::ZERO;
        while !is_enough(&self.sim) {
            if self.socket.is_none() {
                self.connect().await;
            }
            silent = if self.turn().await {
                Duration::ZERO
            } else {
                silent + TURN
            };
            if silent > self.patience {
                self.socket = None;
                silent = Duration::ZERO;
            }
        }
    }

    /// Waits a moment for something to read; false if there was nothing.
    async fn turn(&mut self) -> bool {
        let Some(socket) = &mut self.socket else {
            return false;
        };
        let Ok(said) = tokio::time::timeout(TURN, socket.next()).await else {
            return false;
        };
        match said {
            Some(Ok(Message::Text(text))) => self.hear(text.as_str().to_owned()).await,
            Some(Ok(Message::Binary(bytes))) => {
                self.hear(String::from_utf8_lossy(&bytes).into_owned())
                    .await;
            }
            Some(Ok(Message::Close(farewell))) => {
                let code = farewell.map_or(0, |f| f.code.into());
                self.farewells.push(code.to_string());
                self.socket = None;
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => self.socket = None,
        }
        true
    }

    async fn hear(&mut self, text: String) {
        match self.stream.read(&text) {
            Ok(events) => {
                if events.iter().any(|e| matches!(e, StreamEvent::Refused(_))) {
                    self.subscribe().await;
                }
                self.events.extend(events);
            }
            Err(_) => self.unread += 1,
        }
        self.frames.push(text);
    }

    /// Candles the venue said were final, as they came.
    pub(super) fn closed(&self) -> Vec<Candle> {
        let closed = self.events.iter().filter_map(|event| match event {
            StreamEvent::Candle {
                candle,
                is_closed: Some(true),
                ..
            } => Some(*candle),
            _ => None,
        });
        closed.collect()
    }
}

/// How long one look for frames takes at most.
const TURN: Duration = Duration::from_millis(20);

/// An answer to a question.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Everything before the body, in small letters.
    pub(super) head: String,
    pub(super) body: String,
}

/// The answer to a question, asked without any client of ours.
pub(super) async fn asked(sim: &VenueSim, path: &str) -> Answer {
    let address = sim.url().replacen("http://", "", 1);
    let mut socket = TcpStream::connect(&address).await.expect("it is there");
    let question = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    socket
        .write_all(question.as_bytes())
        .await
        .expect("it listens");
    let mut text = String::new();
    socket.read_to_string(&mut text).await.expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).expect("a status");
    Answer {
        status: status.parse().expect("a number"),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}
