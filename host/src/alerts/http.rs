//! What every sink over HTTP needs: sockets for one thread, answers that are bounded, errors without addresses.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Client, Response, redirect};
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// An attempt takes at most so long. Source: `alerts.md` section 3.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Sockets and the runtime that drives them; it blocks its thread.
pub(super) struct Sockets {
    pub(super) client: Client,
    /// Ends with the sockets: see `Drop`.
    runtime: Option<Runtime>,
}

impl Sockets {
    /// For one address: no proxy stands between us and ourselves, and nobody leads us elsewhere, as the secret in the address would
    /// come along. The process must have chosen its TLS (`venues::tls::install`).
    ///
    /// # Errors
    /// The system gives no sockets or threads.
    pub(super) fn new(agent: &str, address: &Url) -> Result<Self, String> {
        let mut builder = Client::builder()
            .user_agent(agent)
            .referer(false)
            .redirect(redirect::Policy::none());
        if is_here(address) {
            builder = builder.no_proxy();
        }
        let client = builder.build();
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            client: client.map_err(|e| format!("no HTTP client: {}", words(e)))?,
            runtime: Some(runtime.map_err(|e| format!("no runtime: {e}"))?),
        })
    }

    /// Waits for it.
    pub(super) fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        let runtime = self.runtime.as_ref().expect("it is taken by drop only");
        runtime.block_on(what)
    }
}

impl Drop for Sockets {
    /// Waits for nothing: a name that is being looked up can take half a minute.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Is it on this machine.
pub(super) fn is_here(address: &Url) -> bool {
    match address.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The body of an answer, as far as it is read: what is longer, or breaks off, is cut.
pub(super) async fn body(mut response: Response, bytes_max: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = bytes_max - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == bytes_max {
            break;
        }
    }
    body
}

/// An error of the connection in its innermost words: the layers around them repeat the address.
pub(super) fn words(error: reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    let error = error.without_url();
    let mut inner = error.source();
    while let Some(deeper) = inner.and_then(std::error::Error::source) {
        inner = Some(deeper);
    }
    inner.map_or_else(|| what.to_owned(), |inner| format!("{what} ({inner})"))
}
