//! The wire side of the stub: HTTP/1.1 on a port of this machine, whole answers and broken ones.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER,
    USER_AGENT,
};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::answer::Reply;
use super::faults::{self, Fault};
use super::{Asked, Sockets, State, route};

/// Where a redirected request goes.
const ELSEWHERE: &str = "/elsewhere";
/// An answer with the clock waits at most so long for whoever plays.
const CLOCK_WAITS: Duration = Duration::from_secs(5);
/// Rows added on both sides by [`Fault::Overlap`].
const OVERLAP: usize = 3;

type Body = BoxBody<Bytes, std::io::Error>;

/// Serves until `ended`; returns where. Connections that ask for a websocket go to `sockets`, where there is somebody for them.
pub(super) fn start(
    state: Arc<Mutex<State>>,
    ended: oneshot::Receiver<()>,
    sockets: Option<Sockets>,
) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    listener.set_nonblocking(true).expect("a socket can");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a socket");
            tokio::select! {
                () = serve(listener, state, sockets) => {}
                _ = ended => {}
            }
        });
    });
    address
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, sockets: Option<Sockets>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (state, sockets) = (Arc::clone(&state), sockets.clone());
        tokio::spawn(async move {
            if let Some(sockets) = sockets
                && wants_websocket(&socket).await
            {
                // Nobody takes it any more: the server is about to end.
                let _ = socket.into_std().map(|socket| sockets.send(socket));
                return;
            }
            let service = hyper::service::service_fn(|request| respond(&state, request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service);
            // A connection that ends in an error is what a fault wants, or a client that was killed.
            let _ = connection.await;
        });
    }
}

/// Is the first request of a connection one for a websocket? It stays unread.
async fn wants_websocket(socket: &TcpStream) -> bool {
    let mut head = [0; 4_096];
    loop {
        let Ok(length @ 1..) = socket.peek(&mut head).await else {
            return false;
        };
        let text = String::from_utf8_lossy(&head[..length]).to_ascii_lowercase();
        if text.contains("\r\n\r\n") || length == head.len() {
            return text.contains("upgrade: websocket");
        }
        // The rest of the head is on its way; what came of it would be seen again at once.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// An answer; an error ends the connection without one.
async fn respond(
    state: &Mutex<State>,
    request: Request<Incoming>,
) -> Result<Response<Body>, std::io::Error> {
    let (asked, is_json) = read(request).await?;
    before_clock(state, &asked).await;
    let (reply, fault, retry_after_s, used) = {
        let mut state = state.lock().expect("no panic holds it");
        decide(&mut state, asked.clone(), is_json)
    };
    if let Some(Fault::Slow { by_ms }) = fault {
        tokio::time::sleep(Duration::from_millis(by_ms)).await;
    }
    let status = reply.status;
    let mut head = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, reply.content_type);
    if asked.path.starts_with("/fapi/") || asked.path.starts_with("/api/") {
        head = head.header("x-mbx-used-weight-1m", used);
    }
    if let Some(seconds) = retry_after_s {
        head = match asked.path.starts_with("/v5/") {
            true => head.header(
                "x-bapi-limit-reset-timestamp",
                faults::BYBIT_MS + seconds * 1_000,
            ),
            false => head.header(RETRY_AFTER, seconds),
        };
    }
    let body = reply.body();
    let whole = |bytes: Vec<u8>| Full::new(Bytes::from(bytes)).map_err(never).boxed();
    let response = match fault {
        Some(Fault::Disconnect) => return Err(std::io::Error::other("cut")),
        Some(Fault::Redirect) => {
            let status = if asked.method == "POST" { 307 } else { 302 };
            let to = format!("{ELSEWHERE}{}?{}", asked.path, asked.query);
            let head = Response::builder().status(status).header(LOCATION, to);
            head.body(whole(Vec::new()))
        }
        Some(Fault::CutMiddle) => {
            let head = head.header(CONTENT_LENGTH, body.len());
            head.body(cut(&body[..body.len() / 2]))
        }
        Some(Fault::LengthTooLong) => {
            let head = head.header(CONTENT_LENGTH, body.len() + 1_000);
            head.body(cut(&body))
        }
        Some(Fault::ChunkedWithoutEnd) => head.body(cut(&body)),
        Some(Fault::Garbled) => head.body(whole(body[..body.len() / 2].to_vec())),
        Some(Fault::Gzip) if asked.accepts.contains("gzip") => {
            let head = head.header(CONTENT_ENCODING, "gzip");
            head.body(whole(gzip(&body)))
        }
        _ => head.body(whole(body)),
    };
    Ok(response.expect("headers of constants and numbers"))
}

/// Somebody whose frames are on their way sees to it that the answer to a question for the clock does not overtake them.
async fn before_clock(state: &Mutex<State>, asked: &Asked) {
    if !asked.path.ends_with("/time") && !asked.body.contains("exchangeStatus") {
        return;
    }
    let clock = state.lock().expect("no panic holds it").clock.clone();
    let (go, gone) = oneshot::channel();
    if clock.is_some_and(|clock| clock.send(go).is_ok()) {
        let _ = tokio::time::timeout(CLOCK_WAITS, gone).await;
    }
}

/// What is answered, and with which fault; everything is written down.
fn decide(
    state: &mut State,
    mut asked: Asked,
    is_json: bool,
) -> (Reply, Option<Fault>, Option<u64>, u32) {
    asked.number = state.log.len();
    let fault = (state.rule)(&asked)
        .filter(|fault| *fault != Fault::WrongChecksum || asked.path.ends_with(".CHECKSUM"));
    let extra_rows = match fault {
        Some(Fault::Overlap) => OVERLAP,
        _ => 0,
    };
    let (mut reply, retry_after_s) = match fault.as_ref().and_then(|f| faults::instead(f, &asked)) {
        Some(instead) => instead,
        None if asked.method == "POST" && !is_json => (
            Reply::text(
                415,
                "Expected request with `Content-Type: application/json`",
            ),
            None,
        ),
        None => (route(state, &asked, extra_rows), None),
    };
    if let Some(fault) = &fault {
        faults::twist(fault, &mut reply);
    }
    state.used += reply.weight;
    asked.status = reply.status;
    asked.fault = fault.clone();
    state.log.push(asked);
    (reply, fault, retry_after_s, state.used)
}

/// The request as it is written down, and whether its body is said to be JSON.
async fn read(request: Request<Incoming>) -> Result<(Asked, bool), std::io::Error> {
    let header = |name| {
        let value = request.headers().get(name);
        let text = value.and_then(|v: &hyper::header::HeaderValue| v.to_str().ok());
        text.unwrap_or_default().to_owned()
    };
    let (accepts, agent) = (header(ACCEPT_ENCODING), header(USER_AGENT));
    let is_json = header(CONTENT_TYPE).starts_with("application/json");
    let method = request.method().to_string();
    let path = request.uri().path();
    let path = path.strip_prefix(ELSEWHERE).unwrap_or(path).to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = request.into_body().collect().await;
    let body = body.map_err(std::io::Error::other)?.to_bytes();
    let asked = Asked {
        number: 0,
        method,
        path,
        query,
        body: String::from_utf8_lossy(&body).into_owned(),
        accepts,
        agent,
        status: 0,
        fault: None,
    };
    Ok((asked, is_json))
}

/// A body that breaks off after these bytes.
fn cut(bytes: &[u8]) -> Body {
    let first = Ok(Frame::data(Bytes::copy_from_slice(bytes)));
    let then = Err(std::io::Error::other("cut"));
    StreamBody::new(stream::iter([first, then])).boxed()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("memory takes it");
    packed.finish().expect("memory takes it")
}

fn never(error: Infallible) -> std::io::Error {
    match error {}
}
