//! One websocket: what the client says goes to its venue, what the play sends goes out, in order. A slow client holds up the play.

use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::Shared;
use super::door::Door;
use super::hub::{Heard, Send};

/// Messages on their way to a connection; more make the play wait.
const ON_THE_WAY: usize = 64;

/// Notes the address a client asks for.
struct Look<'a>(&'a mut (String, String));

impl Callback for Look<'_> {
    fn on_request(self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        let uri = request.uri();
        *self.0 = (
            uri.path().to_owned(),
            uri.query().unwrap_or_default().to_owned(),
        );
        Ok(response)
    }
}

/// Serves a connection to its end.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut address = (String::new(), String::new());
    // Small frames leave when they are sent, not when the one before them was acknowledged.
    let _ = stream.set_nodelay(true);
    let Ok(mut socket) = accept_hdr_async(stream, Look(&mut address)).await else {
        return;
    };
    let (path, query) = address;
    let Some((door, first)) = Door::open(&shared.market, &path, &query) else {
        let _ = socket.close(None).await;
        return;
    };
    let (sender, mut orders) = mpsc::channel(ON_THE_WAY);
    let line = shared.admit(&path, &door, sender);
    shared.subscribe(line, &first);
    // Whatever ends it, the client sees; there is nobody to tell it to here.
    let _ = talk(&mut socket, &door, line, &mut orders, &shared).await;
    shared.dismiss(line);
}

type Socket = WebSocketStream<TcpStream>;

async fn talk(
    socket: &mut Socket,
    door: &Door,
    line: u64,
    orders: &mut mpsc::Receiver<Send>,
    shared: &Shared,
) -> Result<(), Error> {
    loop {
        tokio::select! {
            said = socket.next() => match said {
                Some(Ok(Message::Text(text))) => {
                    let heard = shared.hear(door, text.as_str());
                    answer(socket, line, heard, shared).await?;
                }
                Some(Ok(Message::Pong(number))) => shared.answered(line, &number),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            Some(order) = orders.recv() => {
                let mut next = Some(order);
                // What waits goes out together.
                while let Some(order) = next {
                    obey(socket, order).await?;
                    next = orders.try_recv().ok();
                }
                socket.flush().await?;
            }
        }
    }
}

/// Answers a message, then whatever a subscription begins with.
async fn answer(
    socket: &mut Socket,
    line: u64,
    heard: Heard,
    shared: &Shared,
) -> Result<(), Error> {
    for answer in &heard.answers {
        socket.feed(Message::text(answer.as_str())).await?;
    }
    for frame in shared.subscribe(line, &heard) {
        socket.feed(Message::text(frame)).await?;
    }
    socket.flush().await?;
    if heard.ends {
        return Err(Error::ConnectionClosed);
    }
    Ok(())
}

async fn obey(socket: &mut Socket, order: Send) -> Result<(), Error> {
    match order {
        Send::Frame(message) => socket.feed(message).await,
        Send::Ping(number) => {
            let number = Bytes::copy_from_slice(&number.to_be_bytes());
            socket.feed(Message::Ping(number)).await
        }
        Send::Close(code, reason) => {
            let frame = CloseFrame {
                code: CloseCode::from(code),
                reason: reason.into(),
            };
            socket.close(Some(frame)).await?;
            Err(Error::ConnectionClosed)
        }
        Send::Drop => {
            socket.flush().await?;
            Err(Error::ConnectionClosed)
        }
    }
}
