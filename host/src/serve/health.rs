//! Health and metrics over HTTP, for watchers on this machine: `/health/live`, `/health/ready`, `/health`, `/metrics`. GET only, without a
//! body, one request a connection, under names of this machine only: a web page that points its own name here reads nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::domain::Timestamp;
use crate::query::Snapshot;
use crate::serve::gate::Gate;
use crate::serve::metrics;
use crate::serve::probe::Probe;
use crate::serve::settings::Web;
use crate::serve::status::{Readiness, states};

/// How long a connection may last.
const VISIT: Duration = Duration::from_secs(10);

struct Watched {
    probe: Arc<Probe>,
    web: Web,
}

/// Takes the address; what is asked there is answered by the future, which does not end by itself.
pub(super) async fn open(
    web: Web,
    probe: Arc<Probe>,
) -> io::Result<(SocketAddr, impl Future<Output = ()> + Send + 'static)> {
    let listener = TcpListener::bind(web.address).await?;
    let address = listener.local_addr()?;
    let serving = axum::serve(Gate::new(listener, VISIT), router(Watched { probe, web }));
    let serving = async {
        if let Err(error) = serving.await {
            tracing::error!(%error, "health and metrics are no longer served");
        }
    };
    Ok((address, serving))
}

fn router(watched: Watched) -> Router {
    let watched = Arc::new(watched);
    Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .route("/health", get(health))
        .route("/metrics", get(scrape))
        .layer(middleware::from_fn_with_state(Arc::clone(&watched), check))
        .with_state(watched)
}

async fn ready(State(watched): State<Arc<Watched>>) -> Response {
    let seen = watched.probe.look().await;
    let readiness = seen.map_or(Readiness::Silent, |snapshot| Readiness::of(&snapshot));
    (status_of(readiness), format!("{}\n", readiness.word())).into_response()
}

async fn health(State(watched): State<Arc<Watched>>) -> Response {
    let (readiness, document) = match watched.probe.look().await {
        Some(snapshot) => {
            let readiness = Readiness::of(&snapshot);
            (readiness, describe(&snapshot, readiness))
        }
        None => (
            Readiness::Silent,
            json!({ "schema": "health/1", "readiness": Readiness::Silent.word() }),
        ),
    };
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status_of(readiness), kind, format!("{document}\n")).into_response()
}

async fn scrape(State(watched): State<Arc<Watched>>) -> Response {
    let seen = watched.probe.look().await;
    let text = metrics::text(seen, watched.web.tells_money);
    let kind = [(header::CONTENT_TYPE, metrics::CONTENT_TYPE)];
    (kind, text).into_response()
}

fn status_of(readiness: Readiness) -> StatusCode {
    match readiness {
        Readiness::Ready => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A few facts without money, parameters or positions.
fn describe(snapshot: &Snapshot, readiness: Readiness) -> Value {
    let feeds: Vec<Value> = snapshot
        .feeds
        .iter()
        .map(|feed| {
            let last = feed.markets.iter().filter_map(|market| market.last).max();
            json!({
                "venue": feed.venue,
                "connections": feed.connections.0,
                "connections_wanted": feed.connections.1,
                "reconnects": feed.reconnects,
                "markets": feed.markets.len(),
                "stale": feed.markets.iter().filter(|market| market.stale).count(),
                "last": last.map(Timestamp::rfc3339),
            })
        })
        .collect();
    json!({
        "schema": "health/1",
        "readiness": readiness.word(),
        "host": snapshot.host,
        "session": snapshot.session,
        "started": snapshot.started.map(Timestamp::rfc3339),
        "taken": snapshot.taken.rfc3339(),
        "inputs": snapshot.inputs,
        "strategies": states(snapshot),
        "feeds": feeds,
    })
}

/// Turns away what no watcher sends. Each connection carries one request: its few seconds are counted from its beginning.
async fn check(State(watched): State<Arc<Watched>>, request: Request, next: Next) -> Response {
    let mut response = if !watched.web.is_public && !is_ours(&request) {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    } else if has_body(&request) {
        StatusCode::PAYLOAD_TOO_LARGE.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// Is it asked under a name of this machine that nobody else can give away.
fn is_ours(request: &Request) -> bool {
    let host = request.headers().get(header::HOST);
    let Some(host) = host.and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let is_loopback = |text: &str| {
        text.parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    name.eq_ignore_ascii_case("localhost") || is_loopback(bare.unwrap_or(name))
}

fn has_body(request: &Request) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING)
        || length.is_some_and(|length| length.as_bytes() != b"0")
}

#[cfg(test)]
mod tests;
