//! The service over HTTP. The token is part of every address: errors lose theirs before anybody sees them.

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::multipart::{Form, Part};
use reqwest::{Response, redirect};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::api::{Api, Call, Failure, Reply, judge};
use super::settings::Settings;
use super::time::Ending;
use crate::alerts::Secret;
use crate::alerts::http::words;

/// Largest answer that is read: a hundred updates are far below it.
const BODY_BYTES_MAX: usize = 4 << 20;

/// Calls one bot's methods. It blocks its thread and must not be used on one that drives tasks of tokio.
pub struct Client {
    http: reqwest::Client,
    runtime: Runtime,
    base: String,
    token: Secret,
    ending: Ending,
}

impl Client {
    /// A client of its own for one thread; calls end early once `ending` is said. The process must have chosen its TLS
    /// (`venues::tls::install`).
    ///
    /// # Errors
    /// The system gives no sockets or threads.
    pub fn new(settings: &Settings, ending: Ending) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("host/", env!("CARGO_PKG_VERSION")))
            .referer(false)
            // The token would follow to wherever it leads.
            .redirect(redirect::Policy::none());
        if settings.is_here() {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|e| format!("no HTTP client: {}", e.without_url()))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            http,
            runtime: runtime.map_err(|e| format!("no runtime: {e}"))?,
            base: settings.base.clone(),
            token: settings.token.clone(),
            ending,
        })
    }

    async fn attempt(&self, call: Call) -> Result<Reply, Failure> {
        let url = format!("{}/bot{}/{}", self.base, self.token.expose(), call.method);
        let request = self.http.post(url).timeout(call.patience);
        let request = match call.photo {
            None => request
                .header(CONTENT_TYPE, "application/json")
                .body(call.arguments.to_string()),
            Some(photo) => request.multipart(form(&call.arguments, photo)),
        };
        let response = request.send().await.map_err(|e| self.trouble(e))?;
        let status = response.status().as_u16();
        let headers = response.headers();
        let retry_after_s = text(headers, RETRY_AFTER.as_str()).and_then(|s| s.parse().ok());
        let server_ms = text(headers, DATE.as_str()).and_then(date_ms);
        let body = self.read(response).await?;
        let result = judge(status, retry_after_s, &body).map_err(|f| self.scrubbed(f))?;
        Ok(Reply { result, server_ms })
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.trouble(e))? {
            if body.len() + chunk.len() > BODY_BYTES_MAX {
                let words = format!("an answer of more than {BODY_BYTES_MAX} bytes");
                return Err(Failure::Unreached(words));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// An error of the connection in its innermost words.
    fn trouble(&self, error: reqwest::Error) -> Failure {
        self.scrubbed(Failure::Unreached(words(error)))
    }

    /// Whatever the other side made of our address, the token is not told on.
    fn scrubbed(&self, failure: Failure) -> Failure {
        let clean = |words: String| words.replace(self.token.expose(), "***");
        match failure {
            Failure::Unreached(words) => Failure::Unreached(clean(words)),
            Failure::Unauthorized(words) => Failure::Unauthorized(clean(words)),
            Failure::Forbidden(words) => Failure::Forbidden(clean(words)),
            Failure::Bad(words) => Failure::Bad(clean(words)),
            other => other,
        }
    }
}

impl Api for Client {
    fn call(&mut self, call: Call) -> Result<Reply, Failure> {
        self.runtime.block_on(async {
            tokio::select! {
                answer = self.attempt(call) => answer,
                () = self.ending.said() => Err(Failure::Ending),
            }
        })
    }
}

/// Arguments as fields of a form, with the picture.
fn form(arguments: &Value, photo: Vec<u8>) -> Form {
    let picture = Part::bytes(photo).file_name("equity.png");
    let mut form = Form::new().part("photo", picture);
    for (name, value) in arguments.as_object().into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        form = form.text(name.clone(), value);
    }
    form
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn date_ms(text: &str) -> Option<i64> {
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(date.timestamp_millis())
}
