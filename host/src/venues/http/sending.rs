//! One attempt: a request goes out, its answer is received whole or not at all.

use std::error::Error as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Response, redirect};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use url::Url;

use super::error::HttpError;
use super::{Options, address};
use crate::venues::rest::{Method, Request};

/// Redirects followed for one request.
const REDIRECTS_MAX: usize = 5;
/// How much of an answer that is not the file is read to find out why.
const EXCUSE_BYTES_MAX: u64 = 64 * 1024;
/// Files that are not complete are called so; what was killed leaves one.
pub(super) const PARTIAL_PREFIX: &str = ".part-";

/// The sockets: answers are unpacked, files are kept as they are sent.
#[derive(Debug)]
pub(super) struct Senders {
    answers: Client,
    files: Client,
    /// The same two without a proxy, for this machine; only if an address is here.
    here: Option<(Client, Client)>,
}

/// Where an answer goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    /// Into memory.
    Memory,
    /// Into a file beside this one, which gets its name later.
    File(&'a Path),
}

/// An answer, whole.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) retry_after_s: Option<u64>,
    /// When one may ask again, on the venue's clock.
    pub(super) reset_at_ms: Option<u64>,
    /// Weight used, as the venue counts it.
    pub(super) used: Option<u32>,
    pub(super) body: Vec<u8>,
    /// What was asked for as a file, if that is what came.
    pub(super) file: Option<Partial>,
}

/// A file without its name yet.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) file: NamedTempFile,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// Why an attempt gave no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// It may work the next time.
    Trouble(String),
    /// The same, nobody was reached.
    NoConnection(String),
    /// It will not.
    Final(HttpError),
}

impl Senders {
    pub(super) fn new(options: &Options, any_here: bool) -> Result<Self, HttpError> {
        let build = |builder: ClientBuilder| {
            let built = builder.build();
            built.map_err(|e| HttpError::Setup(reason(&e)))
        };
        let here = if any_here {
            Some((
                build(builder(options).no_proxy())?,
                build(builder(options).no_proxy().no_gzip())?,
            ))
        } else {
            None
        };
        Ok(Self {
            answers: build(builder(options))?,
            files: build(builder(options).no_gzip())?,
            here,
        })
    }

    fn one(&self, url: &Url, target: Target<'_>) -> &Client {
        let (answers, files) = match &self.here {
            Some((answers, files)) if address::is_here(url) => (answers, files),
            _ => (&self.answers, &self.files),
        };
        match target {
            Target::Memory => answers,
            Target::File(_) => files,
        }
    }

    /// Sends a request and receives its answer.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        target: Target<'_>,
        options: &Options,
    ) -> Result<Received, Failure> {
        let client = self.one(url, target);
        let mut asked = match &request.method {
            Method::Get => client.get(url.clone()),
            Method::Post(json) => client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(json.clone()),
        };
        if let Target::Memory = target {
            asked = asked.timeout(Duration::from_millis(options.answer_timeout_ms));
        }
        let mut response = asked.send().await.map_err(|e| failure(request, &e))?;
        let (headers, pool) = (response.headers(), request.pool);
        let mut received = Received {
            status: response.status().as_u16(),
            retry_after_s: number(headers, RETRY_AFTER.as_str()),
            reset_at_ms: pool.reset_header.and_then(|name| number(headers, name)),
            used: pool.used_header.and_then(|name| number(headers, name)),
            body: Vec::new(),
            file: None,
        };
        match target {
            Target::File(to) if received.status == 200 => {
                received.file = Some(save(request, &mut response, to, options).await?);
            }
            Target::File(_) => {
                received.body = read(request, &mut response, EXCUSE_BYTES_MAX).await?;
            }
            Target::Memory => {
                received.body = read(request, &mut response, options.body_bytes_max).await?;
            }
        }
        Ok(received)
    }
}

fn builder(options: &Options) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("host/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_millis(options.connect_timeout_ms))
        .read_timeout(Duration::from_millis(options.idle_timeout_ms))
        .referer(false)
        .redirect(redirect::Policy::custom(follow))
}

/// Follows a few redirects, none from https to http.
fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let was_safe = attempt
        .previous()
        .last()
        .is_some_and(|url| url.scheme() == "https");
    if attempt.previous().len() > REDIRECTS_MAX {
        attempt.error("it is redirected without end")
    } else if was_safe && attempt.url().scheme() != "https" {
        attempt.error("it is redirected from https to an address without")
    } else {
        attempt.follow()
    }
}

/// A body in memory, whole: one that is shorter than announced is an error of the connection.
async fn read(
    request: &Request,
    response: &mut Response,
    bytes_max: u64,
) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| failure(request, &e))? {
        if (body.len() + chunk.len()) as u64 > bytes_max {
            return Err(too_large(request, bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A body in a file without a name, with its digest.
async fn save(
    request: &Request,
    response: &mut Response,
    to: &Path,
    options: &Options,
) -> Result<Partial, Failure> {
    let broken = |e: std::io::Error| Failure::Final(file_error(to, &e));
    let folder = to.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(PARTIAL_PREFIX)
        .tempfile_in(folder)
        .map_err(broken)?;
    let mut digest = Sha256::new();
    let mut bytes = 0;
    while let Some(chunk) = response.chunk().await.map_err(|e| failure(request, &e))? {
        bytes += chunk.len() as u64;
        if bytes > options.file_bytes_max {
            return Err(too_large(request, options.file_bytes_max));
        }
        digest.update(&chunk);
        file.write_all(&chunk).map_err(broken)?;
    }
    file.as_file().sync_all().map_err(broken)?;
    let sha256 = digest.finalize();
    Ok(Partial {
        file,
        bytes,
        sha256: sha256.iter().map(|b| format!("{b:02x}")).collect(),
    })
}

fn too_large(request: &Request, bytes_max: u64) -> Failure {
    Failure::Final(HttpError::TooLarge {
        place: request.place.what,
        path: request.path.clone(),
        bytes_max,
    })
}

pub(super) fn file_error(path: &Path, error: &std::io::Error) -> HttpError {
    HttpError::File {
        path: path.to_owned(),
        why: error.to_string(),
    }
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// What a broken request means: redirects and requests that cannot be built stay broken.
fn failure(request: &Request, error: &reqwest::Error) -> Failure {
    if error.is_redirect() || error.is_builder() {
        return Failure::Final(HttpError::Refused {
            place: request.place.what,
            variable: request.place.variable,
            path: request.path.clone(),
            status: error.status().map_or(0, |s| s.as_u16()),
            why: reason(error),
        });
    }
    if error.is_connect() {
        return Failure::NoConnection(reason(error));
    }
    Failure::Trouble(reason(error))
}

/// The innermost reason: the layers around it repeat the address.
fn reason(error: &reqwest::Error) -> String {
    let mut inner = error.source();
    while let Some(deeper) = inner.and_then(std::error::Error::source) {
        inner = Some(deeper);
    }
    let what = match error {
        e if e.is_timeout() => "timed out",
        e if e.is_connect() => "no connection",
        e if e.is_redirect() => "redirect",
        _ => "broken off",
    };
    match inner {
        Some(inner) => format!("{what}: {inner}"),
        None => what.to_owned(),
    }
}
