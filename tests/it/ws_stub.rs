//! A local venue that plays scripts over websockets, and answers questions with bodies that were prepared.
#![expect(
    clippy::disallowed_methods,
    reason = "other processes are watched and killed by the clock"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

/// What the server does next on a connection.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Waits for so many messages of the client: its subscriptions.
    Subscribed(usize),
    /// Sends a text frame.
    Frame(String),
    /// Does nothing for so many milliseconds.
    Wait(u64),
    /// Sends a ping.
    Ping,
    /// Says farewell.
    Close,
    /// Is gone without a word.
    Drop,
}

/// Steps for a connection, by its path and how many came to that path before it.
pub(crate) type Script = Box<dyn Fn(&str, usize) -> Vec<Step> + Send + Sync>;

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// Paths of connections, in the order they came.
    pub(crate) connections: Vec<String>,
    /// Messages of clients.
    pub(crate) messages: Vec<String>,
    /// Frames that were handed to the network, and when.
    pub(crate) sent: Vec<(Instant, String)>,
    /// Answers to pings.
    pub(crate) pongs: usize,
}

/// The server; it ends when it is dropped.
pub(crate) struct WsStub {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
    runtime: Option<Runtime>,
}

impl WsStub {
    /// Starts it on a free port of this machine.
    pub(crate) fn start(script: Script) -> Self {
        let runtime = Runtime::new().expect("threads");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("bound");
        let log = Arc::new(Mutex::new(Log::default()));
        let shared = Arc::clone(&log);
        let script = Arc::new(script);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, Arc::clone(&script), Arc::clone(&shared)));
            }
        });
        Self {
            address,
            log,
            runtime: Some(runtime),
        }
    }

    /// Its address, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// What happened so far.
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("the server did not panic")
    }
}

impl Drop for WsStub {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Notes the path a client asks for.
struct Look<'a>(&'a mut String);

impl Callback for Look<'_> {
    fn on_request(self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        request.uri().path().clone_into(self.0);
        Ok(response)
    }
}

async fn connection(stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Log>>) {
    let mut path = String::new();
    // Small frames leave when they are sent, not when the one before them was acknowledged.
    let _ = stream.set_nodelay(true);
    let Ok(socket) = accept_hdr_async(stream, Look(&mut path)).await else {
        return;
    };
    let before = {
        let mut log = log.lock().expect("no panic");
        let before = log.connections.iter().filter(|p| **p == path).count();
        log.connections.push(path.clone());
        before
    };
    let steps = script(&path, before);
    play(socket, steps, &log).await;
}

async fn play(mut socket: WebSocketStream<TcpStream>, steps: Vec<Step>, log: &Mutex<Log>) {
    for step in steps {
        let sent = match step {
            Step::Subscribed(count) => {
                for _ in 0..count {
                    if !heard(&mut socket, log).await {
                        return;
                    }
                }
                Ok(())
            }
            Step::Frame(text) => {
                let sent = socket.send(Message::text(text.as_str())).await;
                let now = (Instant::now(), text);
                log.lock().expect("no panic").sent.push(now);
                sent
            }
            Step::Wait(ms) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Ok(())
            }
            Step::Ping => socket.send(Message::Ping(b"alive".as_slice().into())).await,
            Step::Close => socket.close(None).await,
            Step::Drop => return,
        };
        if sent.is_err() {
            return;
        }
    }
    while heard(&mut socket, log).await {}
}

/// Waits for a text message; false when the client is gone.
async fn heard(socket: &mut WebSocketStream<TcpStream>, log: &Mutex<Log>) -> bool {
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => {
                let text = text.as_str().to_owned();
                log.lock().expect("no panic").messages.push(text);
                return true;
            }
            Message::Pong(_) => log.lock().expect("no panic").pongs += 1,
            _ => {}
        }
    }
    false
}

/// Answers every question with the next body, the last one again and again; its address.
pub(crate) fn answering(bodies: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut question = [0; 4_096];
            let _ = stream.read(&mut question);
            let body = bodies
                .get(number)
                .or(bodies.last())
                .cloned()
                .unwrap_or_default();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
        }
    });
    format!("http://{address}")
}
