//! Alerts into a channel of Discord, by its webhook. Source: `alerts.md` section 1.
//!
//! * One embed an alert, up to ten in a message; a message is silent or it is not.
//! * What Discord says about pauses is kept to the millisecond, and nothing is sent that it would have to refuse.
//! * A webhook that is gone ends the sink; a message Discord cannot read is our mistake, and dropped.
//! * The address is the secret: it is in no error, no log line and no `Debug`.

mod answer;
mod ban;
mod message;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};

use self::answer::{Head, Reply, Verdict};
use self::ban::Ban;
use self::message::Message;
pub use self::webhook::{Webhook, WebhookError};
use super::http::{self, Sockets};
use super::{Alert, Clock, Level, Sent, Sink, Volume};

/// Discord turns away programs that do not name themselves in this form; the address is nobody's, as the program has none.
const AGENT: &str = concat!(
    "DiscordBot (https://host.invalid, ",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// How much of an answer is read: messages of Discord are far below it.
const BODY_BYTES_MAX: usize = 256 << 10;

/// The webhook of a channel.
pub struct Discord {
    webhook: Webhook,
    sockets: Sockets,
    clock: Arc<dyn Clock>,
    patience: Duration,
    /// Until when nothing is sent: the last answer left no room. Milliseconds since 1970.
    full_until_ms: i64,
    ban: Ban,
}

impl Discord {
    /// A sink for one thread. The process must have chosen its TLS (`venues::tls::install`).
    ///
    /// # Errors
    /// The system gives no sockets or threads.
    pub fn new(webhook: Webhook, clock: Arc<dyn Clock>) -> Result<Self, String> {
        Ok(Self {
            sockets: Sockets::new(AGENT, webhook.address())?,
            webhook,
            clock,
            patience: http::PATIENCE,
            full_until_ms: i64::MIN,
            ban: Ban::default(),
        })
    }

    /// Sends one message.
    fn post(&mut self, message: &Message) -> Verdict {
        let posted = self.sockets.wait(self.attempt(message));
        let reply = match posted {
            Ok(reply) => reply,
            Err(why) => return Verdict::Trouble(self.webhook.scrubbed(&why)),
        };
        let now_ms = self.clock.now_ms();
        if let Some(wait_ms) = reply.full_ms() {
            self.full_until_ms = now_ms.saturating_add_unsigned(wait_ms);
        }
        if reply.is_invalid() {
            self.ban.count(now_ms);
        }
        reply.verdict(|text| self.webhook.scrubbed(text))
    }

    async fn attempt(&self, message: &Message) -> Result<Reply, String> {
        let address = self.webhook.address().clone();
        let request = self.sockets.client.post(address).timeout(self.patience);
        let json = message.json();
        let request = if message.pictures.is_empty() {
            request.header(CONTENT_TYPE, "application/json").body(json)
        } else {
            request.multipart(form(json, &message.pictures)?)
        };
        let response = request.send().await.map_err(http::words)?;
        Ok(Reply {
            status: response.status().as_u16(),
            head: Head::of(response.headers()),
            body: http::body(response, BODY_BYTES_MAX).await,
        })
    }

    /// A message that Discord cannot read: a batch is tried by its first alert alone, an error in bare words; then it is dropped.
    fn refused(&mut self, alerts: &[(Alert, Volume)], count: usize, why: String) -> Sent {
        let (first, volume) = &alerts[0];
        if count > 1 {
            let alone = Message::compose(&alerts[..1]);
            return match self.post(&alone) {
                Verdict::Refused(why) => self.refused(alerts, 1, why),
                verdict => concluded(verdict, 1),
            };
        }
        if first.level == Level::Error {
            tracing::error!(
                key = first.key,
                why,
                "discord cannot read an alert, it is sent in bare words"
            );
            return match self.post(&Message::bare(first, *volume)) {
                Verdict::Refused(why) => Sent::Dropped(why),
                verdict => concluded(verdict, 1),
            };
        }
        Sent::Dropped(why)
    }
}

impl Sink for Discord {
    fn name(&self) -> &'static str {
        "discord"
    }

    fn send(&mut self, alerts: &[(Alert, Volume)]) -> Sent {
        let now_ms = self.clock.now_ms();
        let full_ms = u64::try_from(self.full_until_ms.saturating_sub(now_ms)).unwrap_or(0);
        let wait_ms = full_ms.max(self.ban.wait_ms(now_ms));
        if wait_ms > 0 {
            return Sent::Later {
                wait_ms: Some(wait_ms),
                why: "discord's limit is reached".to_owned(),
            };
        }
        let message = Message::compose(alerts);
        match self.post(&message) {
            Verdict::Refused(why) => self.refused(alerts, message.count, why),
            verdict => concluded(verdict, message.count),
        }
    }
}

fn concluded(verdict: Verdict, count: usize) -> Sent {
    match verdict {
        Verdict::Taken => Sent::Taken(count),
        Verdict::Wait { wait_ms, why } => Sent::Later {
            wait_ms: Some(wait_ms),
            why,
        },
        Verdict::Trouble(why) => Sent::Later { wait_ms: None, why },
        Verdict::Refused(why) => Sent::Dropped(why),
        Verdict::Gone(why) => Sent::Disabled(why),
    }
}

/// The message and its pictures as a form.
fn form(json: String, pictures: &[(String, Vec<u8>)]) -> Result<Form, String> {
    let json = Part::text(json).mime_str("application/json");
    let mut form = Form::new().part("payload_json", json.map_err(http::words)?);
    for (index, (name, png)) in pictures.iter().enumerate() {
        let part = Part::bytes(png.clone()).file_name(name.clone());
        let part = part.mime_str("image/png").map_err(http::words)?;
        form = form.part(format!("files[{index}]"), part);
    }
    Ok(form)
}

#[cfg(test)]
mod tests;
